using System.Buffers.Binary;
using System.Globalization;

namespace ImeiAgent.Diag.Identity;

/// <summary>A mobile equipment identifier, 56 bits: NV item 1943 holds it as a little-endian u64.</summary>
public readonly record struct Meid
{
    /// <summary>How many bytes of the item hold it; the last is zero.</summary>
    public const int PackedLength = 8;

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

    /// <summary>14 upper-case hex digits.</summary>
    public override string ToString() => _value.ToString("X14", CultureInfo.InvariantCulture);
}
