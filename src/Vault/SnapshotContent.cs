using System.Buffers.Binary;
using System.Security.Cryptography;
using ImeiAgent.Diag.Nv;

namespace ImeiAgent.Vault;

/// <summary>
/// What was read, in the one form that equal readings share: its SHA-256 is the content's name.
/// <code>
/// canonical bytes, little-endian
///   0  byte[8]  "IMEINV" 00 01        magic and version
///   8  u32      number of records
///  12  records, ascending by (slot, item), none twice; see Records
/// </code>
/// </summary>
public sealed class SnapshotContent
{
    internal const int HeaderLength = 12;
    private static ReadOnlySpan<byte> Magic => "IMEINV\0\u0001"u8;

    private readonly byte[] _canonical;
    private readonly int[] _offsets;
    private readonly byte[] _slots;

    private SnapshotContent(byte[] canonical, int[] offsets, byte[] slots, int active)
    {
        _canonical = canonical;
        _offsets = offsets;
        _slots = slots;
        ActiveCount = active;
        Sha256 = Hash(canonical);
    }

    /// <summary>Items recorded, of all slots.</summary>
    public int Count => _offsets.Length;

    /// <summary>Of those: with data.</summary>
    public int ActiveCount { get; }

    /// <summary>The slots that were read, ascending.</summary>
    public IReadOnlyList<byte> Slots => _slots;

    /// <summary>SHA-256 of <see cref="Canonical"/>, 64 lower-case hex digits.</summary>
    public string Sha256 { get; }

    /// <summary>The bytes that are kept and hashed.</summary>
    public ReadOnlyMemory<byte> Canonical => _canonical;

    /// <summary>All readings, by slot and item.</summary>
    public IEnumerable<NvReading> Readings
    {
        get
        {
            foreach (int offset in _offsets)
                yield return Records.Decode(_canonical.AsSpan(offset));
        }
    }

    /// <summary>The reading of an item, or null when the item was not read.</summary>
    public NvReading? Find(byte slot, NvItemId item)
    {
        uint key = Records.Key(slot, item.Number);
        int low = 0, high = _offsets.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            ReadOnlySpan<byte> record = _canonical.AsSpan(_offsets[middle]);
            uint found = Records.KeyOf(record);
            if (found == key)
                return Records.Decode(record);
            if (found < key)
                low = middle + 1;
            else
                high = middle - 1;
        }
        return null;
    }

    /// <summary>Takes canonical bytes; null when they do not have the layout to the letter.</summary>
    internal static SnapshotContent? Parse(byte[] canonical)
    {
        if (canonical.Length < HeaderLength || !canonical.AsSpan(0, Magic.Length).SequenceEqual(Magic))
            return null;
        uint count = BinaryPrimitives.ReadUInt32LittleEndian(canonical.AsSpan(Magic.Length));
        if (count > (uint)(canonical.Length - HeaderLength) / Records.HeaderLength)
            return null;
        int[] offsets = new int[count];
        var slots = new List<byte>();
        int active = 0, at = HeaderLength;
        uint last = 0;
        for (int i = 0; i < offsets.Length; i++)
        {
            ReadOnlySpan<byte> record = canonical.AsSpan(at);
            int length = Records.LengthOf(record);
            if (length == 0 || Records.KeyOf(record) is var key && key <= last && i > 0)
                return null;
            if (slots.Count == 0 || slots[^1] != record[0])
                slots.Add(record[0]);
            active += Records.IsActive(record) ? 1 : 0;
            offsets[i] = at;
            at += length;
            last = key;
        }
        return at == canonical.Length ? new SnapshotContent(canonical, offsets, [.. slots], active) : null;
    }

    internal static void WriteHeader(Span<byte> destination, int count)
    {
        Magic.CopyTo(destination);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[Magic.Length..], (uint)count);
    }

    internal static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
