using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace ImeiAgent.Vault.Formats;

/// <summary>What a single line says. Lines come without blanks at their ends.</summary>
internal static class NvTextLine
{
    private static readonly SearchValues<byte> Digits = SearchValues.Create("0123456789"u8);

    public static bool IsHeader(ReadOnlySpan<byte> line) => Ascii.EqualsIgnoreCase(line, "[NV items]");

    /// <summary>"[Complete items - N]" or "[Complete items - N, Items size - M]".</summary>
    public static bool TryCount(ReadOnlySpan<byte> line, out int count, out int? size)
    {
        ReadOnlySpan<byte> start = "[Complete items"u8;
        count = 0;
        size = null;
        if (line.Length < start.Length || !Ascii.EqualsIgnoreCase(line[..start.Length], start)
            || NextNumber(ref line) is not { } first)
        {
            return false;
        }
        count = first;
        size = NextNumber(ref line);
        return true;
    }

    /// <summary>Whether a line is meant as the head of an entry, sound or not.</summary>
    public static bool LooksLikeEntry(ReadOnlySpan<byte> line) =>
        Digits.Contains(line[0]) && line.IndexOf("(0"u8) is > 0 and <= 12 and var at
        && at + 2 < line.Length && line[at + 2] is (byte)'x' or (byte)'X';

    /// <summary>"00550 (0x0226)   -   OK", with any blanks; the decimal of 1 to 5 digits, the other of 1 to 4.</summary>
    public static bool TryEntry(ReadOnlySpan<byte> line, out int number, out int hex, out ReadOnlySpan<byte> state)
    {
        hex = 0;
        state = default;
        if (!Utf8Parser.TryParse(line, out number, out int used) || used > 5)
            return false;
        line = line[used..].TrimStart(" \t"u8);
        if (line.Length < 4 || line[0] != '(' || line[1] != '0' || (line[2] | 0x20) != 'x')
            return false;
        line = line[3..];
        if (!Utf8Parser.TryParse(line, out hex, out used, 'x') || used > 4 || line.Length <= used || line[used] != ')')
            return false;
        line = line[(used + 1)..].TrimStart(" \t"u8);
        if (line.IsEmpty || line[0] != '-')
            return false;
        state = line[1..].TrimStart(" \t"u8);
        return !state.IsEmpty;
    }

    /// <summary>Whether a line is meant as a row of bytes, sound or not.</summary>
    public static bool LooksLikeRow(ReadOnlySpan<byte> line) =>
        line.Length >= 2 && HexDigit(line[0]) >= 0 && HexDigit(line[1]) >= 0 && (line.Length == 2 || line[2] is (byte)' ' or (byte)'\t');

    /// <summary>
    /// "08 3A 65 ...", up to a "|" when text follows. Returns how many bytes there are, also when they are more than
    /// <paramref name="bytes"/> takes; -1 when something else stands between them.
    /// </summary>
    public static int ReadRow(ReadOnlySpan<byte> line, Span<byte> bytes)
    {
        if (line.IndexOf((byte)'|') is >= 0 and var bar)
            line = line[..bar];
        int count = 0;
        for (line = line.Trim(" \t"u8); !line.IsEmpty; line = line.TrimStart(" \t"u8))
        {
            if (!LooksLikeRow(line))
                return -1;
            if (count < bytes.Length)
                bytes[count] = (byte)(HexDigit(line[0]) << 4 | HexDigit(line[1]));
            count++;
            line = line[2..];
        }
        return count;
    }

    private static int HexDigit(byte c) => c switch
    {
        >= (byte)'0' and <= (byte)'9' => c - '0',
        >= (byte)'A' and <= (byte)'F' => c - 'A' + 10,
        >= (byte)'a' and <= (byte)'f' => c - 'a' + 10,
        _ => -1,
    };

    private static int? NextNumber(ref ReadOnlySpan<byte> line)
    {
        int start = line.IndexOfAny(Digits);
        if (start < 0 || !Utf8Parser.TryParse(line[start..], out int number, out int used))
            return null;
        line = line[(start + used)..];
        return number;
    }
}
