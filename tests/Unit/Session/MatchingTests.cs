using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Session;
using Xunit;

namespace ImeiAgent.Unit.Session;

public sealed class MatchingTests
{
    [Fact]
    public async Task A_reply_goes_to_the_request_with_its_key_in_whatever_order_replies_come()
    {
        await using var it = new SessionFixture(window: 2);
        Task<DiagReply<NvItem>> first = it.Read(550), second = it.Read(10);

        it.AnswerRead(10, data: 2);
        Assert.True(second.IsCompletedSuccessfully);
        Assert.False(first.IsCompleted);
        it.AnswerRead(550, data: 1);

        Assert.Equal(1, (await first).Answer.Data.Bytes[0]);
        Assert.Equal(2, (await second).Answer.Data.Bytes[0]);
    }

    [Fact]
    public async Task A_refusal_goes_to_the_request_it_echoes()
    {
        await using var it = new SessionFixture(window: 2);
        Task<DiagReply<NvItem>> first = it.Read(550), second = it.Read(10);

        it.Port.DeliverPacket([0x14, .. SessionFixture.NvPacket(0x26, 10, 0)]);

        Assert.Equal(RefusalCode.BadParameter, (await second).Refusal);
        Assert.False(first.IsCompleted);
    }

    [Fact]
    public async Task A_refusal_with_the_first_16_bytes_of_a_write_is_the_write_s()
    {
        await using var it = new SessionFixture();
        Task<DiagReply<NvItem>> write = it.Write(550);

        it.Port.DeliverPacket([0x42, .. SessionFixture.NvPacket(0x27, 550, 0)[..16]]);

        Assert.Equal(RefusalCode.BadSpcMode, (await write).Refusal);
    }

    [Fact]
    public async Task A_refusal_without_echo_is_for_the_only_outstanding_request()
    {
        await using var it = new SessionFixture();
        Task<DiagReply<NvItem>> read = it.Read(550);

        it.Port.DeliverPacket(0x13);

        Assert.Equal(RefusalCode.BadCommand, (await read).Refusal);
    }

    [Fact]
    public async Task A_refusal_without_echo_answers_none_of_several_and_they_are_asked_one_at_a_time()
    {
        await using var it = new SessionFixture(window: 3);
        Task<DiagReply<NvItem>> first = it.Read(1), second = it.Read(2), third = it.Read(3), fourth = it.Read(4);

        it.Port.DeliverPacket(0x15);
        it.Port.DeliverPacket(0x15);
        it.AnswerRead(3);
        Assert.True((await third).IsAnswer);
        Assert.Equal([1, 2, 3], it.Port.Items);
        Assert.False(first.IsCompleted || second.IsCompleted);

        it.Time.Advance(SessionFixture.ReplyTimeout);
        Assert.Equal([1, 2, 3, 1], it.Port.Items);
        it.Port.DeliverPacket(0x15);
        Assert.Equal([1, 2, 3, 1, 2], it.Port.Items);
        it.AnswerRead(2);
        Assert.Equal([1, 2, 3, 1, 2, 4], it.Port.Items);
        it.Port.DeliverPacket(0x15);

        Assert.Equal(RefusalCode.BadLength, (await first).Refusal);
        Assert.True((await second).IsAnswer);
        Assert.Equal(RefusalCode.BadLength, (await fourth).Refusal);
        Assert.Equal(1, it.Session.Window);
        Assert.Equal(1, it.Session.SettledWindow);
    }

