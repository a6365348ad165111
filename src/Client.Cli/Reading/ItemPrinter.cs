using System.Globalization;
using System.Text;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Cli.Reading;

// One NV item for a person: number, name, status, what it means where that is known, then its bytes in rows of 16.
internal static class ItemPrinter
{
    private const int RowLength = 16;

    public static void Print(Screen screen, NvItem item, string name)
    {
        StringBuilder line = new();
        line.Append(CultureInfo.InvariantCulture, $"{item.Item:00000}  0x{item.Item:X4}  {Words.For(item)}");
        if (name.Length > 0)
            line.Append(CultureInfo.InvariantCulture, $"  {name}");
        screen.Line(line.ToString());
        if (item.Text.Length > 0)
            screen.Line("    = " + item.Text);

        ReadOnlySpan<byte> data = item.Data.Span;
        int used = data.TrimEnd((byte)0).Length;
        for (int at = 0; at < used; at += RowLength)
            screen.Line("    " + Hex(data[at..Math.Min(used, at + RowLength)]));
        if (used < data.Length)
            screen.Line($"    ({data.Length - used} {(used == 0 ? "" : "more ")}bytes of 00)");
    }

    /// <summary>Bytes as <c>08 3A 65</c>.</summary>
    public static string Hex(ReadOnlySpan<byte> bytes)
    {
        StringBuilder text = new(bytes.Length * 3);
        foreach (byte value in bytes)
            text.Append(text.Length == 0 ? "" : " ").Append(value.ToString("X2", CultureInfo.InvariantCulture));
        return text.ToString();
    }
}
