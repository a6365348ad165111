using System.Globalization;
using System.Text;

namespace ImeiAgent.Client.Desktop.Nv;

/// <summary>Bytes as a person reads them.</summary>
public static class HexText
{
    /// <summary>As <c>08 3A 65</c>.</summary>
    public static string Of(ReadOnlySpan<byte> bytes)
    {
        StringBuilder text = new(bytes.Length * 3);
        foreach (byte value in bytes)
            text.Append(text.Length == 0 ? "" : " ").Append(value.ToString("X2", CultureInfo.InvariantCulture));
        return text.ToString();
    }

    /// <summary>Letters, digits and signs as they are, everything else as a dot.</summary>
    public static string Ascii(ReadOnlySpan<byte> bytes)
    {
        StringBuilder text = new(bytes.Length);
        foreach (byte value in bytes)
            text.Append(value is >= 0x20 and < 0x7F ? (char)value : '.');
        return text.ToString();
    }

    /// <summary>The bytes up to the last that is not 00: the rest of an item's 128 is filling.</summary>
    public static ReadOnlySpan<byte> Used(ReadOnlySpan<byte> data) => data.TrimEnd((byte)0);
}
