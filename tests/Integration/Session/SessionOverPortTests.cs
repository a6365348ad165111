using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.Session;
using ImeiAgent.TestKit;
using Xunit;
using SystemPorts = ImeiAgent.Session.Ports;

namespace ImeiAgent.Integration.Session;

/// <summary>Sessions over a pseudo-terminal or TCP with a simulated phone at the other end.</summary>
public sealed class SessionOverPortTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    public async Task Twenty_thousand_reads_over_a_pty_give_what_the_phone_holds(int window)
    {
        await using RunningPhone<PtyHost> phone = Phones.OnPty();
        await using DiagSession session = await Open(phone.Host.Path, new SessionOptions { LargestWindow = window, ReplyTimeout = Eventually.Deadline });

        await ReadAll(session, phone.Phone, items: 20_000, callers: window);

        Assert.Equal(20_000, session.Counters.FramesSent);
        Assert.Equal(0, session.Counters.BadFrames);
    }

    [Fact]
    public async Task Reads_over_TCP_give_what_the_phone_holds()
    {
        await using RunningPhone<TcpHost> phone = Phones.OnTcp();
        await using DiagSession session = await Open($"tcp://127.0.0.1:{phone.Host.Port}", new SessionOptions { LargestWindow = 8 });

        await ReadAll(session, phone.Phone, items: 3000, callers: 8);
    }

    [Fact]
    public async Task Reads_of_a_phone_that_cuts_joins_damages_loses_delays_and_babbles_give_what_it_holds()
    {
        const string Dirt = "split=0.02,join=0.1,leading-flag=0.1,garbage=0.01,abort=0.01,unsolicited=0.2,bad-crc=0.005,"
            + "drop=0.002,lose=0.002,duplicate=0.01,late=0.002:50ms";
        await using RunningPhone<PtyHost> phone = Phones.OnPty(quirks: Dirt);
        await using DiagSession session = await Open(
            phone.Host.Path, new SessionOptions { LargestWindow = 8, ReplyTimeout = TimeSpan.FromSeconds(1), Attempts = 6 });

        await ReadAll(session, phone.Phone, items: 3000, callers: 8);

        Assert.InRange(session.Counters.BadFrames, 1, long.MaxValue);
        Assert.InRange(session.Counters.Unsolicited, 1, long.MaxValue);
        Assert.InRange(session.Counters.Resent, 1, long.MaxValue);
    }

    [Fact]
    public async Task A_write_whose_reply_is_lost_reaches_the_phone_once()
    {
        await using RunningPhone<PtyHost> phone = Phones.OnPty(quirks: "drop=1");
        await using DiagSession session = await Open(
            phone.Host.Path, new SessionOptions { ReplyTimeout = TimeSpan.FromSeconds(0.3), Attempts = 3 });
        Task<DiagReply<NvItem>> write = session.SendAsync(new NvWriteRequest(new NvItemId(6853), default), Ct).AsTask();

        NoReplyException none = await Assert.ThrowsAsync<NoReplyException>(() => write);

        Assert.Equal(Transmission.Yes, none.Sent);
        Assert.Equal(1, phone.Phone.Counters.NvWritesReceived);
    }

    [Fact]
    public async Task Pulling_the_cable_breaks_the_session_and_tells_whoever_waits()
    {
        await using RunningPhone<PtyHost> phone = Phones.OnPty(quirks: "drop=1");
        await using DiagSession session = await Open(phone.Host.Path, new SessionOptions { ReplyTimeout = Eventually.Deadline });
        Task<DiagReply<NvItem>> read = session.SendAsync(new NvReadRequest(new NvItemId(550)), Ct).AsTask();
        await phone.Phone.Counters.RequestArrivesAsync(0x26, 1, Ct);

        phone.Host.Unplug();

        var broken = await Assert.ThrowsAsync<SessionBrokenException>(() => read);
        Assert.Equal(Transmission.Yes, broken.Sent);
        Assert.Equal(BreakReason.PortVanished, (await session.Broken).Reason);
    }

    private static async Task<DiagSession> Open(string port, SessionOptions options) =>
        new(await SystemPorts.OpenAsync(PortSpec.Parse(port), Ct), options, TimeProvider.System);

    private static async Task ReadAll(DiagSession session, SimulatedPhone phone, int items, int callers)
    {
        int next = -1;
        async Task Caller()
        {
            for (int item = Interlocked.Increment(ref next); item < items; item = Interlocked.Increment(ref next))
            {
                var id = new NvItemId((ushort)item);
                DiagReply<NvItem> reply = await session.SendAsync(new NvReadRequest(id), Ct);
                Assert.Equal(phone.Truth(1, item), NvReading.From(1, id, reply));
            }
        }
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(Caller, Ct)));
    }
}
