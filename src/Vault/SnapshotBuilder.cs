using ImeiAgent.Diag.Nv;

namespace ImeiAgent.Vault;

/// <summary>
/// Collects readings in any order. It holds them as two flat arrays, 15 bytes and the trimmed data each, so a full dump of two slots
/// (131,072 items) makes no object per item. Not safe for use by many threads.
/// </summary>
public sealed class SnapshotBuilder
{
    private byte[] _records = new byte[64 * 1024];
    private ulong[] _order = new ulong[4096];
    private int _length;
    private int _count;

    /// <summary>Adds a reading. Of an item added twice the last reading counts, as of one that was read again after a failure.</summary>
    /// <exception cref="ArgumentException">The reading is none that <see cref="Records"/> takes.</exception>
    public void Add(in NvReading reading)
    {
        Reserve(Records.MaxLength);
        int length = Records.Write(_records.AsSpan(_length), reading);
        Place(Records.KeyOf(_records.AsSpan(_length)), _length);
        _length += length;
    }

    /// <summary>Adds what <see cref="Records"/> wrote, any number of records. Of an item added twice the last reading counts.</summary>
    /// <exception cref="InvalidDataException">The bytes are not records to the letter; none was added.</exception>
    public void AddRecords(ReadOnlySpan<byte> records)
    {
        int before = _count;
        for (int at = 0; at < records.Length;)
        {
            ReadOnlySpan<byte> record = records[at..];
            int length = Records.LengthOf(record);
            if (length == 0)
            {
                _count = before;
                Records.ThrowDamaged();
            }
            Place(Records.KeyOf(record), _length + at);
            at += length;
        }
        Reserve(records.Length);
        records.CopyTo(_records.AsSpan(_length));
        _length += records.Length;
    }

    /// <summary>What was added so far.</summary>
    public SnapshotContent Build()
    {
        Array.Sort(_order, 0, _count);
        var canonical = new byte[SnapshotContent.HeaderLength + _length];
        int at = SnapshotContent.HeaderLength, kept = 0;
        for (int i = 0; i < _count; i++)
        {
            if (i + 1 < _count && _order[i] >> 32 == _order[i + 1] >> 32)
                continue;
            int offset = (int)(uint)_order[i];
            int length = Records.HeaderLength + _records[offset + 6];
            _records.AsSpan(offset, length).CopyTo(canonical.AsSpan(at));
            at += length;
            kept++;
        }
        SnapshotContent.WriteHeader(canonical, kept);
        Array.Resize(ref canonical, at);
        return SnapshotContent.Parse(canonical) ?? throw new InvalidOperationException("the canonical layout contradicts itself");
    }

    private void Reserve(int bytes)
    {
        if (_records.Length - _length < bytes)
            Array.Resize(ref _records, Math.Max(_records.Length * 2, _length + bytes));
    }

    // Sorting these numbers sorts by slot and item, then by the order of adding.
    private void Place(uint key, int offset)
    {
        if (_count == _order.Length)
            Array.Resize(ref _order, _order.Length * 2);
        _order[_count++] = (ulong)key << 32 | (uint)offset;
    }
}
