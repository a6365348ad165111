using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Session;
using Xunit;

namespace ImeiAgent.Unit.Session;

public sealed class TimeoutTests
{
    [Fact]
    public async Task A_read_is_asked_as_often_as_allowed_and_then_given_up()
    {
        await using var it = new SessionFixture(attempts: 3);
        Task<DiagReply<NvItem>> read = it.Read(550);

        it.Time.Advance(SessionFixture.ReplyTimeout - TimeSpan.FromMilliseconds(1));
        Assert.Single(it.Port.Writes);
        it.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal([550, 550], it.Port.Items);
        it.Time.Advance(SessionFixture.ReplyTimeout);
        Assert.Equal([550, 550, 550], it.Port.Items);
        Assert.False(read.IsCompleted);
        it.Time.Advance(SessionFixture.ReplyTimeout);

        NoReplyException none = await Assert.ThrowsAsync<NoReplyException>(() => read);
        Assert.Equal(Transmission.Yes, none.Sent);
        Assert.Equal(3, none.Sends);
        Assert.Equal(3, it.Port.Writes.Count);
        Assert.Equal(2, it.Session.Counters.Resent);
    }

    [Fact]
    public async Task The_late_reply_to_the_first_asking_answers_a_read_that_was_asked_again()
    {
        await using var it = new SessionFixture();
        Task<DiagReply<NvItem>> read = it.Read(550);
        it.Time.Advance(SessionFixture.ReplyTimeout);
        Assert.Equal(2, it.Port.Writes.Count);

        it.AnswerRead(550, data: 1);

        Assert.Equal(1, (await read).Answer.Data.Bytes[0]);
    }

    [Fact]
    public async Task The_second_reply_to_a_read_asked_twice_is_not_taken_for_the_next_read_of_the_item()
    {
        await using var it = new SessionFixture();
        Task<DiagReply<NvItem>> read = it.Read(550);
        it.Time.Advance(SessionFixture.ReplyTimeout);
        it.AnswerRead(550, data: 1);
        await read;

        Task<DiagReply<NvItem>> next = it.Read(550);
        Assert.Equal(2, it.Port.Writes.Count);
        it.AnswerRead(550, data: 1);
        Assert.False(next.IsCompleted);
        Assert.Equal(3, it.Port.Writes.Count);
        it.AnswerRead(550, data: 2);

        Assert.Equal(2, (await next).Answer.Data.Bytes[0]);
        Assert.Equal(1, it.Session.Counters.LateReplies);
    }

    [Fact]
    public async Task A_reply_after_its_read_was_given_up_is_not_taken_for_the_next_read_of_the_item()
    {
        await using var it = new SessionFixture(attempts: 1);
        Task<DiagReply<NvItem>> givenUp = it.Read(550);
        it.Time.Advance(SessionFixture.ReplyTimeout);
        await Assert.ThrowsAsync<NoReplyException>(() => givenUp);

        Task<DiagReply<NvItem>> next = it.Read(550);
        Assert.Single(it.Port.Writes);
        it.AnswerRead(550, data: 1);
        Assert.Equal([550, 550], it.Port.Items);
        it.AnswerRead(550, data: 2);

        Assert.Equal(2, (await next).Answer.Data.Bytes[0]);
    }

    [Fact]
    public async Task A_given_up_key_is_sent_again_when_the_drain_time_has_passed()
    {
        await using var it = new SessionFixture(attempts: 1);
        Task<DiagReply<NvItem>> givenUp = it.Read(550);
        it.Time.Advance(SessionFixture.ReplyTimeout);
        await Assert.ThrowsAsync<NoReplyException>(() => givenUp);

        Task<DiagReply<NvItem>> next = it.Read(550);
        it.Time.Advance(SessionFixture.DrainTime - TimeSpan.FromMilliseconds(1));
        Assert.Single(it.Port.Writes);
        it.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(2, it.Port.Writes.Count);

        it.AnswerRead(550);
        Assert.True((await next).IsAnswer);
    }

