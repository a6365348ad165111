using System.IO.Pipelines;
using ImeiAgent.Diag.Framing;

namespace ImeiAgent.Unit.Operations;

/// <summary>
/// Stands between an agent and a phone: sees each request before the phone does, and may refuse it in the phone's stead. With a way to
/// open the phone anew its connection outlives the phone, as a serial server's does; what is sent meanwhile is lost.
/// </summary>
internal sealed class SerialServer : Stream
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(10);

    private readonly Pipe _toAgent = new(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));
    private readonly HdlcDecoder _decoder = new();
    private readonly Lock _writing = new();
    private readonly Stream _replies;
    private readonly Func<Stream>? _reopen;
    private volatile Stream _phone;
    private volatile bool _isClosed;

    public SerialServer(Stream phone, Func<Stream>? reopen = null)
    {
        (_phone, _reopen, _replies) = (phone, reopen, _toAgent.Reader.AsStream());
        _ = Task.Run(PumpAsync);
    }

    /// <summary>Shown each request; those for which it says so are answered BAD_CMD and never reach the phone.</summary>
    public Func<ReadOnlySpan<byte>, bool> Refuses { get; init; } = _ => false;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Moves the cable to another phone; the agent is not told.</summary>
    public void MoveTo(Stream phone)
    {
        Stream before = _phone;
        _phone = phone;
        before.Dispose();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _replies.ReadAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_decoder.Decode(buffer.Span, out _) == FrameOutcome.Frame && Refuses(_decoder.Packet))
        {
            byte[] refusal = [0x13, .. _decoder.Packet];
            byte[] frame = new byte[Hdlc.MaxFrameLength(refusal.Length)];
            Give(frame.AsSpan(0, HdlcEncoder.Encode(refusal, frame)));
            return ValueTask.CompletedTask;
        }
        try
        {
            _phone.Write(buffer.Span);
        }
        catch (IOException) when (_reopen is not null)
        {
            // The phone is away, and the connection does not tell.
        }
        return ValueTask.CompletedTask;
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _isClosed = true;
        _phone.Dispose();
        base.Dispose(disposing);
    }

    private async Task PumpAsync()
    {
        byte[] buffer = new byte[4096];
        while (true)
        {
            Stream phone = _phone;
            int count = await phone.ReadAsync(buffer);
            if (count > 0)
                Give(buffer.AsSpan(0, count));
            else if (_isClosed || (phone == _phone && !await ReopenAsync()))
                break;
        }
        lock (_writing)
            _toAgent.Writer.Complete();
    }

    /// <summary>Opens the phone as soon as it is there; false when the agent left.</summary>
    private async Task<bool> ReopenAsync()
    {
        while (_reopen is not null && !_isClosed)
        {
            try
            {
                _phone = _reopen();
                if (_isClosed)
                    _phone.Dispose();
                return true;
            }
            catch (IOException)
            {
                await Task.Delay(s_pause);
            }
        }
        return false;
    }

    private void Give(ReadOnlySpan<byte> bytes)
    {
        lock (_writing)
        {
            bytes.CopyTo(_toAgent.Writer.GetSpan(bytes.Length));
            _toAgent.Writer.Advance(bytes.Length);
            _ = _toAgent.Writer.FlushAsync().AsTask();
        }
    }
}
