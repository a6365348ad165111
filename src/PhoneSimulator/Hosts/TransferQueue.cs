using System.Buffers;

namespace ImeiAgent.PhoneSimulator;

/// <summary>Bytes from one writer at a time to one reader, blocking both ways, that remembers where each write ended.</summary>
internal sealed class TransferQueue(int capacity, Func<bool> oneTransferPerRead)
{
    private readonly Queue<(byte[] Bytes, int Length)> _transfers = new();
    private readonly object _gate = new();
    private int _offset;
    private int _held;
    private bool _ended;

    /// <summary>Queues one transfer; waits while more than the capacity is under way.</summary>
    /// <exception cref="IOException">It has ended.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            while (!_ended && _held > 0 && _held + bytes.Length > capacity)
                Monitor.Wait(_gate);
            if (_ended)
                throw new IOException("The port is gone.");
            byte[] copy = ArrayPool<byte>.Shared.Rent(bytes.Length);
            bytes.CopyTo(copy);
            _transfers.Enqueue((copy, bytes.Length));
            _held += bytes.Length;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Waits for bytes and gives as many as fit, of one transfer or of several; 0 when it has ended.</summary>
    public int Read(Span<byte> buffer)
    {
        lock (_gate)
        {
            while (!_ended && _transfers.Count == 0)
                Monitor.Wait(_gate);
            int count = 0;
            while (!_ended && count < buffer.Length && _transfers.TryPeek(out (byte[] Bytes, int Length) transfer))
            {
                int part = Math.Min(buffer.Length - count, transfer.Length - _offset);
                transfer.Bytes.AsSpan(_offset, part).CopyTo(buffer[count..]);
                count += part;
                _offset += part;
                if (_offset < transfer.Length)
                    break;
                _offset = 0;
                ArrayPool<byte>.Shared.Return(_transfers.Dequeue().Bytes);
                if (oneTransferPerRead())
                    break;
            }
            _held -= count;
            Monitor.PulseAll(_gate);
            return count;
        }
    }

    /// <summary>Ends it for both sides; what is under way is lost.</summary>
    public void End()
    {
        lock (_gate)
        {
            _ended = true;
            Monitor.PulseAll(_gate);
        }
    }
}
