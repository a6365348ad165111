using ImeiAgent.Operations;
using ImeiAgent.Session;
using ImeiAgent.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace ImeiAgent.Unit.Operations;

/// <summary>Cables that are plugged in and pulled out, by a clock that stands until it is moved: watchers are told within a second of it.</summary>
public sealed class HotPlugTests
{
    private static readonly PortSpec s_here = PortSpec.Parse("/dev/here"), s_there = PortSpec.Parse("/dev/there");

    [Fact]
    public async Task A_phone_that_comes_goes_and_comes_back_at_another_port_is_told_each_time_within_a_second_under_its_one_name()
    {
        await using var bench = new Bench("galaxy");
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        PortSpec? at = null;
        int looks = 0;
        var options = new RegistryOptions
        {
            Open = (port, ct) => port == Volatile.Read(ref at) ? bench.OpenAsync(PortSpec.Parse("/dev/sim1"), ct) : throw new PortOpenException(port, PortFault.NotFound, "not here"),
            Discover = () =>
            {
                Interlocked.Increment(ref looks);
                return Volatile.Read(ref at) is { } port ? [port] : [];
            },
        };
        await using var registry = new PhoneRegistry(options, bench.Vault, time, NullLogger<PhoneRegistry>.Instance);
        await using var jobs = new DumpJobs(registry, bench.Vault, time, NullLogger<DumpJobs>.Instance);
        var live = new LiveState(registry, jobs, bench.Leases, bench.Vault, time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Bench.Ct);
        await using IAsyncEnumerator<LiveEvent> news = live.WatchAsync(over.Token).GetAsyncEnumerator(over.Token);
        Assert.IsType<AttentionNews>(await NextAsync(news));
        Assert.IsType<LiveBarrier>(await NextAsync(news));

        Volatile.Write(ref at, s_here);
        PhoneView came = await WithinASecondAsync(PhoneState.Ready, s_here);

        Volatile.Write(ref at, null);
        bench.First.Host.Unplug();
        PhoneView gone = await WithinASecondAsync(PhoneState.Disconnected, s_here);

        // Restarted, and the system has given its port another name.
        Volatile.Write(ref at, s_there);
        bench.First.Host.Replug();
        PhoneView back = await WithinASecondAsync(PhoneState.Ready, s_there);
        Assert.Equal([came.Name, came.Name], [gone.Name, back.Name]);
        Assert.Equal("/dev/there", registry.Get(came.Name).Port);
        // Three seconds went by: a look at the beginning, and two a second.
        Assert.InRange(Volatile.Read(ref looks), 2, 7);

        async Task<PhoneView> WithinASecondAsync(PhoneState state, PortSpec port)
        {
            Task<PhoneView> told = ToldAsync(news, phone => phone.State == state && phone.Port == port.Name);
            // One look at the ports may have been under way when the cable was moved; the next sees it.
            for (int part = 0; part < 2; part++)
                time.Advance(TimeSpan.FromMilliseconds(500));
            return await told.WaitAsync(Eventually.Deadline, Bench.Ct);
        }
    }

    [Fact]
    public async Task A_port_that_comes_without_a_phone_and_goes_is_told_as_removed()
    {
        await using var bench = new Bench("galaxy");
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        PortSpec? at = s_here;
        var options = new RegistryOptions
        {
            Open = (port, _) => throw new PortOpenException(port, Volatile.Read(ref at) is null ? PortFault.NotFound : PortFault.HeldByAnother, "not ours"),
            Discover = () => Volatile.Read(ref at) is { } port ? [port] : [],
        };
        await using var registry = new PhoneRegistry(options, bench.Vault, time, NullLogger<PhoneRegistry>.Instance);
        await using var jobs = new DumpJobs(registry, bench.Vault, time, NullLogger<DumpJobs>.Instance);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Bench.Ct);
        await using IAsyncEnumerator<LiveEvent> news = new LiveState(registry, jobs, bench.Leases, bench.Vault, time).WatchAsync(over.Token).GetAsyncEnumerator(over.Token);
        PhoneView held = await ToldAsync(news, phone => phone.State == PhoneState.Unavailable);

        Volatile.Write(ref at, null);
        // A port that another program holds is tried again after a second, then less often.
        await Eventually.HoldsAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return registry.List().Count == 0;
        });
        LiveEvent told;
        do
            told = await NextAsync(news);
        while (told is not PhoneGone);
        PhoneGone gone = (PhoneGone)told;

        Assert.Equal((held.Name, "/dev/here"), (gone.Name, gone.Port));
    }

    private static async Task<PhoneView> ToldAsync(IAsyncEnumerator<LiveEvent> news, Predicate<PhoneView> wanted)
    {
        while (true)
            if (await NextAsync(news) is PhoneNews told && wanted(told.Phone))
                return told.Phone;
    }

    private static async Task<LiveEvent> NextAsync(IAsyncEnumerator<LiveEvent> news) =>
        await news.MoveNextAsync().AsTask().WaitAsync(Eventually.Deadline, Bench.Ct) ? news.Current : throw new InvalidOperationException("The watch ended.");
}
