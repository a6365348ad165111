using ImeiAgent.Diag.Nv;

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

    /// <summary>1 to 1,000 ranges, read in this order; an item named twice is read once.</summary>
    public required IReadOnlyList<ItemRange> Ranges { get; init; }

    /// <summary>SIM slots to read, in order, each 1 or 2 and at most once; empty means 1.</summary>
    public IReadOnlyList<int> Slots { get; init; } = [];

    /// <summary>Leave out of the batches what is not there; it is still counted and kept.</summary>
    public bool SkipAbsent { get; init; }

    /// <summary>Give no batches.</summary>
    public bool OmitItems { get; init; }

    /// <summary>Keep what was read as a snapshot.</summary>
    public bool SaveSnapshot { get; init; }

    /// <summary>Leave slot 2 out with a note when the phone offers no way to it, instead of failing.</summary>
    public bool SkipUnreachableSlots { get; init; }
}

/// <summary>One event of a dump: a header, batches and progress, then exactly one summary, unless an exception ends it before.</summary>
public abstract record DumpEvent;

/// <summary>First.</summary>
/// <param name="Phone">The phone.</param>
/// <param name="Total">Items that will be read, over all slots.</param>
/// <param name="Notes">Notes for a person, as on a slot that was left out.</param>
public sealed record DumpHeader(PhoneView Phone, int Total, IReadOnlyList<string> Notes) : DumpEvent;

/// <summary>A run of items.</summary>
/// <param name="Sequence">Counted from 1.</param>
/// <param name="Items">In the order read; the list is the receiver's.</param>
public sealed record DumpBatch(long Sequence, IReadOnlyList<NvReading> Items) : DumpEvent;

/// <summary>How far it has come; at least every second.</summary>
/// <param name="Done">Items answered so far.</param>
/// <param name="Total">Items to be read.</param>
/// <param name="Active">Of those done: with data.</param>
/// <param name="ItemsPerSecond">Over the last few seconds.</param>
/// <param name="Remaining">Estimated time to the end; null while unknown.</param>
/// <param name="Slot">SIM slot being read.</param>
public sealed record DumpProgress(int Done, int Total, int Active, double ItemsPerSecond, TimeSpan? Remaining, int Slot) : DumpEvent;

/// <summary>Last.</summary>
/// <param name="Total">Items read.</param>
/// <param name="Active">With data.</param>
/// <param name="Absent">Not there.</param>
/// <param name="Failed">Unknown; 0 in a good read.</param>
/// <param name="Sha256">Over the canonical content, 64 hex digits.</param>
/// <param name="Duration">Time taken.</param>
/// <param name="Snapshot">Full name of the snapshot that was kept; empty when none was asked for.</param>
public sealed record DumpSummary(int Total, int Active, int Absent, int Failed, string Sha256, TimeSpan Duration, string Snapshot) : DumpEvent;
