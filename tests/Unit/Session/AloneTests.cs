using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Session;
using Xunit;

namespace ImeiAgent.Unit.Session;

/// <summary>What is not idempotent goes alone and goes once.</summary>
public sealed class AloneTests
{
    [Fact]
    public async Task A_write_waits_for_all_before_it_and_all_behind_it_wait_for_the_write()
    {
        await using var it = new SessionFixture(window: 16);
        Task<DiagReply<NvItem>> before = it.Read(1), alsoBefore = it.Read(2);
        Task<DiagReply<NvItem>> write = it.Write(550);
        Task<DiagReply<NvItem>> behind = it.Read(3);

        Assert.Equal([1, 2], it.Port.Items);
        it.AnswerRead(1);
        Assert.Equal([1, 2], it.Port.Items);
        it.AnswerRead(2);
        Assert.Equal([1, 2, 550], it.Port.Items);
        it.AnswerWrite(550);
        Assert.Equal([1, 2, 550, 3], it.Port.Items);
        it.AnswerRead(3);

        await Task.WhenAll(before, alsoBefore, write, behind);
    }

    [Fact]
    public async Task A_write_without_reply_is_never_sent_again()
    {
        await using var it = new SessionFixture(attempts: 3);
        Task<DiagReply<NvItem>> write = it.Write(550);

        it.Port.Deliver(0x01, 0x02, 0x03, 0x04, 0x7E);
        it.Time.Advance(SessionFixture.ReplyTimeout);

        NoReplyException none = await Assert.ThrowsAsync<NoReplyException>(() => write);
        Assert.Equal(Transmission.Yes, none.Sent);
        Assert.Equal(1, none.Sends);
        it.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Single(it.Port.Writes);
    }

    [Fact]
    public async Task A_write_the_phone_got_damaged_is_refused_and_not_sent_again()
    {
        await using var it = new SessionFixture();
        Task<DiagReply<NvItem>> write = it.Write(550);

        it.Port.DeliverPacket([0x13, .. SessionFixture.NvPacket(0x27, 550, 0xFF), 0x3E, 0x2B, 0x7E]);

        Assert.Equal(RefusalCode.BadCommand, (await write).Refusal);
        Assert.Single(it.Port.Writes);
    }

    [Fact]
    public async Task A_write_waits_until_no_late_reply_can_be_taken_for_its_own()
    {
        await using var it = new SessionFixture(attempts: 1);
        Task<DiagReply<NvItem>> givenUp = it.Read(1);
        it.Time.Advance(SessionFixture.ReplyTimeout);
        await Assert.ThrowsAsync<NoReplyException>(() => givenUp);

        Task<DiagReply<NvItem>> write = it.Write(550);
        Assert.Equal([1], it.Port.Items);
        it.Port.DeliverPacket(0x14);
        Assert.False(write.IsCompleted);
        Assert.Equal([1, 550], it.Port.Items);
        it.AnswerWrite(550);

        Assert.True((await write).IsAnswer);
    }

    [Fact]
    public async Task After_a_cancelled_write_nothing_is_sent_until_its_reply()
    {
        await using var it = new SessionFixture(window: 16);
        using var cancel = new CancellationTokenSource();
        Task<DiagReply<NvItem>> write = it.WriteUntil(550, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAsync<RequestCanceledException>(() => write);

        Task<DiagReply<NvItem>> readBack = it.Read(550);
        Assert.Single(it.Port.Writes);
        it.AnswerWrite(550);
        Assert.Equal(2, it.Port.Writes.Count);
        it.AnswerRead(550);

        Assert.True((await readBack).IsAnswer);
    }

    [Fact]
    public async Task After_a_cancelled_write_nothing_is_sent_until_it_would_have_timed_out()
    {
        await using var it = new SessionFixture(window: 16);
        using var cancel = new CancellationTokenSource();
        Task<DiagReply<NvItem>> write = it.WriteUntil(550, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAsync<RequestCanceledException>(() => write);

        Task<DiagReply<NvItem>> readBack = it.Read(550), secondWrite = it.Write(550);
        it.Time.Advance(SessionFixture.ReplyTimeout - TimeSpan.FromMilliseconds(1));
        Assert.Single(it.Port.Writes);
        it.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(2, it.Port.Writes.Count);
        it.AnswerRead(550);
        await readBack;

        it.AnswerWrite(550);
        Assert.False(secondWrite.IsCompleted);
        it.AnswerWrite(550);
        Assert.True((await secondWrite).IsAnswer);
    }
}
