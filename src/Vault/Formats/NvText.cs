using System.Globalization;
using System.Text;
using ImeiAgent.Diag.Nv;

namespace ImeiAgent.Vault.Formats;

/// <summary>
/// The text format of NV-items reader/writer and CDMA Workshop 3.5: one SIM slot a file, no word on the phone.
/// <code>
/// [NV items]
/// [Complete items - 2, Items size - 128]      the number of OK items
///
/// 00550 (0x0226)   -   OK
/// 08 3A 65 39 08 53 46 83 90 00 00 00 00 00 00 00     8 rows of 16 bytes, a blank after each byte
/// ...
///
/// 00551 (0x0227)   -   Inactive item
/// </code>
/// Lines end with CRLF; an empty line stands between entries and none after the last.
/// </summary>
public static class NvText
{
    private const int RowLength = 16;

    /// <summary>Writes the form of version 3.5, which every program that reads this format takes.</summary>
    /// <param name="destination">Left open.</param>
    /// <param name="oneSlot">Readings of one SIM slot, in any order. Items that never answered are left out.</param>
    /// <param name="activeOnly">Only items with data: some old readers stop at the first other entry.</param>
    /// <exception cref="ArgumentException">The readings are of several slots, or an item is there twice.</exception>
    public static void Write(Stream destination, IEnumerable<NvReading> oneSlot, bool activeOnly)
    {
        NvReading[] entries = [.. oneSlot.Where(reading => activeOnly ? reading.IsActive : NvTextState.Word(reading) is not null)];
        Array.Sort(entries, (left, right) => left.Item.Number.CompareTo(right.Item.Number));
        for (int i = 1; i < entries.Length; i++)
        {
            if (entries[i].Slot != entries[0].Slot)
                throw new ArgumentException("The format holds one slot.", nameof(oneSlot));
            if (entries[i].Item == entries[i - 1].Item)
                throw new ArgumentException($"Item {entries[i].Item} is there twice.", nameof(oneSlot));
        }

        using var text = new StreamWriter(destination, Encoding.ASCII, 32 * 1024, leaveOpen: true) { NewLine = "\r\n" };
        text.WriteLine("[NV items]");
        text.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"[Complete items - {entries.Count(entry => entry.IsActive)}, Items size - {NvData.Length}]"));
        Span<char> row = stackalloc char[3 * RowLength];
        foreach (ref readonly NvReading entry in entries.AsSpan())
        {
            text.WriteLine();
            text.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{entry.Item.Number:D5} (0x{entry.Item.Number:X4})   -   {NvTextState.Word(entry)}"));
            for (int at = 0; entry.IsActive && at < NvData.Length; at += RowLength)
            {
                WriteRow(row, entry.Data.Bytes.Slice(at, RowLength));
                text.WriteLine(row);
            }
        }
    }

    /// <summary>
    /// Reads any known form of the format, leniently where nothing can go wrong and strictly where a wrong byte could reach a phone.
    /// Memory is bounded, whatever comes.
    /// </summary>
    /// <param name="source">At most 64 MiB; left open.</param>
    /// <param name="slot">The SIM slot that the readings are of, from 1; the file does not say.</param>
    /// <exception cref="NvTextException">The file is refused; the findings say why.</exception>
    public static NvTextFile Read(Stream source, byte slot)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfZero(slot);
        return new NvTextReader(slot).Read(source);
    }

    private static void WriteRow(Span<char> row, ReadOnlySpan<byte> bytes)
    {
        const string digits = "0123456789ABCDEF";
        for (int i = 0; i < bytes.Length; i++)
        {
            row[3 * i] = digits[bytes[i] >> 4];
            row[3 * i + 1] = digits[bytes[i] & 0xF];
            row[3 * i + 2] = ' ';
        }
    }
}
