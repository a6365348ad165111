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
    /// <exception cref="ArgumentException">The slot is 0, or the outcome is none of <see cref="NvOutcome"/>.</exception>
    public void Add(in NvReading reading)
    {
        if (reading.Slot == 0 || reading.Outcome is < NvOutcome.Answered or > NvOutcome.Skipped)
            throw new ArgumentException("A reading has a slot from 1 and an outcome.", nameof(reading));
        if (_records.Length - _length < SnapshotContent.RecordHeaderLength + NvData.Length)
            Array.Resize(ref _records, _records.Length * 2);
        if (_count == _order.Length)
            Array.Resize(ref _order, _order.Length * 2);

        // Sorting these numbers sorts by slot and item, then by the order of adding.
        _order[_count++] = (ulong)SnapshotContent.Key(reading.Slot, reading.Item.Number) << 32 | (uint)_length;
        _length += SnapshotContent.WriteRecord(_records.AsSpan(_length), reading);
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
            int length = SnapshotContent.RecordHeaderLength + _records[offset + 6];
            _records.AsSpan(offset, length).CopyTo(canonical.AsSpan(at));
            at += length;
            kept++;
        }
        SnapshotContent.WriteHeader(canonical, kept);
        Array.Resize(ref canonical, at);
        return SnapshotContent.Parse(canonical) ?? throw new InvalidOperationException("the canonical layout contradicts itself");
    }
}
