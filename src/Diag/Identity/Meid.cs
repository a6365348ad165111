using System.Buffers.Binary;
using System.Globalization;

namespace ImeiAgent.Diag.Identity;

/// <summary>A mobile equipment identifier, 56 bits: NV item 1943 holds it as a little-endian u64.</summary>
public readonly record struct Meid
{
    /// <summary>How many bytes of the item hold it; the last is zero.</summary>
    public const int PackedLength = 8;

    private const int Digits = 14;

    private const ulong AllBits = 0x00FF_FFFF_FFFF_FFFF;

    private readonly ulong _value;

    private Meid(ulong value) => _value = value;

    /// <summary>Reads the first 8 bytes of item data; null when they are too few, zeros, or erased memory (FF).</summary>
    public static Meid? Unpack(ReadOnlySpan<byte> data)
    {
        if (data.Length < PackedLength)
            return null;
        ulong value = BinaryPrimitives.ReadUInt64LittleEndian(data) & AllBits;
        return value is 0 or AllBits ? null : new Meid(value);
    }

    /// <summary>The same for whoever may not see IMEIs: <see cref="Mask"/>.</summary>
    public string Masked => Mask(ToString());

    /// <summary>
    /// A MEID for whoever may not see IMEIs: of decimal digits alone it is the phone's IMEI without its check digit (3GPP2 S.R0048-A), and masked as
    /// that is, as in "35693803*****0". Others, and none, stay as they are.
    /// </summary>
    /// <param name="meid">14 upper-case hex digits; empty for none.</param>
    public static string Mask(string meid) => meid.Length == Digits && meid.All(char.IsAsciiDigit) ? $"{meid[..8]}*****{meid[13..]}" : meid;

    /// <summary>14 upper-case hex digits.</summary>
    public override string ToString() => _value.ToString("X14", CultureInfo.InvariantCulture);
}
