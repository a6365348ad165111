namespace ImeiAgent.Client.Desktop.Window;

/// <summary>
/// The pages that browsers show, as their connections tell: at which contexts, and when the last one was closed. Safe for use by several
/// threads.
/// </summary>
public sealed class OpenPages(TimeProvider time)
{
    /// <summary>
    /// How long after the last page was closed the program goes on: a page that is loaded again is closed first. And how soon after the
    /// loss of its connection a page must say goodbye to count as closed by its user; one that only lost it is waited for.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly Dictionary<object, Page> _pages = [];
    private TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? _lost;
    private ITimer? _timer;

    /// <summary>Completes when the user closed the last page, and opened none again in its place; begins anew with a page that is opened after that.</summary>
    public Task Closed
    {
        get
        {
            lock (_pages)
                return _closed.Task;
        }
    }

    /// <summary>Completes when no page is connected, now or later.</summary>
    public Task NoneConnected
    {
        get
        {
            lock (_pages)
                return _pages.Values.Any(page => page.LostAt is null) ? (_lost ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task : Task.CompletedTask;
        }
    }

    /// <summary>Whether a page at that context is connected.</summary>
    /// <param name="context">Null for any.</param>
    public bool Shows(string? context)
    {
        lock (_pages)
            return _pages.Values.Any(page => page.LostAt is null && (context is null || page.Context == context));
    }

    /// <summary>A page is about to be opened.</summary>
    public void Expect()
    {
        lock (_pages)
            BeginAnew();
    }

    /// <summary>A page is there, or moved to another address.</summary>
    /// <param name="page">Which.</param>
    /// <param name="address">What its browser shows.</param>
    public void At(object page, Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        lock (_pages)
        {
            BeginAnew();
            _pages[page] = new Page(WindowAddress.ContextOf(address.AbsolutePath), null);
        }
    }

    /// <summary>A page's connection is up.</summary>
    public void Up(object page) => Change(page, null);

    /// <summary>A page's connection is down; it may come back.</summary>
    public void Down(object page) => Change(page, time.GetTimestamp());

    /// <summary>A page is gone: it said so, or was waited for in vain.</summary>
    public void Gone(object page)
    {
        lock (_pages)
        {
            bool wasThere = _pages.Remove(page, out Page? gone);
            TellIfLost();
            if (!wasThere || _pages.Count > 0)
                return;
            // The computer slept, or the browser put the tab aside: nobody closed anything.
            if (gone!.LostAt is { } lost && time.GetElapsedTime(lost) > Patience)
                return;
            _timer = time.CreateTimer(_ => Ended(), null, Patience, Timeout.InfiniteTimeSpan);
        }
    }

    private void BeginAnew()
    {
        _timer?.Dispose();
        _timer = null;
        if (_closed.Task.IsCompleted)
            _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private void Change(object page, long? lostAt)
    {
        lock (_pages)
        {
            if (_pages.TryGetValue(page, out Page? known))
                _pages[page] = known with { LostAt = lostAt };
            TellIfLost();
        }
    }

    private void TellIfLost()
    {
        if (_lost is null || _pages.Values.Any(page => page.LostAt is null))
            return;
        _lost.TrySetResult();
        _lost = null;
    }

    private void Ended()
    {
        lock (_pages)
        {
            if (_pages.Count == 0)
                _closed.TrySetResult();
        }
    }

    private sealed record Page(string? Context, long? LostAt);
}
