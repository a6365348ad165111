using System.Diagnostics.CodeAnalysis;
using ImeiAgent.Diag.Nv;
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

    private const int MostNotes = 100;

    /// <summary>So often in a row the phone may be lost without one more item read.</summary>
    private const int MostLosses = 10;

    private readonly Lock _lock = new();
    private readonly VaultFile _vault;
    private readonly PhoneRegistry _phones;
    private readonly TimeProvider _time;
    private readonly Identify _identify;
    private readonly DumpPlan _plan;
    private readonly Spool _spool;
    private readonly Caution _caution = new();
    private readonly HashSet<uint> _skips;
    private readonly CancellationTokenSource _cancel = new();
    private readonly List<(int Position, SkippedItem Skip)> _blamed = [];
    private readonly List<string> _notes;
    private JobState _state;
    private string _hint = "";
    private DateTimeOffset? _waitUntil;
    private Phone? _phone;
    private JobRow? _ended;
    private OperationException? _abandoned;
    private int _watchers;
    private int _lostAt = -1, _losses;
    private int _askers = 1;

    /// <summary>Takes up a job where its row stands.</summary>
    public RunningDump(JobRow row, PhoneRegistry phones, VaultFile vault, TimeProvider time)
    {
        (Row, Order, _phones, _vault, _time) = (row, JobOrder.Parse(row.Request), phones, vault, time);
        _identify = new Identify(time);
        _plan = new DumpPlan(Order);
        _notes = [.. row.Notes];
        _state = row.State;
        _skips = [.. vault.Learned.Skips(row.Identity.Model).Select(skip => DumpPlan.Key(skip.Slot, skip.Item.Number))];
        _spool = new Spool(vault, row, News, time);
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
    public Spool Spool => _spool;

    /// <summary>Ends it; it stays in the list as cancelled.</summary>
    public Task CancelAsync() => _cancel.CancelAsync();

    /// <summary>Somebody watches from now on (1), or no more (-1).</summary>
    public void CountWatchers(int change) => Interlocked.Add(ref _watchers, change);

    /// <summary>Somebody else asked for the same: it is not one person's to end in passing.</summary>
    public void Share() => Interlocked.Increment(ref _askers);

    /// <summary>One of those who want it gives up; true when nobody else is left who asked for it or watches it.</summary>
    public bool Leave() => Interlocked.Decrement(ref _askers) <= 0 & Watchers <= 1;

    /// <summary>Whether it was told to end.</summary>
    public bool IsCancelled => _cancel.IsCancellationRequested;

    /// <summary>Whether it is looking for an item that loses the phone, asking for one at a time: others must not read meanwhile.</summary>
    public bool IsCautious => _caution.IsDue(_spool.Position);

    /// <summary>How many watch.</summary>
    public int Watchers => Volatile.Read(ref _watchers);

    /// <summary>Whether the vault failed under it, so that its row still says that it runs.</summary>
    public bool IsAbandoned
    {
        get
        {
            lock (_lock)
                return _abandoned is not null && _ended is null;
        }
    }

    /// <summary>Writes down the end of a job that was abandoned, now that the vault may work again.</summary>
    /// <exception cref="OperationException">It does not.</exception>
    public void EndAbandoned() => End(JobState.Failed, "", "", _abandoned);

    /// <summary>The vault failed: watchers are told. The next agent takes the job up where its row stands, unless it is cancelled before.</summary>
    public void Abandon(OperationException reason)
    {
        _spool.End();
        lock (_lock)
            _abandoned = reason;
        News.Beat();
    }

    /// <summary>As it is now, as far as it is on the disk.</summary>
    public JobView View()
    {
        (long sequence, JobTally tally, TimeSpan reading, double rate) = _spool.Durable;
        lock (_lock)
        {
            if (_abandoned is not null)
                _state = JobState.Failed;
            JobRow row = _ended ?? Row with { State = _state, Tally = tally, LastSequence = sequence, Reading = reading, Notes = [.. _notes] };
            JobView view = JobViews.Of(row, Order);
            return view with
            {
                Error = _abandoned ?? view.Error,
                Progress = JobViews.Progress(row, _plan, rate, _phone?.Session.Window ?? 0),
                Hint = _hint,
                WaitUntil = _waitUntil,
            };
        }
    }

    /// <summary>The procedure. Returns when the job ended; leaves it to the next agent when <paramref name="stopping"/> is cancelled.</summary>
    /// <param name="elder">An older dump of the same phone that looks for an item that loses it, or null: what it asks for must be alone.</param>
    /// <param name="stopping">The agent ends.</param>
    public async Task RunAsync(Func<RunningDump?> elder, CancellationToken stopping)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping, _cancel.Token);
        try
        {
            // Read, for as many times as the phone leaves and comes back.
            var way = new PhoneReturn(_phones, Row.Device, Row.Identity, TimeSpan.FromSeconds(Order.WaitSeconds), _time);
            OperationException? reason = null;
            while (_spool.Position < _plan.Total)
            {
                Phone phone = await way.WaitAsync(_spool.Position > 0, reason, TellWaiting, ending.Token);
                if (elder() is { } cautious)
                {
                    await Task.WhenAny(cautious.News.Next, Task.Delay(s_patience, _time, ending.Token));
                    continue;
                }
                Begin(phone);
                try
                {
                    await new DumpReader(_plan, _spool, _caution, _skips, _time).RunAsync(phone, ending.Token);
                }
                catch (PhoneLostException lost)
                {
                    reason = lost.Reason;
                    Learn();
                    await LoseAsync(phone, lost, ending.Token);
                }
                finally
                {
                    Pause();
                }
            }

            Learn();

            // Everything is on the disk before anything is said of it.
            await FlushAsync();
            await FinishAsync(ending.Token);
        }
        catch (OperationCanceledException) when (_cancel.IsCancellationRequested)
        {
            await FlushAsync();
            End(JobState.Cancelled, "", "", Faults.JobCancelled(Name));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await FlushAsync();
        }
        catch (OperationException e)
        {
            await FlushAsync();
            Fail(e);
        }
    }

    private void Begin(Phone phone)
    {
        if (_vault.Learned.Window(Row.Identity.Model, Row.Identity.Build) is { } window)
            phone.Session.AssumeWindow(window);
        foreach (SkippedItem skip in _vault.Learned.Skips(Row.Identity.Model))
            _skips.Add(DumpPlan.Key(skip.Slot, skip.Item.Number));
        _spool.ReadingBegins();
        Change(JobState.Running, () => (_phone, _hint, _waitUntil) = (phone, "", null));
    }

    private void Pause()
    {
        _spool.ReadingEnds();
        if (_phone?.Session.SettledWindow is { } window)
            Remember(window);
        lock (_lock)
            _phone = null;
    }

    /// <summary>
    /// An item that was blamed is skipped for all phones of its model only once the phone was read on behind it: one that restarts by
    /// itself, or a loose cable, is lost at the next item too. A phone without a model teaches nothing, and who a phone is
    /// (identity items) is never left out of others because of one.
    /// </summary>
    private void Learn()
    {
        foreach ((int position, SkippedItem skip) in _blamed.Where(one => one.Position + 1 < _spool.Position).ToArray())
        {
            _blamed.RemoveAll(one => one.Position == position);
            if (skip.Model.Length > 0 && NvCatalogue.Find(skip.Item)?.Group != NvGroup.Identity)
                _vault.Learned.AddSkip(skip);
        }
    }

    private void Remember(int window)
    {
        try
        {
            _vault.Learned.RememberWindow(Row.Identity.Model, Row.Identity.Build, window);
        }
        catch (VaultUnavailableException)
        {
            // It is found out again; what matters is told when the next batch cannot be kept.
        }
    }

    private void TellWaiting(DateTimeOffset until, string hint) => Change(JobState.WaitingForPhone, () => (_hint, _waitUntil) = (hint, until));

    /// <summary>Lets the port be opened anew, and finds out whether one item is to blame.</summary>
    private async Task LoseAsync(Phone phone, PhoneLostException lost, CancellationToken ct)
    {
        // A restore that is under way ends first: it may still hear what the phone does not tell a dump.
        using (await _phones.GateOf(Row.Device).EnterAsync(ct))
            await phone.Session.DisposeAsync();
        if (_spool.Position > _lostAt)
            (_lostAt, _losses) = (_spool.Position, 0);
        if (++_losses == MostLosses)
            throw lost.Reason;
        if (!_caution.PhoneLost(lost.First, lost.End, lost.Asked))
            return;
        (byte slot, NvItemId item) = _plan[lost.First];
        string reason = lost.Reason.Error == OperationError.NoReply ? "the phone answered nothing any more" : "the phone left the port";
        _skips.Add(_plan.KeyAt(lost.First));
        _blamed.Add((lost.First, new SkippedItem(
            Row.Identity.Model, slot, item, $"Twice when it was read, {reason}.", "", Row.Identity.Build, _time.GetUtcNow())));
        Note($"Item {item.Number} of SIM {slot} is skipped: twice when it was read, {reason}.");
    }

    private async Task FinishAsync(CancellationToken ct)
    {
        SnapshotContent content = Content();
        JobTally tally = _spool.Durable.Tally;
        int failed = tally.Done - tally.Active - tally.Absent - tally.Skipped;
        if (failed > 0)
            Note($"{failed} {(failed == 1 ? "item" : "items")} could not be read: this snapshot is not complete.");
        if (tally.Skipped > 0)
            Note($"{tally.Skipped} {(tally.Skipped == 1 ? "item was" : "items were")} skipped, because phones of this model do not survive the read.");
        if (!await IsSurelyTheSameAsync(ct))
            Note("The phone left before it could be asked once more who it is.");
        string snapshot = Order.SaveSnapshot ? Save(content) : "";
        End(JobState.Succeeded, snapshot, content.Sha256, null);
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

    /// <summary>What was read before a failure is kept and says that it is not all; not when it is of two phones.</summary>
    private void Fail(OperationException reason)
    {
        string snapshot = "";
        try
        {
            JobTally tally = _spool.Durable.Tally;
            bool ofOnePhone = reason.Error != OperationError.DumpSourceChanged || tally.Done < _plan.Total;
            if (Order.SaveSnapshot && _spool.Fault is null && tally.Done > 0 && ofOnePhone)
            {
                Note($"Not complete: {tally.Done} of {_plan.Total} items were read. {reason.Message}");
                snapshot = Save(Content());
            }
        }
        catch (OperationException)
        {
            // The vault fails: the first reason is the one to tell.
        }
        End(JobState.Failed, snapshot, "", reason);
    }

    private string Save(SnapshotContent content) =>
        VaultAccess.Try(() => _vault.Snapshots.Save(new NewSnapshot(SnapshotOrigin.Read, Row.Device, Row.Identity, Notes()), content)).Name;

    /// <summary>The canonical content of what is on the disk, the batches of earlier runs included.</summary>
    private SnapshotContent Content()
    {
        var content = new SnapshotBuilder();
        for (long sequence = 1; sequence <= _spool.Durable.Sequence; sequence++)
            content.AddRecords(_vault.Jobs.Batch(Row.Id, sequence) ?? throw new InvalidDataException($"Batch {sequence} of {Name} is missing."));
        return content.Build();
    }

    private async Task FlushAsync()
    {
        _spool.End();
        await _spool.Writing;
        if (_spool.Fault is { } fault)
            throw fault;
    }

    private void End(JobState state, string snapshot, string sha256, OperationException? error)
    {
        JobRow ended = VaultAccess.Try(() =>
            _vault.Jobs.End(Row.Id, new JobEnd(state, snapshot, sha256, error?.Error.Name() ?? "", error?.Message ?? "", [])));
        Change(state, () => (_ended, _hint, _waitUntil) = (ended, "", null));
    }

    private void Note(string note)
    {
        lock (_lock)
        {
            if (_notes.Count >= MostNotes)
                return;
            _notes.Add(note);
        }
        VaultAccess.Try(() =>
        {
            _vault.Jobs.AddNotes(Row.Id, [note]);
            return note;
        });
        News.Beat();
    }

    private string[] Notes()
    {
        lock (_lock)
            return [.. _notes];
    }

    private void Change(JobState state, Action change)
    {
        bool kept;
        lock (_lock)
        {
            kept = _state == state || state is not (JobState.Running or JobState.WaitingForPhone);
            _state = state;
            change();
        }
        if (!kept)
        {
            VaultAccess.Try(() =>
            {
                _vault.Jobs.SetState(Row.Id, state);
                return state;
            });
        }
        News.Beat();
    }
}
