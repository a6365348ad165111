using ImeiAgent.Client.Desktop.Shell;

namespace ImeiAgent.Client.Desktop.Nv;

/// <summary>As many bytes of an item as a line of the table holds, such that what was searched for is among them. In hex.</summary>
/// <param name="Start">Offset of the first byte shown.</param>
/// <param name="Before">The bytes before what was searched for; all of them when it is not there.</param>
/// <param name="Hit">What was searched for.</param>
/// <param name="After">The bytes behind it.</param>
/// <param name="Rest">What is left out, in words.</param>
public readonly record struct BytesExcerpt(int Start, string Before, string Hit, string After, string Rest)
{
    /// <summary>Bytes in a line.</summary>
    public const int Width = 16;

    // What ends behind this is not in sight of a narrow window: the line begins with it instead.
    private const int Near = 10;

    /// <summary>Of an item's data.</summary>
    /// <param name="data">At most 128 bytes.</param>
    /// <param name="hit">Where a search found something.</param>
    public static BytesExcerpt Of(ReadOnlySpan<byte> data, ByteHit hit)
    {
        int hitEnd = hit.At + hit.Length;
        int used = Math.Max(HexText.Used(data).Length, hitEnd);
        if (used == 0)
            return new(0, "", "", "", data.IsEmpty ? "" : NvTexts.AllZero.With(data.Length));
        int start = hitEnd <= Near ? 0 : hit.At;
        int end = Math.Min(used, start + Width);
        (int from, int to) = hit.Length == 0 ? (end, end) : (hit.At, Math.Min(hitEnd, end));
        return new(
            start, HexText.Of(data[start..from]), HexText.Of(data[from..to]), HexText.Of(data[to..end]), used > end ? NvTexts.MoreBytes.With(used - end) : "");
    }
}
