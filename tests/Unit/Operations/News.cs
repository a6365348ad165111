using ImeiAgent.Operations;
using ImeiAgent.TestKit;

namespace ImeiAgent.Unit.Operations;

/// <summary>A watcher of all that changes by itself.</summary>
internal sealed class News : IAsyncDisposable
{
    private readonly CancellationTokenSource _over = CancellationTokenSource.CreateLinkedTokenSource(Bench.Ct);
    private readonly IAsyncEnumerator<LiveEvent> _events;

    public News(Bench bench, LiveState? live = null)
        : this(live ?? new LiveState(bench.Registry, bench.Jobs, bench.Leases, bench.Vault, TimeProvider.System))
    {
    }

    public News(LiveState live)
    {
        Live = live;
        _events = Live.WatchAsync(_over.Token).GetAsyncEnumerator(_over.Token);
    }

    public LiveState Live { get; }

    public async Task<LiveEvent> NextAsync() => await _events.MoveNextAsync().AsTask().WaitAsync(Eventually.Deadline, Bench.Ct)
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
