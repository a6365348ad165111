using ImeiAgent.Diag.Nv;

namespace ImeiAgent.Operations;

/// <summary>Which items of which slots to read, in order, none twice.</summary>
/// <param name="Items">Items, for every slot the same.</param>
/// <param name="Slots">Slots, from 1.</param>
internal sealed record DumpPlan(ushort[] Items, byte[] Slots)
{
    private const int MaxRanges = 1000;

    public int Total => Items.Length * Slots.Length;

    /// <summary>The plan of a request.</summary>
    /// <exception cref="OperationException">A range or slot is wrong.</exception>
    public static DumpPlan Of(DumpRequest request)
    {
        if (request.Ranges.Count is < 1 or > MaxRanges)
            throw Faults.Argument("ranges", "1 to 1,000 ranges are expected.");
        var named = new bool[NvItemId.Count];
        var items = new List<ushort>();
        foreach (ItemRange range in request.Ranges)
        {
            if (range.First < 0 || range.Last >= NvItemId.Count || range.First > range.Last)
                throw Faults.Argument("ranges", $"{range.First}-{range.Last} is no range of items 0 to 65535.");
            for (int item = range.First; item <= range.Last; item++)
            {
                if (!named[item])
                    items.Add((ushort)item);
                named[item] = true;
            }
        }
        return new DumpPlan([.. items], SlotsOf(request.Slots));
    }

    private static byte[] SlotsOf(IReadOnlyList<int> slots)
    {
        if (slots.Any(slot => slot is not (1 or 2)) || slots.Distinct().Count() != slots.Count)
            throw Faults.Argument("slots", "1 or 2 is expected, each at most once.");
        return slots.Count == 0 ? [1] : [.. slots.Select(slot => (byte)slot)];
    }
}
