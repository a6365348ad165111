using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <summary>
/// What is told of a job while it is worked at: state, hint, notes, and how it ended. State and notes are kept in its row; an end is told
/// only once it is on the disk.
/// </summary>
internal sealed class JobRecord
{
    private const int MostNotes = 100;

    /// <summary>Of those, for the end: it says what is missing from a snapshot, whatever was noted before.</summary>
    private const int MostNotesAtEnd = 3;

    private readonly Lock _lock = new();
    private readonly JobRow _row;
    private readonly JobOrder _order;
    private readonly DumpPlan _plan;
    private readonly VaultFile _vault;
    private readonly Spool _spool;
    private readonly Pulse _news;
    private readonly List<string> _notes;
    private JobState _state;
    private string _hint = "";
    private DateTimeOffset? _waitUntil;
    private Phone? _phone;
    private JobRow? _ended;
    private OperationException? _abandoned;

    public JobRecord(JobRow row, JobOrder order, DumpPlan plan, VaultFile vault, Spool spool, Pulse news)
    {
        (_row, _order, _plan, _vault, _spool, _news) = (row, order, plan, vault, spool, news);
        (_state, _notes) = (row.State, [.. row.Notes]);
    }

    /// <summary>Whether the vault failed under it, so that its row still says that it runs.</summary>
    public bool IsAbandoned
    {
        get
        {
            lock (_lock)
                return _abandoned is not null && _ended is null;
        }
    }

    /// <summary>As it is now, as far as it is on the disk.</summary>
    public JobView View()
    {
        (long sequence, JobTally tally, TimeSpan reading, double rate) = _spool.Durable;
        lock (_lock)
        {
            JobState state = _abandoned is null ? _state : JobState.Failed;
            JobRow row = _ended ?? _row with { State = state, Tally = tally, LastSequence = sequence, Reading = reading, Notes = [.. _notes] };
            JobView view = JobViews.Of(row, _order);
            return view with
            {
                Error = _abandoned ?? view.Error,
                Progress = JobViews.Progress(row, _plan, rate, _phone?.Session.Window ?? 0),
                Hint = _hint,
                WaitUntil = _waitUntil,
            };
        }
    }

    /// <summary>It reads this phone from now on.</summary>
    /// <exception cref="OperationException">The vault failed.</exception>
    public void Reads(Phone phone) => Change(JobState.Running, () => (_phone, _hint, _waitUntil) = (phone, "", null));

    /// <summary>It does not read its phone any more.</summary>
    public void Pauses()
    {
        lock (_lock)
            _phone = null;
    }

    /// <summary>It waits for its phone.</summary>
    /// <param name="until">When it gives up.</param>
    /// <param name="hint">What a person should do.</param>
    /// <exception cref="OperationException">The vault failed.</exception>
    public void Waits(DateTimeOffset until, string hint) => Change(JobState.WaitingForPhone, () => (_hint, _waitUntil) = (hint, until));

    /// <summary>Adds a note for a person; left out when there are very many.</summary>
    /// <exception cref="OperationException">The vault failed.</exception>
    public void Note(string note)
    {
        lock (_lock)
        {
            if (_notes.Count >= MostNotes - MostNotesAtEnd)
                return;
            _notes.Add(note);
        }
        VaultAccess.Try(() =>
        {
            _vault.Jobs.AddNotes(_row.Id, [note]);
            return note;
        });
        _news.Beat();
    }

    /// <summary>It is over: what was read, the notes and the end get on the disk together, or nothing of it.</summary>
    /// <param name="state">How it ended.</param>
    /// <param name="error">Why it failed or was cancelled; null when it succeeded.</param>
    /// <param name="notes">The last ones.</param>
    /// <param name="sha256">The content's hash; empty when there is none.</param>
    /// <param name="snapshot">What to keep as a snapshot; null for nothing.</param>
    /// <exception cref="OperationException">The vault failed, and the job has not ended.</exception>
    public void End(JobState state, OperationException? error, IReadOnlyList<string> notes, string sha256 = "", SnapshotContent? snapshot = null)
    {
        string[] last;
        lock (_lock)
            last = [.. notes.Take(MostNotes - _notes.Count)];
        var end = new JobEnd(state, sha256, error?.Error.Name() ?? "", error?.Message ?? "", last);
        JobRow ended = VaultAccess.Try(() => _vault.Jobs.End(_row.Id, end, snapshot));
        lock (_lock)
            (_state, _ended, _hint, _waitUntil) = (state, ended, "", null);
        _news.Beat();
    }

    /// <summary>The vault failed: that is told, and the row stays as it is.</summary>
    public void Abandon(OperationException reason)
    {
        lock (_lock)
            _abandoned = reason;
        _news.Beat();
    }

    /// <summary>Writes down the end of a job that was abandoned, now that the vault may work again.</summary>
    /// <exception cref="OperationException">It does not.</exception>
    public void EndAbandoned() => End(JobState.Failed, _abandoned, []);

    private void Change(JobState state, Action change)
    {
        bool kept;
        lock (_lock)
        {
            kept = _state == state;
            _state = state;
            change();
        }
        if (!kept)
        {
            VaultAccess.Try(() =>
            {
                _vault.Jobs.SetState(_row.Id, state);
                return state;
            });
        }
        _news.Beat();
    }
}
