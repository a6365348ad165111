using System.IO.Ports;
using System.Threading.Tasks.Sources;
using Microsoft.Win32.SafeHandles;

namespace ImeiAgent.Session;

/// <summary>
/// A serial port of Linux or macOS (run on Linux only). Bytes go through a descriptor of our own, because <see cref="SerialPort"/> polls in
/// milliseconds on Unix and would make one exchange take two of them; a <see cref="SerialPort"/> on the same path sets the line and keeps
/// other programs out, and never reads or writes.
/// <para>
/// One thread per port waits in poll() for bytes, for room to write after a write that did not fit, and for a wake-up. It reads
/// straight into the buffer of the pending <see cref="ReadAsync"/> and runs its continuation, so a reply costs no thread hop. It alone
/// closes the port.
/// </para>
/// </summary>
internal sealed class UnixPort : AsyncStream, IValueTaskSource<int>
{
    private readonly SafeFileHandle _tty;
    private readonly SerialPort _settings;
    private readonly WakePipe _wake = new();
    private readonly Thread _thread;
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();

    // Guarded by the gate, except that the owner of a pending read may complete it outside.
    private ManualResetValueTaskSourceCore<int> _read;
    private bool _reading;
    private Memory<byte> _readBuffer;
    private CancellationToken _readToken;
    private CancellationTokenRegistration _readRegistration;
    private BlockedWrite? _blocked;
    private bool _closing;

    /// <summary>Takes over both, which are open on the same tty.</summary>
    public UnixPort(SafeFileHandle tty, SerialPort settings)
    {
        _tty = tty;
        _settings = settings;
        _thread = new Thread(Run) { IsBackground = true, Name = "port " + settings.PortName };
        _thread.Start();
    }

