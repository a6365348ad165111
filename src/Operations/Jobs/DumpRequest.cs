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
    public Caller By { get; init; } = Caller.Agent;
}
