using ImeiAgent.Client.Desktop.Shell;

namespace ImeiAgent.Client.Desktop.Nv;

/// <summary>As many bytes of an item as a line of the table holds, such that what was searched for is among them.</summary>
/// <param name="Before">The bytes before what was searched for, in hex; all of them when it is not there.</param>
/// <param name="Hit">What was searched for.</param>
/// <param name="After">The bytes behind it.</param>
/// <param name="Rest">What is left out, in words.</param>
public readonly record struct BytesExcerpt(string Before, string Hit, string After, string Rest)
{
    /// <summary>Bytes in a line.</summary>
    public const int Width = 16;

    // What was found is shown in its place when it is this near to the beginning.
    private const int Near = 10;

    /// <summary>Of an item's data.</summary>
    /// <param name="data">At most 128 bytes.</param>
    /// <param name="hit">Where a search found something.</param>
    public static BytesExcerpt Of(ReadOnlySpan<byte> data, ByteHit hit)
    {
        if (data.IsEmpty)
            return new("", "", "", "");
        int used = Math.Max(HexText.Used(data).Length, hit.Length == 0 ? 0 : hit.At + hit.Length);
        if (used == 0)
            return new("", "", "", NvTexts.AllZero.With(data.Length));
        int start = hit.Length == 0 || hit.At + Math.Min(hit.Length, Width - Near) <= Near ? 0 : hit.At;
        int end = Math.Min(used, start + Width);
        int from = hit.Length == 0 ? end : hit.At, to = hit.Length == 0 ? end : Math.Min(end, hit.At + hit.Length);
        string before = (start > 0 ? NvTexts.FromByte.With(start) + " " : "") + Spaced(data[start..from], " ");
        return new(before, HexText.Of(data[from..to]), (to < end && to > from ? " " : "") + HexText.Of(data[to..end]), used > end ? NvTexts.MoreBytes.With(used - end) : "");

        string Spaced(ReadOnlySpan<byte> bytes, string tail) => bytes.IsEmpty ? "" : HexText.Of(bytes) + (to > from ? tail : "");
    }
}
