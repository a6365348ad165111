using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using ImeiAgent.Diag.Identity;
using ImeiAgent.Diag.Messages;

namespace ImeiAgent.Diag.Nv;

/// <summary>
/// What the data of an item means, for a person. Nothing is guessed: an item is here when public programs agree on its layout. Left out on
/// purpose: keys, passwords and codes; 855, of which two programs say the opposite; 4678, whose bytes makers store in either order.
/// <code>
/// per NAM                            u8 NAM, then the value
///   10 preferred mode, 442 roaming   u16, see the tables
///   178 directory number             10 ASCII digits
///   256, 260                         u8, 0 or 1
///   441, 946, 2954                   u16, u16, u32: bits 0-15, 16-31 and 32-63 of one band mask
/// 447 Bluetooth address              6 bytes, the last one first
/// 1877, 4548 bands of the radio      u64, the same band mask
/// 6828 LTE bands of the radio        u64, bit 0 is band 1
/// 4964 HDR revision                  u16, see the table
/// </code>
/// </summary>
public static class NvMeaning
{
    // Bit by bit; those without a name are not used for bands of phones.
    private static readonly string[] s_bands =
    [
        "BC0 A", "BC0 B", "BC1", "BC2", "BC3", "BC4", "BC5", "GSM 1800", "GSM 900 extended", "GSM 900 primary", "BC6", "BC7", "BC8", "BC9", "BC10", "BC11",
        "GSM 450", "GSM 480", "GSM 750", "GSM 850", "GSM 900 railways", "GSM 1900", "WCDMA 2100", "WCDMA 1900", "WCDMA 1800", "WCDMA 1700 US", "WCDMA 850",
        "WCDMA 800", "BC12", "BC14", "", "BC15", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "WCDMA 2600", "WCDMA 900", "WCDMA 1700 Japan",
        "", "", "", "", "", "BC16", "BC17", "BC18", "BC19", "WCDMA 850 Japan", "WCDMA 1500 Japan", "", "",
    ];

    /// <summary>A few words; empty when the item holds no data, its layout is not known, or the data does not fit the layout.</summary>
    /// <param name="reading">The item as it was read.</param>
    /// <param name="reveal">Show IMEIs unmasked. A person asked to see them.</param>
    public static string Of(in NvReading reading, bool reveal)
    {
        if (!reading.IsActive)
            return "";
        ReadOnlySpan<byte> data = reading.Data.Bytes;
        return reading.Item.Number switch
        {
            0 or 5597 => new Esn(U32(data)) is { IsNone: false } esn ? esn.ToString() : "none",
            550 => Imei(reading, reveal),
            1943 => Meid.Unpack(data) is { } meid ? (reveal ? meid.ToString() : meid.Masked) : "none",
            447 => Address(data[..6]),
            71 => Letters(data[..13], reveal),
            573 => Letters(data[..8], reveal),
            852 => Letters(data, reveal),
            2824 => Letters(data[..16], reveal),
            2 or 3 or 5 or 6 or 8 or 40 or 460 or 463 or 464 or 911 or 1878 or 4118 or 4210 => Number(data[0]),
            7 => Number(U16(data)),
            42 or 240 or 296 or 450 or 453 or 562 or 563 or 882 or 1896 or 1907 or 3461 or 4204 or 4528 or 6248 => Flag(data[0]),
            256 or 260 => OfNam(data, Flag(data[1])),
            10 => OfNam(data, Mode(U16(data[1..]))),
            178 => OfNam(data, Digits(data.Slice(1, 10))),
            442 => OfNam(data, Roaming(U16(data[1..]))),
            441 => OfNam(data, Bands(U16(data[1..]), first: 0, count: 16)),
            946 => OfNam(data, Bands(U16(data[1..]), first: 16, count: 16)),
            2954 => OfNam(data, Bands(U32(data[1..]), first: 32, count: 32)),
            1877 or 4548 => Bands(U64(data), first: 0, count: 64),
            4964 => HdrRevision(U16(data)),
            6828 => LteBands(U64(data)),
            _ => "",
        };
    }

