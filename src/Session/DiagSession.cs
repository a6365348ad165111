using System.Threading.Channels;
using ImeiAgent.Diag.Framing;
using ImeiAgent.Diag.Messages;

namespace ImeiAgent.Session;

/// <summary>
/// One port, one owner, one order, one way to break.
/// <para>
/// A byte's way from the port to the caller: the stream completes the read of the <see cref="FrameReader"/>, which finds the end of
/// a frame; <see cref="Receive"/> asks the <see cref="RequestLine"/> whose packet it is; the <see cref="Exchange"/> reads it and runs the
/// caller's continuation, all on the thread that read the port. So a caller must not block after an await; it may await as long as it
/// likes. A byte's way to the port: <see cref="SendAsync{T}"/> makes the frame and <see cref="Pump"/> writes what the line says is next, one
/// write per frame, one write at a time, on whichever thread made that possible, and when all packets of a read were looked at.
/// </para>
/// </summary>
public sealed partial class DiagSession : IAsyncDisposable
{
    private enum SessionState { Open, Broken }

    private readonly Stream _stream;
    private readonly TimeProvider _time;
    private readonly FlightRecorder? _recorder;
    private readonly Lock _gate = new();
    private readonly RequestLine _line;
    private readonly Alarm _alarm;
    private readonly long _stallTime;
    private readonly CancellationTokenSource _ending = new();
    private readonly CancellationToken _ended;
    private readonly TaskCompletionSource<SessionBreak> _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<UnsolicitedPacket> _unsolicited;
    private readonly Action<Exchange> _cancel;
    private readonly Task _reading;

    private SessionState _state = SessionState.Open;
    private SessionBreak? _break;
    private Task _closing = Task.CompletedTask;
    private SessionCounters _counters;
    private bool _inRead;

    /// <summary>Takes over the stream, which nobody else may use from now on, and starts to read it.</summary>
    /// <param name="stream">Both directions of an open port; see <see cref="Ports.OpenAsync"/>.</param>
    /// <param name="options">Window, patience and bounds.</param>
    /// <param name="time">The clock of all timeouts.</param>
    /// <param name="recorder">The port's recorder, if it has one: every frame is recorded, and the port's name stands in traces.</param>
    public DiagSession(Stream stream, SessionOptions options, TimeProvider time, FlightRecorder? recorder = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        _stream = stream;
        _time = time;
        _recorder = recorder;
        _alarm = new Alarm(time, OnAlarm);
        _stallTime = _alarm.Span(options.DrainTime);
        _line = new RequestLine(options, _alarm.Span(options.ReplyTimeout), _stallTime);
        _unsolicited = Channel.CreateBounded<UnsolicitedPacket>(
            new BoundedChannelOptions(options.UnsolicitedCapacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleWriter = true },
            _ => CountDropped());
        _cancel = Cancel;
        _ended = _ending.Token;
        _recorder?.Began();
        _reading = ReadAsync();
    }

    /// <summary>Completes when the session broke, with the first reason. Never faults.</summary>
    public Task<SessionBreak> Broken => _broken.Task;

    /// <summary>What the phone says unasked, oldest first. Bounded: the oldest packet goes when nobody reads, and is counted.</summary>
    public ChannelReader<UnsolicitedPacket> Unsolicited => _unsolicited.Reader;

    /// <summary>The counts of this moment.</summary>
    public SessionCounters Counters
    {
        get
        {
            lock (_gate)
                return _counters;
        }
    }

    /// <summary>How many requests may be outstanding at this moment.</summary>
    public int Window
    {
        get
        {
            lock (_gate)
                return _line.Window;
        }
    }

    /// <summary>
    /// The window this phone was found to take: set when the window reached <see cref="SessionOptions.LargestWindow"/>, or met a loss and
    /// stayed below it for a while. Null until then.
    /// </summary>
    public int? SettledWindow
    {
        get
        {
            lock (_gate)
                return _line.SettledWindow;
        }
    }

