using ImeiAgent.Diag.Framing;
using Xunit;

namespace ImeiAgent.Unit.Session;

/// <summary>
/// The port of a phone that does what the test says, when it says so. A read is completed on the thread that calls
/// <see cref="Deliver"/>, so what a reply sets off has happened when that returns.
/// </summary>
internal sealed class FakePort : Stream
{
    private readonly Lock _gate = new();
    private readonly Queue<byte[]> _arrived = [];
    private readonly List<byte[]> _writes = [];
    private TaskCompletionSource<int>? _read;
    private Memory<byte> _readBuffer;
    private TaskCompletionSource? _write;
    private Exception? _failure;
    private bool _ended;

    /// <summary>Writes do not complete before <see cref="ReleaseWrite"/>.</summary>
    public bool HoldWrites { get; set; }

    /// <summary>Called with each write, as a phone that answers at once.</summary>
    public Action<byte[]>? OnWrite { get; set; }

    public bool IsDisposed { get; private set; }

    /// <summary>The bytes of each write so far.</summary>
    public IReadOnlyList<byte[]> Writes
    {
        get
        {
            lock (_gate)
                return [.. _writes];
        }
    }

    /// <summary>The packets written so far; every write must have been one whole frame without a leading flag.</summary>
    public IReadOnlyList<byte[]> Packets => [.. Writes.Select(PacketOf)];

    /// <summary>The numbers of the NV items asked for so far, in order.</summary>
    public IReadOnlyList<int> Items => [.. Packets.Select(packet => packet[1] | (packet[2] << 8))];

    public static byte[] FrameOf(ReadOnlySpan<byte> packet)
    {
        var frame = new byte[Hdlc.MaxFrameLength(packet.Length)];
        return frame[..HdlcEncoder.Encode(packet, frame)];
    }

    public static byte[] PacketOf(byte[] frame)
    {
        var decoder = new HdlcDecoder();
        Assert.NotEqual(Hdlc.Flag, frame[0]);
        Assert.Equal(FrameOutcome.Frame, decoder.Decode(frame, out int consumed));
        Assert.Equal(frame.Length, consumed);
        return decoder.Packet.ToArray();
    }

    /// <summary>Bytes come from the phone.</summary>
    public void Deliver(params byte[] bytes)
    {
        lock (_gate)
            _arrived.Enqueue(bytes);
        CompleteRead();
    }

    /// <summary>A packet comes from the phone, whole and right.</summary>
    public void DeliverPacket(params byte[] packet) => Deliver(FrameOf(packet));

    /// <summary>The phone is unplugged.</summary>
    public void End()
    {
        lock (_gate)
            _ended = true;
        CompleteRead();
    }

    /// <summary>The driver fails.</summary>
    public void Fail(Exception failure)
    {
        lock (_gate)
            _failure = failure;
        CompleteRead();
    }

    public void ReleaseWrite() => TakeWrite().SetResult();

    public void FailWrite(Exception failure) => TakeWrite().SetException(failure);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = new TaskCompletionSource<int>();
        lock (_gate)
        {
            Assert.Null(_read);
            _readBuffer = buffer;
            _read = read;
        }
        cancellationToken.Register(() =>
        {
            lock (_gate)
                if (_read == read)
                    _read = null;
            read.TrySetCanceled(cancellationToken);
        });
        CompleteRead();
        return new ValueTask<int>(read.Task);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        byte[] bytes = buffer.ToArray();
        TaskCompletionSource? held = null;
        lock (_gate)
        {
            Assert.Null(_write);
            if (_failure is not null)
                return ValueTask.FromException(_failure);
            _writes.Add(bytes);
            if (HoldWrites)
            {
                _write = held = new TaskCompletionSource();
            }
        }
        OnWrite?.Invoke(bytes);
        if (held is null)
            return ValueTask.CompletedTask;
        cancellationToken.Register(() =>
        {
            lock (_gate)
                if (_write == held)
                    _write = null;
            held.TrySetCanceled(cancellationToken);
        });
        return new ValueTask(held.Task);
    }

    protected override void Dispose(bool disposing)
    {
        IsDisposed = true;
        TakeRead()?.TrySetException(new ObjectDisposedException(nameof(FakePort)));
        base.Dispose(disposing);
    }

    private void CompleteRead()
    {
        TaskCompletionSource<int>? read;
        int count = 0;
        lock (_gate)
        {
            if (_read is null || (_arrived.Count == 0 && !_ended && _failure is null))
                return;
            if (_arrived.TryDequeue(out byte[]? bytes))
            {
                bytes.CopyTo(_readBuffer);
                count = bytes.Length;
            }
            read = _read;
            _read = null;
        }
        if (_failure is not null && count == 0)
            read.TrySetException(_failure);
        else
            read.TrySetResult(count);
    }

    private TaskCompletionSource<int>? TakeRead()
    {
        lock (_gate)
        {
            TaskCompletionSource<int>? read = _read;
            _read = null;
            return read;
        }
    }

    private TaskCompletionSource TakeWrite()
    {
        lock (_gate)
        {
            Assert.NotNull(_write);
            TaskCompletionSource write = _write;
            _write = null;
            return write;
        }
    }

    public override bool CanRead => true;
    public override bool CanWrite => true;
    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
    public override void Flush() { }
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
}
