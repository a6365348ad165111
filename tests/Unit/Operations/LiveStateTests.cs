using ImeiAgent.Operations;
using ImeiAgent.Vault;
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
        LiveBarrier barrier = Assert.IsType<LiveBarrier>(await news.NextAsync());
        bench.First.Host.Unplug();
        PhoneNews gone = await news.NextAsync<PhoneNews>(n => n.Phone.State == PhoneState.Disconnected);
        bench.First.Host.Replug();
        PhoneNews back = await news.NextAsync<PhoneNews>(n => n.Phone.State == PhoneState.Ready);

        Assert.Equal(first.Phone.Name, back.Phone.Name);
        Assert.True(first.Revision <= barrier.Revision && barrier.Revision < gone.Revision && gone.Revision < back.Revision);
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

        Assert.IsType<PhoneNews>(await later.NextAsync());
        Assert.IsType<LiveBarrier>(await later.NextAsync());
    }

    /// <summary>A watcher.</summary>
    private sealed class News : IAsyncDisposable
    {
        private readonly CancellationTokenSource _over = CancellationTokenSource.CreateLinkedTokenSource(Bench.Ct);
        private readonly IAsyncEnumerator<LiveEvent> _events;

        public News(Bench bench, LiveState? live = null)
        {
            Live = live ?? new LiveState(bench.Registry, bench.Jobs, bench.Leases, TimeProvider.System);
            _events = Live.WatchAsync(_over.Token).GetAsyncEnumerator(_over.Token);
        }

        public LiveState Live { get; }

        public async Task<LiveEvent> NextAsync() => await _events.MoveNextAsync().AsTask().WaitAsync(TestKit.Eventually.Deadline, Bench.Ct)
            ? _events.Current : throw new InvalidOperationException("The watch ended.");

        public async Task<T> NextAsync<T>(Predicate<T> wanted) where T : LiveEvent
        {
            while (true)
                if (await NextAsync() is T news && wanted(news))
                    return news;
        }

        public async ValueTask DisposeAsync()
        {
            await _over.CancelAsync();
            try
            {
                while (await _events.MoveNextAsync())
                {
                }
            }
            catch (OperationCanceledException)
            {
                // As asked.
            }
            await _events.DisposeAsync();
            _over.Dispose();
        }
    }
}
