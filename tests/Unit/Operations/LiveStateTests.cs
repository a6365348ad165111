using ImeiAgent.Operations;
using ImeiAgent.Session;
using ImeiAgent.Vault;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace ImeiAgent.Unit.Operations;

/// <summary>What a watcher is told of phones and jobs.</summary>
public class LiveStateTests
{
    [Fact]
    public async Task First_everything_then_a_barrier_then_what_changes()
    {
        await using var bench = new Bench();
        await bench.Registry.RequireAsync("", Bench.Ct);
        await using var news = new News(bench);

        PhoneNews first = Assert.IsType<PhoneNews>(await news.NextAsync());
        Assert.Equal(PhoneState.Ready, first.Phone.State);
        AttentionNews attention = Assert.IsType<AttentionNews>(await news.NextAsync());
        Assert.Equal((0, 0), (attention.Counts.PendingApprovals, attention.Counts.OpenRows));
        LiveBarrier barrier = Assert.IsType<LiveBarrier>(await news.NextAsync());
        bench.First.Host.Unplug();
        PhoneNews gone = await news.NextAsync<PhoneNews>(n => n.Phone.State == PhoneState.Disconnected);
        bench.First.Host.Replug();
        PhoneNews back = await news.NextAsync<PhoneNews>(n => n.Phone.State == PhoneState.Ready);

        Assert.Equal(first.Phone.Name, back.Phone.Name);
        Assert.True(first.Revision < attention.Revision && attention.Revision <= barrier.Revision && barrier.Revision < gone.Revision && gone.Revision < back.Revision);
    }

    [Fact]
    public async Task Watchers_see_one_change_under_one_revision()
    {
        await using var bench = new Bench();
        await bench.Registry.RequireAsync("", Bench.Ct);
        await using var one = new News(bench);
        await using var two = new News(bench, one.Live);
        await one.NextAsync<LiveBarrier>(_ => true);
        await two.NextAsync<LiveBarrier>(_ => true);

        bench.First.Host.Unplug();

        Assert.Equal(
            (await one.NextAsync<PhoneNews>(n => n.Phone is { State: PhoneState.Disconnected, Hint.Length: > 0 })).Revision,
            (await two.NextAsync<PhoneNews>(n => n.Phone is { State: PhoneState.Disconnected, Hint.Length: > 0 })).Revision);
    }

    [Fact]
    public async Task A_job_is_told_from_its_beginning_to_its_end()
    {
        await using var bench = new Bench();
        await bench.Registry.RequireAsync("", Bench.Ct);
        await using var news = new News(bench);
        await news.NextAsync<LiveBarrier>(_ => true);

        (JobView job, _) = await bench.Jobs.StartAsync(new DumpRequest { Ranges = [new(0, 3000)] }, Bench.Ct);
        JobNews ended = await news.NextAsync<JobNews>(n => n.Job.HasEnded);

        Assert.Equal((job.Name, JobState.Succeeded, 3001), (ended.Job.Name, ended.Job.State, ended.Job.Progress.Done));
    }

    [Fact]
    public async Task A_job_that_ended_before_is_no_news()
    {
        await using var bench = new Bench();
        await bench.Registry.RequireAsync("", Bench.Ct);
        await using var first = new News(bench);
        await first.NextAsync<LiveBarrier>(_ => true);
        await bench.Jobs.StartAsync(new DumpRequest { Ranges = [new(0, 100)] }, Bench.Ct);
        await first.NextAsync<JobNews>(n => n.Job.HasEnded);

        await using var later = new News(bench, first.Live);

        LiveEvent[] there = [await later.NextAsync(), await later.NextAsync()];
        Assert.Equal([nameof(AttentionNews), nameof(PhoneNews)], there.Select(n => n.GetType().Name).Order(StringComparer.Ordinal));
        Assert.IsType<LiveBarrier>(await later.NextAsync());
    }

