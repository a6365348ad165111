using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Jobs;

/// <summary>
/// NV items in the order they came: those of a snapshot, or what a dump has read so far. Grows at its end only. One thread writes, any number read.
/// Both SIMs of a phone are 131,072 items and about 10 MiB.
/// </summary>
public sealed class ItemSheet
{
    /// <summary>Items a phone can have for each SIM.</summary>
    public const int Count = RangeCells.Count;

    /// <summary>SIM slots of the contract.</summary>
    public const uint LastSlot = 2;

    private volatile Written _written = new([], 0);

    /// <summary>What is there now; later items are not in what was handed out.</summary>
    public ReadOnlyMemory<NvItem> Items => _written is var now ? now.Array.AsMemory(0, now.Length) : default;

    /// <summary>Adds what was read; items of impossible slots or numbers are left out.</summary>
    public void Add(IReadOnlyCollection<NvItem> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        (NvItem[] array, int length) = (_written.Array, _written.Length);
        if (length + items.Count > array.Length)
            Array.Resize(ref array, Math.Max(length + items.Count, 2 * array.Length)); // Who reads the old one sees it as it was.
        foreach (NvItem item in items)
        {
            if (item.Item < Count && item.Slot is >= 1 and <= LastSlot)
                array[length++] = item;
        }
        _written = new Written(array, length);
    }

    private sealed record Written(NvItem[] Array, int Length);
}
