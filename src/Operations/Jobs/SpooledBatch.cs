using System.Collections;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <summary>A batch of a job as it is on the disk. It holds bytes, not objects: readings are made when it is enumerated.</summary>
public sealed class SpooledBatch : IEnumerable<NvReading>
{
    private readonly ReadOnlyMemory<byte> _records;

    internal SpooledBatch(long sequence, ReadOnlyMemory<byte> records) => (Sequence, _records) = (sequence, records);

    /// <summary>Counted from 1.</summary>
    public long Sequence { get; }

    /// <summary>The readings, in the order read.</summary>
    public IEnumerator<NvReading> GetEnumerator()
    {
        int at = 0;
        while (TakeNext(ref at, out NvReading reading))
            yield return reading;
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private bool TakeNext(ref int at, out NvReading reading)
    {
        ReadOnlySpan<byte> left = _records.Span[at..];
        int before = left.Length;
        bool more = Records.TryRead(ref left, out reading);
        at += before - left.Length;
        return more;
    }
}
