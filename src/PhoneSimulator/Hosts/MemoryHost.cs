using System.IO.Pipelines;

namespace ImeiAgent.PhoneSimulator;

/// <summary>A phone within the process: <see cref="Open"/> gives the client's end.</summary>
public sealed class MemoryHost : PhoneHost
{
    private readonly Lock _opening = new();
    private MemoryPort? _port;
    private Thread? _thread;

    /// <summary>Plugs <paramref name="phone"/> in.</summary>
    public MemoryHost(SimulatedPhone phone, TimeProvider? time = null) : base(phone, time) => Replug();

    /// <summary>
    /// Opens the port, as a client opens a serial port. Reads end with 0 bytes and writes throw <see cref="IOException"/> after the
    /// cable was pulled. Each write of the client is one transfer to the phone.
    /// </summary>
    /// <exception cref="IOException">The phone is not plugged in (<see cref="FileNotFoundException"/>), or another client has the port open.</exception>
    public Stream Open()
    {
        lock (_opening)
        {
            if (!IsPlugged)
                throw new FileNotFoundException("The simulated phone is not plugged in.");
            if (_port is { IsOver: false })
                throw new IOException("Another client has the simulated phone's port open.");
            _thread?.Join();
            var port = new MemoryPort(oneTransferPerRead: () => Phone.Quirks is { OneFramePerTransfer: true } or { OldKernel: true });
            _port = port;
            _thread = StartThread("simulated phone, in memory", () =>
            {
                Serve(port.PhoneEnd);
                port.End();
            });
            return port.ClientEnd;
        }
    }

    private protected override void PlugIn()
    {
    }

    private protected override void PullOut()
    {
        lock (_opening)
        {
            _port?.End();
            _thread?.Join();
            _port = null;
            _thread = null;
        }
    }
}

/// <summary>Two streams, back to back. To the phone it keeps the borders of writes; to the client it is a plain pipe.</summary>
internal sealed class MemoryPort
{
    /// <summary>The most bytes under way in each direction; a writer waits beyond.</summary>
    private const int Capacity = 256 * 1024;

    private readonly Pipe _toClient = new(new PipeOptions(pauseWriterThreshold: Capacity, resumeWriterThreshold: Capacity / 2, useSynchronizationContext: false));
    private readonly TransferQueue _toPhone;
    private volatile bool _over;

    public MemoryPort(Func<bool> oneTransferPerRead)
    {
        _toPhone = new TransferQueue(Capacity, oneTransferPerRead);
        PhoneEnd = new PhoneStream(this);
        ClientEnd = new ClientStream(this);
    }

    public Stream PhoneEnd { get; }

    public Stream ClientEnd { get; }

    public bool IsOver => _over;

    /// <summary>Ends both directions; whoever waits is told.</summary>
    public void End()
    {
        _over = true;
        _toPhone.End();
        // Ends a flush that waits for the client, and lets the client read what is under way and then the end.
        _toClient.Writer.CancelPendingFlush();
        lock (_toClient)
            _toClient.Writer.Complete();
    }

    private void WriteToClient(ReadOnlySpan<byte> bytes)
    {
        ValueTask<FlushResult> flush;
        lock (_toClient)
        {
            if (_over)
                throw new IOException("The port is closed.");
            bytes.CopyTo(_toClient.Writer.GetSpan(bytes.Length));
            _toClient.Writer.Advance(bytes.Length);
            flush = _toClient.Writer.FlushAsync();
        }
        if (!flush.IsCompleted)
            flush.AsTask().GetAwaiter().GetResult();
    }

    private sealed class PhoneStream(MemoryPort port) : SpanStream
    {
        public override int Read(Span<byte> buffer) => port._toPhone.Read(buffer);

        public override void Write(ReadOnlySpan<byte> buffer) => port.WriteToClient(buffer);
    }

    private sealed class ClientStream(MemoryPort port) : SpanStream
    {
        private readonly Stream _reader = port._toClient.Reader.AsStream(leaveOpen: true);

        public override int Read(Span<byte> buffer) => _reader.Read(buffer);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            _reader.ReadAsync(buffer, cancellationToken);

        public override void Write(ReadOnlySpan<byte> buffer) => port._toPhone.Write(buffer);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                port.End();
            base.Dispose(disposing);
        }
    }
}