    [Fact]
    public async Task Who_takes_waits_for_steals_and_gives_back_a_phone_is_told_and_that_a_lease_was_renewed_is_not()
    {
        await using var bench = new Bench();
        string phone = (await bench.Registry.RequireAsync("", Bench.Ct)).Name;
        await using var news = new News(bench);
        await news.NextAsync<LiveBarrier>(_ => true);

        LeaseView anas = await bench.Leases.AcquireAsync(Bench.Order(phone, LeaseRoom.Ana) with { Ttl = TimeSpan.FromMinutes(1) }, Bench.Ct);
        PhoneNews taken = Assert.IsType<PhoneNews>(await news.NextAsync());
        bench.Leases.Renew(phone, anas.Token, TimeSpan.FromHours(1), LeaseRoom.Ana);
        Task<LeaseView> waiting = bench.Leases.AcquireAsync(Bench.Order(phone, LeaseRoom.Ben) with { Wait = TimeSpan.FromMinutes(5) }, Bench.Ct);
        PhoneNews waited = Assert.IsType<PhoneNews>(await news.NextAsync());
        LeaseView evas = bench.Leases.Steal(Bench.Order(phone, LeaseRoom.Eva) with { Purpose = "a customer waits" }).Lease;
        PhoneNews stolen = Assert.IsType<PhoneNews>(await news.NextAsync());
        bench.Leases.Release(phone, evas.Token, LeaseRoom.Eva);
        LeaseView bens = await waiting;
        PhoneNews served = await news.NextAsync<PhoneNews>(n => n.Lease?.Token == bens.Token);
        bench.Leases.Release(phone, bens.Token, LeaseRoom.Ben);
        PhoneNews free = await news.NextAsync<PhoneNews>(n => n.Lease is null);

        Assert.Equal(
            [("ana", 0, "ticket 4711"), ("ana", 1, "ticket 4711"), ("eva", 1, "a customer waits"), ("ben", 0, "ticket 4711")],
            new[] { taken, waited, stolen, served }.Select(n => (n.Lease!.Holder, n.Lease.Waiting, n.Lease.Purpose)));
        ulong[] revisions = [taken.Revision, waited.Revision, stolen.Revision, served.Revision, free.Revision];
        Assert.Equal(revisions.Distinct().Order(), revisions);
        Assert.All([taken, waited, stolen, served, free], n => Assert.Equal((phone, PhoneState.Ready), (n.Phone.Name, n.Phone.State)));
    }

    [Fact]
    public async Task A_phone_that_left_diagnostic_mode_is_told_at_its_port()
    {
        await using var bench = new Bench("galaxy");
        bench.Plug("exynos", seed: 2);
        PortSpec behind = PortSpec.Parse("/dev/sim1");
        await using PhoneRegistry registry = bench.NewRegistry([PortSpec.Parse("/dev/here")], (_, ct) => bench.OpenAsync(Volatile.Read(ref behind), ct));
        await using var jobs = new DumpJobs(registry, bench.Vault, TimeProvider.System, NullLogger<DumpJobs>.Instance);
        await registry.RequireAsync("", Bench.Ct);
        await using var news = new News(new LiveState(registry, jobs, bench.Leases, bench.Vault, TimeProvider.System));
        PhoneNews before = await news.NextAsync<PhoneNews>(n => n.Phone.State == PhoneState.Ready);

        Volatile.Write(ref behind, PortSpec.Parse("/dev/sim2"));
        bench.First.Host.Unplug();
        PhoneNews after = await news.NextAsync<PhoneNews>(n => n.Phone.State == PhoneState.NotDiag);

        Assert.Equal(("/dev/here", before.Phone.Port), (after.Phone.Port, after.Phone.Port));
        Assert.Contains("AT commands", after.Phone.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_nothing_changes_a_heartbeat_comes_every_ten_seconds_with_the_last_revision()
    {
        await using var bench = new Bench();
        await bench.Registry.RequireAsync("", Bench.Ct);
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var news = new News(new LiveState(bench.Registry, bench.Jobs, bench.Leases, bench.Vault, time));
        LiveBarrier barrier = await news.NextAsync<LiveBarrier>(_ => true);

        for (int beat = 0; beat < 3; beat++)
        {
            Task<LiveEvent> next = news.NextAsync();
            time.Advance(TimeSpan.FromSeconds(9.9));
            Assert.False(next.IsCompleted);
            time.Advance(TimeSpan.FromSeconds(0.1));
            Assert.Equal(new LiveHeartbeat(barrier.Revision), await next);
        }
    }
}
