using ImeiAgent.Diag.Nv;

namespace ImeiAgent.Operations;

/// <summary>
/// One event of a watched dump: a header; then batches, progress and changes of state; then exactly one summary, unless an exception
/// ends it before.
/// </summary>
public abstract record DumpEvent;

/// <summary>First.</summary>
/// <param name="Phone">The phone.</param>
/// <param name="Total">Items of the plan, over all slots; those that will be skipped are included.</param>
/// <param name="Notes">Notes for a person, as on a slot that was left out.</param>
/// <param name="Job">The job's full name.</param>
/// <param name="Shared">It was running already: somebody had asked for the same.</param>
public sealed record DumpHeader(PhoneView Phone, int Total, IReadOnlyList<string> Notes, string Job, bool Shared) : DumpEvent;

/// <summary>A run of items.</summary>
/// <param name="Batch">The items in the order read; the same object for all who watch at the moment.</param>
/// <param name="SkipAbsent">This watcher does not want what is not there.</param>
/// <param name="FoldAbsent">This watcher wants neighbours that are not there as one.</param>
public sealed record DumpBatch(SpooledBatch Batch, bool SkipAbsent, bool FoldAbsent) : DumpEvent
{
    /// <summary>Counted from 1.</summary>
    public long Sequence => Batch.Sequence;

    /// <summary>The items that are wanted, decoded anew at each enumeration.</summary>
    public IEnumerable<NvReading> Items => SkipAbsent ? Batch.Where(static item => !item.IsAbsent) : Batch;
}

/// <summary>How far it has come, counting only what is on the disk; at least every second.</summary>
/// <param name="Done">Items that are settled: answered, given up without an answer, or skipped.</param>
/// <param name="Total">Items of the plan; those that are skipped are included.</param>
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
