using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <summary>
/// One dump, from its first item to its end, over all the times its phone leaves and comes back. It belongs to the agent: no client's
/// coming or going touches it.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "The source of cancellation has no timer and holds nothing; whoever cancels late must not meet a disposed one.")]
internal sealed class RunningDump
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(200);

    private readonly VaultFile _vault;
    private readonly PhoneRegistry _phones;
    private readonly TimeProvider _time;
    private readonly Identify _identify;
    private readonly DumpPlan _plan;
    private readonly HarmfulItems _harmful;
    private readonly JobRecord _record;
    private readonly DumpEnding _ending;
    private readonly CancellationTokenSource _cancel = new();

    /// <summary>Takes up a job where its row stands.</summary>
    /// <param name="row">The job.</param>
    /// <param name="owner">As for <see cref="Operations.Audience"/>.</param>
    /// <param name="span">From <see cref="DumpTrace.Begin"/>; it is ended with the dump.</param>
    /// <param name="phones">Where its phone is found.</param>
    /// <param name="vault">Where it is kept.</param>
    /// <param name="time">The clock.</param>
    public RunningDump(JobRow row, string owner, Activity? span, PhoneRegistry phones, VaultFile vault, TimeProvider time)
    {
        (Row, Order, _phones, _vault, _time) = (row, JobOrder.Parse(row.Request), phones, vault, time);
        Audience = new Audience(owner);
        _identify = new Identify(time);
        _plan = new DumpPlan(Order);
        _harmful = new HarmfulItems(row, _plan, vault, time);
        Spool = new Spool(vault, row, News, time);
        _record = new JobRecord(row, Order, _plan, vault, Spool, News);
        Trace = new DumpTrace(span, Name, row.Device, row.Identity.Model, _plan.Total, time);
        _ending = new DumpEnding(row, Order, _plan, Spool, _record, Trace, vault);
    }

    /// <summary>The job as it was taken up.</summary>
    public JobRow Row { get; }

    /// <summary>What it reads.</summary>
    public JobOrder Order { get; }

    /// <summary>Full name.</summary>
    public string Name => JobNames.Full(Row.Name);

    /// <summary>Beats at every change of what <see cref="View"/> or <see cref="Spool"/> tell.</summary>
    public Pulse News { get; } = new();

    /// <summary>What it has read.</summary>
    public Spool Spool { get; }

    /// <summary>Its spans; whoever runs it ends them.</summary>
    public DumpTrace Trace { get; }

    /// <summary>As it is now, as far as it is on the disk.</summary>
    public JobView View() => _record.View();

    /// <summary>Ends it; it stays in the list as cancelled.</summary>
    public Task CancelAsync() => _cancel.CancelAsync();

    /// <summary>Whether it was told to end.</summary>
    public bool IsCancelled => _cancel.IsCancellationRequested;

    /// <summary>Whether it is looking for an item that loses the phone, asking for one at a time: others must not read meanwhile.</summary>
    public bool IsCautious => _harmful.IsAlone(Spool.Position);

    /// <summary>Who wants it.</summary>
    public Audience Audience { get; }

    /// <summary>Whether the vault failed under it, so that its row still says that it runs.</summary>
    public bool IsAbandoned => _record.IsAbandoned;

    /// <summary>The vault failed: watchers are told. The next agent takes the job up where its row stands, unless it is cancelled before.</summary>
    public void Abandon(OperationException reason)
    {
        Trace.Ended(JobState.Failed, reason);
        Spool.End();
        _record.Abandon(reason);
    }

    /// <summary>Writes down the end of a job that was abandoned, now that the vault may work again.</summary>
    /// <exception cref="OperationException">It does not.</exception>
    public void EndAbandoned() => _record.EndAbandoned();

    /// <summary>The procedure. Returns when the job ended; leaves it to the next agent when <paramref name="stopping"/> is cancelled, or the vault fails.</summary>
    /// <param name="elder">An older dump of the same phone that looks for an item that loses it, or null: what it asks for must be alone.</param>
    /// <param name="stopping">The agent ends.</param>
    /// <exception cref="OperationException">The vault failed.</exception>
    public async Task RunAsync(Func<RunningDump?> elder, CancellationToken stopping)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping, _cancel.Token);
        try
        {
            // Read, for as many times as the phone leaves and comes back.
            var way = new PhoneReturn(_phones, Row.Device, Row.Identity, TimeSpan.FromSeconds(Order.WaitSeconds), _time);
            OperationException? reason = null;
            while (Spool.Position < _plan.Total)
            {
                Phone phone = await ReachAsync(way, reason, ending.Token);
                if (elder() is { } cautious)
                {
                    await Task.WhenAny(cautious.News.Next, Task.Delay(s_patience, _time, ending.Token));
                    continue;
                }
                Begin(phone);
                try
                {
                    await DumpTrace.ApartAsync(() => new DumpReader(_plan, Spool, _harmful, Trace, _time).RunAsync(phone, ending.Token));
                }
                catch (PhoneLostException lost)
                {
                    reason = lost.Reason;
                    await LoseAsync(phone, lost, ending.Token);
                }
                finally
                {
                    Pause(phone);
                }
            }
            _harmful.Learn(Spool.Position);

            // Everything is on the disk before anything is said of it.
            await FlushAsync();

            // The phone is asked once more who it is; then what was read is kept, and the job ends.
            bool isSurelyTheSame = await IsSurelyTheSameAsync(ending.Token);
            _ending.Succeed(isSurelyTheSame);
        }
        catch (OperationCanceledException) when (_cancel.IsCancellationRequested)
        {
            await FlushAsync();
            _ending.Cancel();
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await FlushAsync();
        }
        catch (OperationException e)
        {
            await FlushAsync();
            // A vault that failed is no end: nothing was kept of the last step, and the next agent takes it again.
            if (e.Error == OperationError.VaultUnavailable)
                throw;
            _ending.Fail(e);
        }
    }

    /// <summary>The phone, as soon as it is there.</summary>
    private async Task<Phone> ReachAsync(PhoneReturn way, OperationException? reason, CancellationToken ct)
    {
        Activity? wait = null;
        try
        {
            return await way.WaitAsync(Spool.Position > 0, reason, Told, ct);
        }
        catch (OperationException e)
        {
            wait.Fail(e);
            throw;
        }
        finally
        {
            wait.End();
        }

        void Told(DateTimeOffset until, string hint)
        {
            wait ??= Trace.Waiting(hint);
            _record.Waits(until, hint);
        }
    }

    private void Begin(Phone phone)
    {
        if (_vault.Learned.Window(Row.Identity.Model, Row.Identity.Build) is { } window)
            phone.Session.AssumeWindow(window);
        _harmful.Refresh();
        Spool.ReadingBegins();
        _record.Reads(phone);
    }

    /// <summary>Lets the port be opened anew, and finds out whether one item is to blame.</summary>
    private async Task LoseAsync(Phone phone, PhoneLostException lost, CancellationToken ct)
    {
        phone.KeepRecording(lost.Reason);
        _harmful.Learn(Spool.Position);
        // A restore that is under way ends first: it may still hear what the phone does not tell a dump.
        using (await _phones.GateOf(Row.Device).EnterAsync(Caller.Agent, "a dump lost the phone", ct))
            await phone.Session.DisposeAsync();
        if (_harmful.PhoneLost(lost, Spool.Position) is { } note)
            _record.Note(note);
    }

    private void Pause(Phone phone)
    {
        Spool.ReadingEnds();
        Trace.Pause(phone.Session.Window);
        _record.Pauses();
        if (phone.Session.SettledWindow is not { } window)
            return;
        try
        {
            _vault.Learned.RememberWindow(Row.Identity.Model, Row.Identity.Build, window);
        }
        catch (VaultUnavailableException)
        {
            // It is found out again; what matters is told when the next batch cannot be kept.
        }
    }

    private async Task FlushAsync()
    {
        Spool.End();
        await Spool.Writing;
        if (Spool.Fault is { } fault)
            throw fault;
    }

    /// <summary>Whether the phone still tells that it is itself; false when it tells nothing any more.</summary>
    /// <exception cref="OperationException">Another phone answers: what was read is of two.</exception>
    private async Task<bool> IsSurelyTheSameAsync(CancellationToken ct)
    {
        try
        {
            if (_phones.FindReady(Row.Device) is not { } phone)
                return false;
            await _identify.RunAsync(phone, ct);
            return true;
        }
        catch (OperationException e) when (e.Fields.ContainsKey(Faults.AnotherAnswers))
        {
            throw Faults.SourceChanged(Row.Device);
        }
        catch (OperationException)
        {
            return false;
        }
    }
}
