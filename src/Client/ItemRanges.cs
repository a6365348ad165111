using System.Globalization;
using ImeiAgent.V1;

namespace ImeiAgent.Client;

/// <summary>What a person types for items: <c>550</c>, <c>0-65535</c>, <c>10,441,550-560</c>, <c>0x226</c>.</summary>
public static class ItemRanges
{
    /// <summary>All items a phone can have.</summary>
    public const string All = "0-65535";

    // The contract's limit.
    private const int MostRanges = 1000;

    /// <summary>Items and ranges, separated by commas; at most 1,000.</summary>
    /// <exception cref="FormatException">A piece is no item or range; the message, a sentence for the person, quotes it.</exception>
    public static IReadOnlyList<NvRange> Parse(string text)
    {
        List<NvRange> ranges = [];
        foreach (string piece in text.Split(','))
        {
            string[] ends = piece.Split('-');
            if (ends.Length > 2)
                throw Fault(piece, "a range has two ends");
            uint first = ParseItem(piece, ends[0]);
            uint last = ParseItem(piece, ends[^1]);
            if (last < first)
                throw Fault(piece, "a range begins with its smaller end");
            ranges.Add(new NvRange { First = first, Last = last });
        }
        return ranges.Count <= MostRanges ? ranges : throw new FormatException($"At most {MostRanges} ranges in one read.");
    }

    /// <summary>How many items the ranges name, counting one twice that is named twice.</summary>
    public static long Count(IEnumerable<NvRange> ranges) => ranges.Sum(range => (long)range.Last - range.First + 1);

    /// <summary>One item, 0 to 65535.</summary>
    /// <exception cref="FormatException">The text is none.</exception>
    public static uint ParseOne(string text) => ParseItem(text, text);

    private static uint ParseItem(string piece, string text)
    {
        string trimmed = text.Trim();
        bool hex = trimmed.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        bool parsed = hex
            ? uint.TryParse(trimmed.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint item)
            : uint.TryParse(trimmed, NumberStyles.None, CultureInfo.InvariantCulture, out item);
        if (!parsed)
            throw Fault(piece, "expected a number such as 550 or 0x226");
        return item <= ushort.MaxValue ? item : throw Fault(piece, "items go from 0 to 65535");
    }

    private static FormatException Fault(string piece, string why) => new($"\"{piece}\" is no item or range: {why}.");
}