    /// <summary>Goes on from a window that such a phone was found to take before; it still adapts.</summary>
    /// <param name="window">1 to <see cref="SessionOptions.MaxWindow"/>; more than <see cref="SessionOptions.LargestWindow"/> counts as that.</param>
    public void AssumeWindow(int window)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(window, SessionOptions.MaxWindow);
        lock (_gate)
            _line.Assume(window);
        Pump(null);
    }

    /// <summary>Breaks the session and gives the port back. Whoever still waits is told. When the result is there, the port is free.</summary>
    public async ValueTask DisposeAsync()
    {
        Break(BreakReason.Closed, "closed by its owner");
        await _reading.ConfigureAwait(false);
        await _closing.ConfigureAwait(false);
    }

    private async Task ReadAsync()
    {
        try
        {
            await new FrameReader(Receive, ReceiveBad, EndOfRead).RunAsync(_stream, _ended).ConfigureAwait(false);
            Break(BreakReason.PortVanished, "the port ended the stream");
        }
        catch (Exception exception)
        {
            Break(BreakReason.PortVanished, exception.Message);
        }
    }

    private void Receive(ReadOnlySpan<byte> packet)
    {
        PacketFate fate;
        Exchange? exchange;
        _recorder?.Received(packet);
        lock (_gate)
        {
            if (_state != SessionState.Open)
                return;
            _inRead = true;
            long now = _alarm.Now;
            fate = _line.Receive(packet, now, out exchange);
            Count(fate);
            Forget(exchange);
            if (exchange is not null)
                exchange.Took = _alarm.Between(exchange.WrittenAt, now);
            if (exchange is { Sends: > 1 })
                _alarm.NotAfter(_line.NextDeadline());
        }
        if (fate == PacketFate.Unsolicited)
            _unsolicited.Writer.TryWrite(new UnsolicitedPacket(_time.GetUtcNow(), packet.ToArray()));
        if (exchange is not null && Refusals.IsRefusal(packet[0]))
            SessionTelemetry.CountRefusal(packet[0]);
        exchange?.Answer(packet);
    }

    /// <summary>Nothing is written between the packets of one read, so a reply that came twice is not taken for the reply to what it made room for.</summary>
    private void EndOfRead()
    {
        lock (_gate)
            _inRead = false;
        Pump(null);
    }

    private void ReceiveBad(BadFrameReason reason)
    {
        _recorder?.ReceivedBad(reason);
        SessionTelemetry.CountBadFrame();
        lock (_gate)
        {
            _counters = _counters with { BadFrames = _counters.BadFrames + 1 };
            if (reason == BadFrameReason.BadCheck)
                _line.AskSoleAgain();
        }
    }

    private void Cancel(Exchange exchange)
    {
        lock (_gate)
        {
            if (!_line.Withdraw(exchange, _alarm.Now))
                return;
            Forget(exchange);
            _alarm.NotAfter(_line.NextDeadline());
        }
        exchange.Fail(new RequestCanceledException(exchange.Sent, exchange.Token));
        Pump(null);
    }

    private void OnAlarm()
    {
        var timedOut = new List<Exchange>();
        bool stalled;
        lock (_gate)
        {
            if (_state != SessionState.Open)
                return;
            _alarm.WentOff();
            long now = _alarm.Now;
            stalled = now >= _stalledAt;
            _line.Expire(now, timedOut);
            _alarm.NotAfter(Math.Min(_stalledAt, _line.NextDeadline()));
        }
        foreach (Exchange exchange in timedOut)
            exchange.Fail(new NoReplyException(exchange.Key.ToString(), exchange.Sends));
        if (stalled)
            Break(BreakReason.WriteStalled, "the port takes no bytes");
        else
            Pump(null);
    }

    /// <summary>The one way out. The first reason wins; everyone pending is told, with what is known of their bytes.</summary>
    private void Break(BreakReason reason, string detail)
    {
        var pending = new List<Exchange>();
        lock (_gate)
        {
            if (!MoveToBroken(new SessionBreak(reason, detail)))
                return;
            _line.Clear(pending);
            _inWrite = null;
            _closing = CloseAsync();
        }
        _recorder?.Broke(_break!);
        foreach (Exchange exchange in pending)
            exchange.Fail(new SessionBrokenException(_break!, exchange.Sent));
        _unsolicited.Writer.TryComplete();
        _broken.TrySetResult(_break!);
    }

    /// <summary>Under the lock: the only place that changes the state.</summary>
    private bool MoveToBroken(SessionBreak sessionBreak)
    {
        if (_state == SessionState.Broken)
            return false;
        _break = sessionBreak;
        _state = SessionState.Broken;
        return true;
    }

    private async Task CloseAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        _alarm.Dispose();
        try
        {
            await _ending.CancelAsync().ConfigureAwait(false);
            await _stream.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // A port that is gone need not close in order, and why the session ended is known already.
        }
    }

    private void Count(PacketFate fate) => _counters = fate switch
    {
        PacketFate.Late => _counters with { FramesReceived = _counters.FramesReceived + 1, LateReplies = _counters.LateReplies + 1 },
        PacketFate.Unsolicited => _counters with { FramesReceived = _counters.FramesReceived + 1, Unsolicited = _counters.Unsolicited + 1 },
        PacketFate.Stray => _counters with { FramesReceived = _counters.FramesReceived + 1, Strays = _counters.Strays + 1 },
        _ => _counters with { FramesReceived = _counters.FramesReceived + 1 },
    };

    private void CountDropped()
    {
        SessionTelemetry.CountUnsolicitedDropped();
        lock (_gate)
            _counters = _counters with { UnsolicitedDropped = _counters.UnsolicitedDropped + 1 };
    }
}
