using ImeiAgent.Client.Desktop.Jobs;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Nv;

/// <summary>How an item differs between two readings, A and B.</summary>
public enum DifferenceKind
{
    /// <summary>A has no data there and B has.</summary>
    Added,

    /// <summary>A has data there and B has not.</summary>
    Gone,

    /// <summary>Both have data, and it differs.</summary>
    Changed,

    /// <summary>One of them was not read, was skipped or could not be read: whether it differs is not known.</summary>
    NotComparable,

    /// <summary>Both have the same data.</summary>
    Same,
}

/// <summary>One item of two readings.</summary>
/// <param name="Slot">SIM slot, from 1.</param>
/// <param name="Item">0 to 65535.</param>
/// <param name="Kind">How it differs.</param>
/// <param name="A">What the first holds; null when it was not read.</param>
/// <param name="B">What the second holds; null when it was not read.</param>
public sealed record Difference(uint Slot, uint Item, DifferenceKind Kind, NvItem? A, NvItem? B);

/// <summary>Two readings side by side.</summary>
public static class Comparison
{
    /// <summary>
    /// Every item that holds data in one of them, or of which one of them does not know it; by slot and number. That an item was not read is never taken
    /// for that it is not there.
    /// </summary>
    public static IReadOnlyList<Difference> Of(ReadOnlySpan<NvItem> a, ReadOnlySpan<NvItem> b)
    {
        List<Difference> all = [];
        for (uint slot = 1; slot <= ItemSheet.LastSlot; slot++)
        {
            (NvItem?[] ofA, NvItem?[] ofB) = (ByNumber(a, slot), ByNumber(b, slot));
            for (uint item = 0; item < ItemSheet.Count; item++)
            {
                if (KindOf(ofA[item], ofB[item]) is { } kind)
                    all.Add(new Difference(slot, item, kind, ofA[item], ofB[item]));
            }
        }
        return all;
    }

    /// <summary>How many differences there are of each kind.</summary>
    public static IReadOnlyDictionary<DifferenceKind, int> Counts(IEnumerable<Difference> differences) => differences.CountBy(one => one.Kind).ToDictionary();

    private static DifferenceKind? KindOf(NvItem? a, NvItem? b) => (a?.HasData ?? false, b?.HasData ?? false) switch
    {
        (true, true) => a!.Data == b!.Data ? DifferenceKind.Same : DifferenceKind.Changed,
        (true, false) => IsNotThere(b) ? DifferenceKind.Gone : DifferenceKind.NotComparable,
        (false, true) => IsNotThere(a) ? DifferenceKind.Added : DifferenceKind.NotComparable,
        _ => IsUnknown(a) || IsUnknown(b) ? DifferenceKind.NotComparable : null,
    };

    // Read, and the phone said that there is nothing.
    private static bool IsNotThere(NvItem? item) => item is { HasData: false, IsKnown: true, Outcome: not NvOutcome.Skipped };

    // Asked for, and still not known.
    private static bool IsUnknown(NvItem? item) => item is { IsKnown: false } or { Outcome: NvOutcome.Skipped };

    private static NvItem?[] ByNumber(ReadOnlySpan<NvItem> items, uint slot)
    {
        NvItem?[] found = new NvItem?[ItemSheet.Count];
        foreach (NvItem item in items)
        {
            if (item.Slot == slot)
                found[item.Item] = item;
        }
        return found;
    }
}
