using ImeiAgent.Client.Desktop.Agents;

namespace ImeiAgent.Client.Desktop.Restore;

/// <summary>The restores that this program goes through or has sent, one for each phone. Safe for use by several threads.</summary>
public sealed class RestoreCases(TimeProvider time) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Agent, string Device), RestoreCase> _cases = [];
    private readonly CancellationTokenSource _end = new();

    /// <summary>Raised after one of them changed, on any thread.</summary>
    public event Action? Changed;

    /// <summary>That of a phone; a new one where there is none.</summary>
    /// <param name="link">The agent.</param>
    /// <param name="device">The phone's full name.</param>
    public RestoreCase Of(AgentLink link, string device)
    {
        ArgumentNullException.ThrowIfNull(link);
        lock (_gate)
        {
            // The name of an agent that was forgotten may have been given to another.
            if (_cases.TryGetValue((link.Name, device), out RestoreCase? known) && known.Link == link)
                return known;
            known?.Forget();
            RestoreCase made = new(link, device, time, _end.Token);
            made.Changed += () => Changed?.Invoke();
            return _cases[(link.Name, device)] = made;
        }
    }

    /// <summary>Those that were sent or wait for a supervisor.</summary>
    public IReadOnlyList<RestoreCase> UnderWay
    {
        get
        {
            lock (_gate)
                return [.. _cases.Values.Where(one => one.IsUnderWay)];
        }
    }

    /// <summary>The run whose receipt is a row of an agent's journal; null when it was not sent from here.</summary>
    /// <param name="agent">The agent's name.</param>
    /// <param name="journal">The row, as in "journal/17".</param>
    public RestoreRun? Find(string agent, string journal) => UnderWay
        .Where(one => one.Link.Name == agent).Select(one => (one.State as Sent)?.Run).FirstOrDefault(run => run?.Receipt?.Journal == journal);

    /// <summary>Those whose outcome the agent has not told yet.</summary>
    public IReadOnlyList<(RestoreCase Case, RestoreRun Run)> Running =>
        [.. UnderWay.Select(one => (Case: one, (one.State as Sent)?.Run)).Where(one => one.Run is { State: RunState.Running or RunState.Lost }).Select(one => (one.Case, one.Run!))];

    /// <summary>Completes when no outcome is waited for any more.</summary>
    public async Task SettledAsync(CancellationToken cancellation)
    {
        TaskCompletionSource settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        void Look()
        {
            if (Running.Count == 0)
                settled.TrySetResult();
        }
        Changed += Look;
        try
        {
            Look();
            await settled.Task.WaitAsync(cancellation);
        }
        finally
        {
            Changed -= Look;
        }
    }

    /// <summary>Ends the following. What has begun the agent carries to its end.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        foreach (RestoreCase one in UnderWay)
            if (one.State is Sent { Run: { } run })
                await run.Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }
}
