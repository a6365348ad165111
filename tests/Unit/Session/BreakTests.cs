using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Session;
using Xunit;

namespace ImeiAgent.Unit.Session;

public sealed class BreakTests
{
    [Fact]
    public async Task When_the_port_ends_everyone_pending_is_told_and_whether_it_was_sent()
    {
        await using var it = new SessionFixture(window: 2);
        Task<DiagReply<NvItem>> outstanding = it.Read(1);
        it.Port.HoldWrites = true;
        Task<DiagReply<NvItem>> inWrite = it.Read(2), waiting = it.Read(3);

        it.Port.End();

        Assert.Equal(Transmission.Yes, (await Assert.ThrowsAsync<SessionBrokenException>(() => outstanding)).Sent);
        Assert.Equal(Transmission.Unknown, (await Assert.ThrowsAsync<SessionBrokenException>(() => inWrite)).Sent);
        Assert.Equal(Transmission.No, (await Assert.ThrowsAsync<SessionBrokenException>(() => waiting)).Sent);
        Assert.Equal(BreakReason.PortVanished, (await it.Session.Broken).Reason);
    }

    [Fact]
    public async Task The_first_reason_is_kept()
    {
        var it = new SessionFixture();
        it.Port.Fail(new IOException("unplugged"));
        await it.Session.DisposeAsync();

        SessionBreak broken = await it.Session.Broken;

        Assert.Equal(new SessionBreak(BreakReason.PortVanished, "unplugged"), broken);
    }

    [Fact]
    public async Task A_request_to_a_broken_session_fails_and_was_not_sent()
    {
        await using var it = new SessionFixture();
        it.Port.End();

        var broken = await Assert.ThrowsAsync<SessionBrokenException>(() => it.Read(1));

        Assert.Equal(Transmission.No, broken.Sent);
        Assert.Equal(BreakReason.PortVanished, broken.Break.Reason);
        Assert.Empty(it.Port.Writes);
    }

    [Fact]
    public async Task A_write_that_fails_breaks_the_session_and_may_have_been_sent()
    {
        await using var it = new SessionFixture();
        it.Port.HoldWrites = true;
        Task<DiagReply<NvItem>> write = it.Write(550);

        it.Port.FailWrite(new IOException("no device"));

        Assert.Equal(Transmission.Unknown, (await Assert.ThrowsAsync<SessionBrokenException>(() => write)).Sent);
        Assert.Equal(new SessionBreak(BreakReason.PortVanished, "no device"), await it.Session.Broken);
    }

    [Fact]
    public async Task A_failed_repeat_does_not_make_the_first_sending_doubtful()
    {
        await using var it = new SessionFixture();
        Task<DiagReply<NvItem>> read = it.Read(1);
        it.Port.HoldWrites = true;
        it.Time.Advance(SessionFixture.ReplyTimeout);

        it.Port.FailWrite(new IOException("no device"));

        Assert.Equal(Transmission.Yes, (await Assert.ThrowsAsync<SessionBrokenException>(() => read)).Sent);
    }

    [Fact]
    public async Task A_port_that_takes_no_bytes_for_the_drain_time_breaks_the_session()
    {
        await using var it = new SessionFixture();
        it.Port.HoldWrites = true;
        Task<DiagReply<NvItem>> inWrite = it.Read(1), waiting = it.Read(2);

        it.Time.Advance(SessionFixture.DrainTime - TimeSpan.FromMilliseconds(1));
        Assert.False(it.Session.Broken.IsCompleted);
        it.Time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(BreakReason.WriteStalled, (await it.Session.Broken).Reason);
        Assert.Equal(Transmission.Unknown, (await Assert.ThrowsAsync<SessionBrokenException>(() => inWrite)).Sent);
        Assert.Equal(Transmission.No, (await Assert.ThrowsAsync<SessionBrokenException>(() => waiting)).Sent);
    }

    [Fact]
    public async Task Dispose_ends_a_blocked_read_tells_the_pending_and_closes_the_port()
    {
        var it = new SessionFixture();
        Task<DiagReply<NvItem>> read = it.Read(1);

        await it.Session.DisposeAsync();

        var broken = await Assert.ThrowsAsync<SessionBrokenException>(() => read);
        Assert.Equal(BreakReason.Closed, broken.Break.Reason);
        Assert.True(it.Port.IsDisposed);
        await it.Session.DisposeAsync();
    }

    [Fact]
    public async Task A_caller_may_dispose_the_session_where_its_reply_woke_it()
    {
        var it = new SessionFixture();
        async Task ReadAndClose()
        {
            await it.Read(1).ConfigureAwait(false);
            await it.Session.DisposeAsync();
        }
        Task closing = ReadAndClose();

        it.AnswerRead(1);

        await closing;
        Assert.True(it.Port.IsDisposed);
    }

    [Fact]
    public async Task The_channel_of_unsolicited_packets_ends_with_the_session()
    {
        await using var it = new SessionFixture();
        it.Port.DeliverPacket(0x10, 0x00);
        it.Port.End();

        Assert.Equal(0x10, (await it.Session.Unsolicited.ReadAsync(TestContext.Current.CancellationToken)).Code);
        await it.Session.Unsolicited.Completion;
    }
}