    private static string Imei(in NvReading reading, bool reveal)
    {
        var slot = ImeiSlot.Interpret(new DiagReply<NvItem>(new NvItem(reading.Item, NvStatus.Done, reading.Data)));
        string number = slot.Imei is { } imei ? (reveal ? imei.Reveal() : imei.ToString()) : "";
        return slot.State switch
        {
            ImeiSlotState.Ok => number,
            ImeiSlotState.Blank => "blank",
            ImeiSlotState.Generic => $"{number} (no phone's own)",
            _ when number.Length > 0 => $"{number} (wrong check digit)",
            _ => "no IMEI",
        };
    }

    // Most phones use the first NAM only; another has to be told.
    private static string OfNam(ReadOnlySpan<byte> data, string value) => data[0] == 0 || value.Length == 0 ? value : $"NAM {Number(data[0])}: {value}";

    private static string Flag(byte value) => value switch { 0 => "off", 1 => "on", _ => "" };

    private static string Address(ReadOnlySpan<byte> data) =>
        data.ContainsAnyExcept((byte)0) ? string.Join(':', data.ToArray().Reverse().Select(b => b.ToString("X2", CultureInfo.InvariantCulture))) : "none";

    private static string Digits(ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<byte> digits = data.TrimEnd((byte)0);
        return digits.ContainsAnyExceptInRange((byte)'0', (byte)'9') ? "" : Encoding.ASCII.GetString(digits);
    }

    /// <summary>Text with nothing but zeros behind it. Phones write IMEIs into such fields too.</summary>
    private static string Letters(ReadOnlySpan<byte> data, bool reveal)
    {
        Span<byte> letters = stackalloc byte[data.Length];
        data.CopyTo(letters);
        letters = letters.TrimEnd((byte)0);
        if (letters.ContainsAnyExceptInRange((byte)0x20, (byte)0x7E))
            return "";
        if (!reveal)
            ImeiDigits.MaskText(letters);
        return Encoding.ASCII.GetString(letters).Trim();
    }

    private static string Bands(ulong mask, int first, int count)
    {
        if (mask == 0)
            return "none";
        if (mask == ulong.MaxValue >> (64 - count))
            return "all";
        return string.Join(", ", Enumerable.Range(0, count).Where(bit => (mask >> bit & 1) != 0).Select(
            bit => s_bands[first + bit] is { Length: > 0 } name ? name : $"bit {Number(first + bit)}"));
    }

    private static string LteBands(ulong mask) =>
        mask == 0 ? "none" : "LTE " + string.Join(", ", Enumerable.Range(0, 64).Where(bit => (mask >> bit & 1) != 0).Select(bit => Number(bit + 1)));

    private static string Mode(int value) => value switch
    {
        0 => "CDMA, then analog",
        1 => "digital only",
        2 => "analog, then CDMA",
        3 => "analog only",
        4 => "automatic",
        5 => "emergency only",
        6 => "home only",
        9 => "CDMA 1x only",
        10 => "HDR only",
        13 => "GSM only",
        14 => "WCDMA only",
        17 => "GSM and WCDMA",
        19 => "CDMA 1x and HDR",
        30 => "LTE only",
        31 => "GSM, WCDMA and LTE",
        32 => "CDMA 1x and LTE",
        33 => "HDR and LTE",
        34 => "GSM and LTE",
        35 => "WCDMA and LTE",
        36 => "CDMA 1x, HDR and LTE",
        37 => "CDMA 1x, GSM and LTE",
        38 => "CDMA 1x, WCDMA and LTE",
        39 => "HDR, GSM and LTE",
        40 => "HDR, WCDMA and LTE",
        _ => "",
    };

    private static string Roaming(int value) => value switch { 1 => "home only", 0xFF => "automatic", _ => "" };

    private static string HdrRevision(int value) => value switch { 0 => "revision 0", 1 => "revision A", 4 => "revision A with eHRPD", _ => "" };

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static ushort U16(ReadOnlySpan<byte> data) => BinaryPrimitives.ReadUInt16LittleEndian(data);

    private static uint U32(ReadOnlySpan<byte> data) => BinaryPrimitives.ReadUInt32LittleEndian(data);

    private static ulong U64(ReadOnlySpan<byte> data) => BinaryPrimitives.ReadUInt64LittleEndian(data);
}
