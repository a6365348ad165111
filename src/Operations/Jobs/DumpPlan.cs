using ImeiAgent.Diag.Nv;

namespace ImeiAgent.Operations;

/// <summary>Which items of which slots to read, in order, none twice. A position in it is how far a dump has come.</summary>
internal sealed class DumpPlan
{
    private const int MaxRanges = 1000;

    private readonly uint[] _keys;

    public DumpPlan(JobOrder order) =>
        _keys = [.. order.Slots.SelectMany(part => JobOrder.Items(part.Items).Select(item => Key(part.Slot, item)))];

    /// <summary>Items over all slots.</summary>
    public int Total => _keys.Length;

    /// <summary>Slot and item at a position.</summary>
    public (byte Slot, NvItemId Item) this[int position] => ((byte)(_keys[position] >> 16), new NvItemId((ushort)_keys[position]));

    /// <summary>Slot and item at a position as one number.</summary>
    public uint KeyAt(int position) => _keys[position];

    public static uint Key(byte slot, ushort item) => (uint)slot << 16 | item;

    /// <summary>The items of ranges, in order, none twice.</summary>
    /// <exception cref="OperationException">A range is wrong.</exception>
    public static IReadOnlyList<ushort> ItemsOf(IReadOnlyList<ItemRange> ranges)
    {
        if (ranges.Count is < 1 or > MaxRanges)
            throw Faults.Argument("ranges", "1 to 1,000 ranges are expected.");
        var named = new bool[NvItemId.Count];
        var items = new List<ushort>();
        foreach (ItemRange range in ranges)
        {
            if (items.Count == NvItemId.Count)
                break;
            if (range.First < 0 || range.Last >= NvItemId.Count || range.First > range.Last)
                throw Faults.Argument("ranges", $"{range.First}-{range.Last} is no range of items 0 to 65535.");
            for (int item = range.First; item <= range.Last; item++)
            {
                if (!named[item])
                    items.Add((ushort)item);
                named[item] = true;
            }
        }
        return items;
    }

    /// <summary>The slots that are asked for.</summary>
    /// <exception cref="OperationException">A slot is wrong.</exception>
    public static byte[] SlotsOf(IReadOnlyList<int> slots)
    {
        if (slots.Any(slot => slot is not (1 or 2)) || slots.Distinct().Count() != slots.Count)
            throw Faults.Argument("slots", "1 or 2 is expected, each at most once.");
        return slots.Count == 0 ? [1] : [.. slots.Select(slot => (byte)slot)];
    }
}