    [Fact]
    public async Task A_given_up_key_holds_up_no_other_key()
    {
        await using var it = new SessionFixture(attempts: 1);
        Task<DiagReply<NvItem>> givenUp = it.Read(550);
        it.Time.Advance(SessionFixture.ReplyTimeout);
        await Assert.ThrowsAsync<NoReplyException>(() => givenUp);

        Task<DiagReply<NvItem>> blocked = it.Read(550), free = it.Read(10);

        Assert.Equal([550, 10], it.Port.Items);
        it.AnswerRead(10);
        Assert.True((await free).IsAnswer);
        Assert.False(blocked.IsCompleted);
    }

    [Fact]
    public async Task Two_requests_with_one_key_are_never_outstanding_together()
    {
        await using var it = new SessionFixture(window: 4);
        Task<DiagReply<NvItem>> first = it.Read(550), second = it.Read(550);

        Assert.Single(it.Port.Writes);
        it.AnswerRead(550, data: 1);
        Assert.Equal(2, it.Port.Writes.Count);
        it.AnswerRead(550, data: 2);

        Assert.Equal(1, (await first).Answer.Data.Bytes[0]);
        Assert.Equal(2, (await second).Answer.Data.Bytes[0]);
    }

    [Fact]
    public async Task A_bad_frame_makes_the_only_outstanding_read_be_asked_again_at_once_within_its_attempts()
    {
        await using var it = new SessionFixture(attempts: 3);
        Task<DiagReply<NvItem>> read = it.Read(550);

        for (int i = 0; i < 5; i++)
            it.Port.Deliver(Damaged(550));
        Assert.Equal(3, it.Port.Writes.Count);
        it.AnswerRead(550, data: 1);

        Assert.True((await read).IsAnswer);
        Assert.Equal(5, it.Session.Counters.BadFrames);
    }

    [Fact]
    public async Task A_bad_frame_sets_off_nothing_when_it_could_be_for_several()
    {
        await using var it = new SessionFixture(window: 2);
        Task<DiagReply<NvItem>> first = it.Read(1), second = it.Read(2);

        it.Port.Deliver(Damaged(1));

        Assert.Equal(2, it.Port.Writes.Count);
        it.Time.Advance(SessionFixture.ReplyTimeout);
        Assert.Equal([1, 2, 1], it.Port.Items);
        it.AnswerRead(1);
        Assert.Equal([1, 2, 1, 2], it.Port.Items);
        it.AnswerRead(2);
        await first;
        await second;
    }

    [Fact]
    public async Task A_phone_that_says_it_got_a_damaged_frame_is_asked_again()
    {
        await using var it = new SessionFixture();
        Task<DiagReply<NvItem>> read = it.Read(550);

        it.Port.DeliverPacket([0x13, .. SessionFixture.NvPacket(0x26, 550, 0xFF), 0x3E, 0x2B, 0x7E]);

        Assert.False(read.IsCompleted);
        Assert.Equal([550, 550], it.Port.Items);
        it.AnswerRead(550);
        Assert.True((await read).IsAnswer);
    }

    [Fact]
    public async Task A_phone_that_says_it_got_a_damaged_frame_is_asked_again_even_if_the_damage_hit_the_item_number()
    {
        await using var it = new SessionFixture();
        Task<DiagReply<NvItem>> read = it.Read(550);

        it.Port.DeliverPacket([0x13, .. SessionFixture.NvPacket(0xA6, 999, 0), 0x3E, 0x2B, 0x7E]);

        Assert.Equal([550, 550], it.Port.Items);
        it.AnswerRead(550);
        Assert.True((await read).IsAnswer);
    }

    [Fact]
    public async Task Each_attempt_s_time_begins_when_its_write_has_ended()
    {
        await using var it = new SessionFixture(attempts: 1);
        it.Port.HoldWrites = true;
        Task<DiagReply<NvItem>> read = it.Read(550);
        it.Time.Advance(TimeSpan.FromSeconds(2));
        it.Port.ReleaseWrite();

        it.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(read.IsCompleted);
        it.AnswerRead(550);

        Assert.True((await read).IsAnswer);
    }

    private static byte[] Damaged(int item)
    {
        byte[] frame = FakePort.FrameOf(SessionFixture.NvPacket(0x26, item, 0));
        frame[20] ^= 0x01;
        return frame;
    }
}