    /// <inheritdoc cref="UnixPortOpening.Open"/>
    public static UnixPort Open(PortSpec port) => UnixPortOpening.Open(port);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct = default)
    {
        if (ct.IsCancellationRequested)
            return ValueTask.FromCanceled<int>(ct);
        CancellationTokenRegistration registration = ct.UnsafeRegister(static self => ((UnixPort)self!).CancelRead(), this);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closing, this);
            if (_reading)
                throw new InvalidOperationException("A read is under way.");
            if (ct.IsCancellationRequested)
                return ValueTask.FromCanceled<int>(ct);
            _read.Reset();
            _reading = true;
            _readBuffer = buffer;
            _readToken = ct;
            _readRegistration = registration;
            if (Environment.CurrentManagedThreadId != _thread.ManagedThreadId)
                _wake.Wake();
            return new ValueTask<int>(this, _read.Version);
        }
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken ct = default)
    {
        if (ct.IsCancellationRequested)
            return ValueTask.FromCanceled(ct);
        int written = WriteSome(buffer.Span);
        return written == buffer.Length ? ValueTask.CompletedTask : WriteRestAsync(buffer[written..], ct);
    }

    /// <summary>When it is done, the port can be opened again.</summary>
    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync().ConfigureAwait(false);
        await _closed.Task.ConfigureAwait(false);
    }

    /// <summary>Begins to close and does not wait for it, because it may be called by a continuation on the port's own thread.</summary>
    protected override void Dispose(bool disposing)
    {
        lock (_gate)
        {
            if (!_closing)
                _wake.Wake();
            _closing = true;
        }
        base.Dispose(disposing);
    }

    private void Run()
    {
        Span<UnixNative.PollEntry> entries = stackalloc UnixNative.PollEntry[2];
        while (true)
        {
            short wanted = 0;
            lock (_gate)
            {
                if (_closing)
                    break;
                if (_reading)
                    wanted |= UnixNative.PollIn;
                if (_blocked is not null)
                    wanted |= UnixNative.PollOut;
            }
            entries[0] = new UnixNative.PollEntry { Descriptor = wanted == 0 ? -1 : (int)_tty.DangerousGetHandle(), Wanted = wanted };
            entries[1] = new UnixNative.PollEntry { Descriptor = _wake.Descriptor, Wanted = UnixNative.PollIn };
            if (UnixNative.Poll(entries) < 0)
                continue;
            if (entries[1].Found != 0)
                _wake.Drain();
            bool broken = (entries[0].Found & UnixNative.PollBroken) != 0;
            if (broken || (entries[0].Found & UnixNative.PollOut) != 0)
                ContinueWrite();
            if (broken || (entries[0].Found & UnixNative.PollIn) != 0)
                CompleteRead(broken);
        }
        Release();
    }

    private void CompleteRead(bool broken)
    {
        int count;
        CancellationTokenRegistration registration;
        lock (_gate)
        {
            if (!_reading)
                return;
            count = UnixNative.Read(_tty, _readBuffer.Span);
            if (count < 0)
            {
                int error = UnixNative.LastError;
                if (error == UnixNative.Interrupted || (error == UnixNative.TryAgain && !broken))
                    return;
                count = 0;      // An unplugged tty says EIO: its end.
            }
            registration = EndRead();
        }
        registration.Unregister();
        _read.SetResult(count);
    }

    private void CancelRead()
    {
        CancellationToken token;
        lock (_gate)
        {
            token = _readToken;
            if (!_reading || !token.IsCancellationRequested)
                return;
            EndRead();
        }
        _read.SetException(new OperationCanceledException(token));
    }

    private CancellationTokenRegistration EndRead()
    {
        _reading = false;
        _readBuffer = default;
        _readToken = default;
        return _readRegistration;
    }

    private async ValueTask WriteRestAsync(ReadOnlyMemory<byte> rest, CancellationToken ct)
    {
        var blocked = new BlockedWrite(rest);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closing, this);
            _blocked = blocked;
            _wake.Wake();
        }
        using (ct.UnsafeRegister(_ => CancelWrite(blocked, ct), null))
            await blocked.Done.Task.ConfigureAwait(false);
    }

    private void ContinueWrite()
    {
        BlockedWrite? blocked;
        lock (_gate)
        {
            blocked = _blocked;
            if (blocked is null)
                return;
            try
            {
                blocked.Rest = blocked.Rest[WriteSome(blocked.Rest.Span)..];
                if (!blocked.Rest.IsEmpty)
                    return;
            }
            catch (IOException exception)
            {
                blocked.Done.TrySetException(exception);
            }
            _blocked = null;
        }
        blocked.Done.TrySetResult();
    }

    private void CancelWrite(BlockedWrite blocked, CancellationToken token)
    {
        lock (_gate)
            if (_blocked == blocked)
                _blocked = null;
        blocked.Done.TrySetCanceled(token);
    }

    /// <summary>How much the tty took, 0 if it is full.</summary>
    private int WriteSome(ReadOnlySpan<byte> bytes)
    {
        while (true)
        {
            int count = UnixNative.Write(_tty, bytes);
            if (count >= 0)
                return count;
            int error = UnixNative.LastError;
            if (error == UnixNative.TryAgain)
                return 0;
            if (error != UnixNative.Interrupted)
                throw new IOException(UnixNative.Text(error));
        }
    }

    private void Release()
    {
        bool wasReading;
        lock (_gate)
        {
            wasReading = _reading;
            _reading = false;
        }
        UnixPortOpening.Close(_settings, dropOutput: _blocked is not null);
        _tty.Dispose();
        _wake.Dispose();
        _closed.TrySetResult();

        var disposed = new ObjectDisposedException(nameof(UnixPort));
        _blocked?.Done.TrySetException(disposed);
        if (wasReading)
            _read.SetException(disposed);
    }

    int IValueTaskSource<int>.GetResult(short token) => _read.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _read.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _read.OnCompleted(continuation, state, token, flags);

    /// <summary>A write the tty had no room for.</summary>
    private sealed class BlockedWrite(ReadOnlyMemory<byte> rest)
    {
        public ReadOnlyMemory<byte> Rest { get; set; } = rest;

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
