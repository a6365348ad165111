using ImeiAgent.Client.Desktop.Agents;
using ImeiAgent.Client.Desktop.Shell;

namespace ImeiAgent.Client.Desktop.Restore;

/// <summary>The restores that this program goes through or has sent, one for each phone. Safe for use by several threads.</summary>
public sealed class RestoreCases(TimeProvider time) : IAsyncDisposable
{
    private const int MostPast = 100; // The oldest goes; a supervisor sees its numbers still.

    private static readonly TimeSpan s_farewell = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Agent, string Device), RestoreCase> _cases = [];
    private readonly List<(AgentLink Link, RestoreRun Run)> _past = []; // Whose receipts their person may still see in full.
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
            _ = known?.ForgetAsync();
            RestoreCase made = new(link, device, time, _end.Token);
            made.Changed += () => Changed?.Invoke();
            made.Left += () => Drop(made);
            return _cases[(link.Name, device)] = made;
        }
    }

    /// <summary>That of a phone, for a window that shows it from now on.</summary>
    /// <param name="link">The agent.</param>
    /// <param name="device">The phone's full name.</param>
    /// <param name="anew">Whether a person comes to it, and does not load its page again: one whose end was seen gives way to a new one.</param>
    public RestoreCase Enter(AgentLink link, string device, bool anew = false)
    {
        lock (_gate)
        {
            RestoreCase found = Of(link, device);
            if (anew && found.Past is { } run)
            {
                _past.Add((link, run));
                if (_past.Count > MostPast)
                    _past.RemoveAt(0);
                _cases.Remove((link.Name, device));
                _ = found.ForgetAsync();
                found = Of(link, device);
            }
            found.Enter();
            return found;
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
    /// <param name="link">The agent: a name may have been given to another since.</param>
    /// <param name="journal">The row, as in "journal/17".</param>
    public RestoreRun? Find(AgentLink link, string journal)
    {
        lock (_gate)
        {
            return _cases.Values.Where(one => ReferenceEquals(one.Link, link)).Select(one => (one.State as Sent)?.Run)
                .Concat(_past.Where(one => ReferenceEquals(one.Link, link)).Select(one => one.Run)).FirstOrDefault(run => run?.Receipt?.Journal == journal);
        }
    }

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

    /// <summary>
    /// Before the program ends: tells which restores were sent from here and have no outcome yet, and waits for it. The agent carries them to
    /// their end in any case.
    /// </summary>
    /// <param name="tell">Where to tell it.</param>
    /// <param name="cancellation">Waits no longer, and tells how the outcome is learnt.</param>
    public async Task SeeThroughAsync(TextWriter tell, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(tell);
        foreach ((RestoreCase restore, RestoreRun run) in Running)
        {
            string device = Named.Short(restore.Device);
            try
            {
                if (!cancellation.IsCancellationRequested)
                    await tell.WriteLineAsync("imei-desktop: " + RestoreTexts.EndWaits.With(device, run.RequestId));
                await SettledAsync(cancellation);
            }
            catch (OperationCanceledException)
            {
                // Told below, as it is known now.
            }
            // "Nothing was written" only on the agent's word.
            await tell.WriteLineAsync("imei-desktop: " + (run.State != RunState.Over ? RestoreTexts.EndLeaves.With(device, run.RequestId)
                : RestoreTexts.EndTells.With(device, run.Receipt is { } receipt ? Words.For(receipt.Outcome) : RestoreTexts.NothingWritten)));
        }
    }

    /// <summary>Ends the following, and gives phones back. What has begun the agent carries to its end.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_end.IsCancellationRequested)
            return;
        RestoreCase[] all;
        lock (_gate)
            all = [.. _cases.Values];
        // An agent that does not answer costs the program's end no more than a second.
        foreach (RestoreCase one in all.Where(one => !one.IsUnderWay))
            await one.ForgetAsync().WaitAsync(s_farewell, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _end.CancelAsync();
        foreach (RestoreCase one in UnderWay)
            if (one.State is Sent { Run: { } run })
                await run.Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // Another window may have come to it meanwhile.
    private void Drop(RestoreCase idle)
    {
        lock (_gate)
            if (idle.IsIdle && _cases.GetValueOrDefault((idle.Link.Name, idle.Device)) == idle)
                _cases.Remove((idle.Link.Name, idle.Device));
            else
                return;
        _ = idle.ForgetAsync();
    }
}
