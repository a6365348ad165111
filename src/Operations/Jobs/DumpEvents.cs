using ImeiAgent.Diag.Nv;
using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <summary>Items first to last, both included.</summary>
/// <param name="First">0 to 65535.</param>
/// <param name="Last">First to 65535.</param>
public readonly record struct ItemRange(int First, int Last);

/// <summary>What to read.</summary>
public sealed record DumpRequest
{
    /// <summary>Name, unique beginning of it, or port; empty when only one phone is attached.</summary>
    public string Device { get; init; } = "";

    /// <summary>1 to 1,000 ranges, read in this order; an item named twice is read once. None with <see cref="Quick"/>.</summary>
    public IReadOnlyList<ItemRange> Ranges { get; init; } = [];

    /// <summary>SIM slots to read, in order, each 1 or 2 and at most once; empty means 1.</summary>
    public IReadOnlyList<int> Slots { get; init; } = [];

    /// <summary>Keep what was read as a snapshot.</summary>
    public bool SaveSnapshot { get; init; }

    /// <summary>Leave slot 2 out with a note when the phone offers no way to it, instead of failing.</summary>
    public bool SkipUnreachableSlots { get; init; }

    /// <summary>Only what was active in earlier snapshots of this model, and the identity and RF items.</summary>
    public bool Quick { get; init; }

    /// <summary>How long to wait for the phone each time it leaves: 1 s to 24 h; null means 10 min.</summary>
    public TimeSpan? WaitLimit { get; init; }

    /// <summary>Who asks.</summary>
    public string Operator { get; init; } = "";
}

/// <summary>What of a job's items a watcher wants.</summary>
public sealed record WatchRequest
{
    /// <summary>The first batch wanted; 0 and 1 mean from the beginning.</summary>
    public long FromSequence { get; init; }

    /// <summary>Only batches yet to come.</summary>
    public bool FromNow { get; init; }

    /// <summary>Leave out what is not there; it is still counted and kept.</summary>
    public bool SkipAbsent { get; init; }

    /// <summary>Give no batches.</summary>
    public bool OmitItems { get; init; }
}

/// <summary>
/// One event of a watched dump: a header; then batches, progress and changes of state; then exactly one summary, unless an exception
/// ends it before.
/// </summary>
public abstract record DumpEvent;

/// <summary>First.</summary>
/// <param name="Phone">The phone.</param>
/// <param name="Total">Items that will be read, over all slots.</param>
/// <param name="Notes">Notes for a person, as on a slot that was left out.</param>
/// <param name="Job">The job's full name.</param>
/// <param name="Shared">It was running already: somebody had asked for the same.</param>
public sealed record DumpHeader(PhoneView Phone, int Total, IReadOnlyList<string> Notes, string Job, bool Shared) : DumpEvent;

/// <summary>A run of items.</summary>
/// <param name="Batch">The items in the order read; the same object for all who watch at the moment.</param>
/// <param name="SkipAbsent">This watcher does not want what is not there.</param>
public sealed record DumpBatch(SpooledBatch Batch, bool SkipAbsent) : DumpEvent
{
    /// <summary>Counted from 1.</summary>
    public long Sequence => Batch.Sequence;

    /// <summary>The items that are wanted, decoded anew at each enumeration.</summary>
    public IEnumerable<NvReading> Items => SkipAbsent ? Batch.Where(static item => !item.IsAbsent) : Batch;
}

/// <summary>How far it has come, counting only what is on the disk; at least every second.</summary>
/// <param name="Done">Items answered so far.</param>
/// <param name="Total">Items to be read.</param>
/// <param name="Active">Of those done: with data.</param>
/// <param name="ItemsPerSecond">Over the last few seconds.</param>
/// <param name="Remaining">Estimated time to the end; null while unknown.</param>
/// <param name="Slot">SIM slot being read.</param>
/// <param name="Window">Requests kept outstanding, 1 to 64; 0 while no phone is read.</param>
/// <param name="Sequence">The last batch on the disk; 0 before the first.</param>
public sealed record DumpProgress(
    int Done, int Total, int Active, double ItemsPerSecond, TimeSpan? Remaining, int Slot, int Window, long Sequence) : DumpEvent;

/// <summary>The job's state changed.</summary>
/// <param name="Job">As it is now.</param>
public sealed record DumpStateChanged(JobView Job) : DumpEvent;

/// <summary>Last.</summary>
/// <param name="Total">Items of the plan, all of them answered or skipped.</param>
/// <param name="Active">With data.</param>
/// <param name="Absent">Not there.</param>
/// <param name="Failed">Unknown; 0 in a good read.</param>
/// <param name="Skipped">Not asked for, because they are on the list of skips.</param>
/// <param name="Sha256">Over the canonical content, 64 hex digits.</param>
/// <param name="Duration">Time spent reading, waits for the phone left out.</param>
/// <param name="Snapshot">Full name of the snapshot that was kept; empty when none was asked for.</param>
public sealed record DumpSummary(
    int Total, int Active, int Absent, int Failed, int Skipped, string Sha256, TimeSpan Duration, string Snapshot) : DumpEvent;

/// <summary>A job as it is at a moment.</summary>
/// <param name="Name">Full name, as in "jobs/20261123-3f2a9c".</param>
/// <param name="State">What it does.</param>
/// <param name="Device">The phone's name.</param>
/// <param name="Identity">Who the phone was when the job began.</param>
/// <param name="Slots">SIM slots, in order.</param>
/// <param name="Quick">Whether it reads only what was active before.</param>
/// <param name="Operator">Who started it.</param>
/// <param name="CreatedAt">When it was started.</param>
/// <param name="EndedAt">When it ended; null before.</param>
/// <param name="Progress">How far it has come.</param>
/// <param name="Hint">What a person should do while it waits; else empty.</param>
/// <param name="WaitUntil">Until when it waits for the phone; null unless it waits.</param>
/// <param name="Notes">Notes for a person.</param>
/// <param name="Summary">What was read; null before it succeeded.</param>
/// <param name="Error">Why it failed or was cancelled; null otherwise.</param>
public sealed record JobView(
    string Name, JobState State, string Device, Diag.Identity.PhoneIdentity Identity, IReadOnlyList<byte> Slots, bool Quick, string Operator,
    DateTimeOffset CreatedAt, DateTimeOffset? EndedAt, DumpProgress Progress, string Hint, DateTimeOffset? WaitUntil,
    IReadOnlyList<string> Notes, DumpSummary? Summary, OperationException? Error)
{
    /// <summary>It does not change any more.</summary>
    public bool HasEnded => State is JobState.Succeeded or JobState.Failed or JobState.Cancelled;
}

/// <summary>A page of jobs.</summary>
/// <param name="Jobs">Newest first.</param>
/// <param name="NextPageToken">Empty at the end.</param>
public sealed record JobPage(IReadOnlyList<JobView> Jobs, string NextPageToken);