    [Fact]
    public async Task A_refusal_without_echo_that_can_be_for_a_cancelled_request_in_flight_answers_nobody()
    {
        await using var it = new SessionFixture(window: 2);
        using var cancel = new CancellationTokenSource();
        Task<DiagReply<NvItem>> first = it.Read(1), second = it.ReadUntil(2, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAsync<RequestCanceledException>(() => second);

        it.Port.DeliverPacket(0x14);

        Assert.False(first.IsCompleted);
        it.Time.Advance(SessionFixture.ReplyTimeout);
        Assert.Equal([1, 2, 1], it.Port.Items);
        it.AnswerRead(1);
        Assert.True((await first).IsAnswer);
    }

    [Fact]
    public async Task A_refusal_cut_short_after_one_echoed_byte_passes_by_requests_of_other_commands()
    {
        await using var it = new SessionFixture(window: 2);
        Task<DiagReply<byte[]>> other = it.Ask(0x7C);
        Task<DiagReply<NvItem>> read = it.Read(550);

        it.Port.DeliverPacket(0x18, 0x26);

        Assert.Equal(RefusalCode.BadMode, (await read).Refusal);
        Assert.False(other.IsCompleted);
    }

    [Fact]
    public async Task A_refusal_without_echo_is_for_a_given_up_request_rather_than_for_a_later_one()
    {
        await using var it = new SessionFixture(attempts: 1);
        Task<DiagReply<NvItem>> givenUp = it.Read(1);
        it.Time.Advance(SessionFixture.ReplyTimeout);
        await Assert.ThrowsAsync<NoReplyException>(() => givenUp);
        Task<DiagReply<NvItem>> next = it.Read(2);

        it.Port.DeliverPacket(0x14);
        Assert.False(next.IsCompleted);
        it.Port.DeliverPacket(0x14);

        Assert.Equal(RefusalCode.BadParameter, (await next).Refusal);
    }

    [Fact]
    public async Task A_refusal_that_echoes_something_else_is_a_stray()
    {
        await using var it = new SessionFixture();
        Task<DiagReply<NvItem>> read = it.Read(550);

        it.Port.DeliverPacket(0x13, 0x4B, 0x13, 0x00, 0x00);

        Assert.False(read.IsCompleted);
        Assert.Equal(1, it.Session.Counters.Strays);
    }

    [Fact]
    public async Task A_reply_too_short_for_its_layout_fails_its_caller_and_no_one_else()
    {
        await using var it = new SessionFixture(window: 2);
        Task<DiagReply<NvItem>> first = it.Read(550), second = it.Read(10);

        it.Port.DeliverPacket(0x26, 0x26, 0x02, 0x08);

        MalformedReplyException malformed = await Assert.ThrowsAsync<MalformedReplyException>(() => first);
        Assert.Equal(4, malformed.Offset);
        it.AnswerRead(10);
        Assert.True((await second).IsAnswer);
    }

    [Fact]
    public async Task A_reply_nobody_asked_for_is_counted_and_dropped()
    {
        await using var it = new SessionFixture();
        Task<DiagReply<NvItem>> read = it.Read(550);

        it.AnswerRead(551);

        Assert.False(read.IsCompleted);
        Assert.Equal(1, it.Session.Counters.Strays);
    }

    [Fact]
    public async Task An_event_is_unsolicited_unless_its_code_was_asked_for()
    {
        await using var it = new SessionFixture();
        Task<DiagReply<NvItem>> read = it.Read(550);
        it.Port.DeliverPacket(0x60, 0x0B, 0x00, 0x01);
        Assert.False(read.IsCompleted);
        it.AnswerRead(550);
        await read;
        Assert.True(it.Session.Unsolicited.TryRead(out UnsolicitedPacket? packet));
        Assert.Equal([0x60, 0x0B, 0x00, 0x01], packet.Bytes.ToArray());

        Task<DiagReply<byte[]>> off = it.Ask(0x60);
        it.Port.DeliverPacket(0x60, 0x00, 0x00);

        Assert.Equal([0x60, 0x00, 0x00], (await off).Answer);
        Assert.False(it.Session.Unsolicited.TryRead(out _));
    }

    [Fact]
    public async Task A_packet_wrapped_for_one_of_several_radios_is_unsolicited_even_if_an_answer_is_inside()
    {
        await using var it = new SessionFixture();
        Task<DiagReply<NvItem>> read = it.Read(550);

        it.Port.DeliverPacket([0x98, 0x01, 0, 0, 1, 0, 0, 0, .. SessionFixture.NvPacket(0x26, 550, 7)]);

        Assert.False(read.IsCompleted);
        Assert.True(it.Session.Unsolicited.TryRead(out UnsolicitedPacket? packet));
        Assert.Equal(0x98, packet.Code);
    }
}
