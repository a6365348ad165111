using System.Threading.Tasks.Sources;
using ImeiAgent.Diag.Framing;
using ImeiAgent.Diag.Messages;

namespace ImeiAgent.Session;

/// <summary>Where a request is on its way. Changed by <see cref="RequestLine"/> only.</summary>
internal enum ExchangeState
{
    /// <summary>In no list: being made, or answered, failed or cancelled.</summary>
    Idle,

    /// <summary>In line, not sent.</summary>
    Waiting,

    /// <summary>Sent, or being sent, and its reply awaited.</summary>
    InFlight,

    /// <summary>Sent, its reply no longer expected, to be sent again.</summary>
    Lost,
}

/// <summary>
/// One request from its caller's call to its caller's result. Everything but the result belongs to the session's lock; whoever takes
/// an exchange out of the <see cref="RequestLine"/> under that lock, and nobody else, completes it.
/// </summary>
internal abstract class Exchange
{
    private byte[] _packet = [];
    private byte[] _frame = [];
    private int _frameLength;

    protected Exchange() => Node = new LinkedListNode<Exchange>(this);

    /// <summary>Its place among the waiting; made once, so that waiting allocates nothing.</summary>
    public LinkedListNode<Exchange> Node { get; }

    public ReplyKey Key { get; private set; }

    public bool IsIdempotent { get; private set; }

    /// <summary>The length of the request packet in bytes, without check and escapes.</summary>
    public int PacketLength { get; private set; }

    public CancellationToken Token { get; private set; }

    public ExchangeState State { get; set; }

    public Transmission Sent { get; set; }

    /// <summary>How often its write was begun.</summary>
    public int Sends { get; set; }

    /// <summary>How many replies may still come.</summary>
    public int Owed { get; set; }

    /// <summary>How many of its sends ended without a reply while nothing else was in flight: only these say that the phone does not answer.</summary>
    public int Tries { get; set; }

    /// <summary>How often it was lost among others.</summary>
    public int Losses { get; set; }

    /// <summary>Nothing else may be in flight with it: it is not idempotent, or was lost among others before.</summary>
    public bool GoesAlone { get; set; }

    /// <summary>How many were in flight when it was last written, itself included.</summary>
    public int InFlight { get; set; }

    /// <summary>The number of its first write in the order of writes.</summary>
    public long Order { get; set; }

    /// <summary>The number of its last write.</summary>
    public long LastWrite { get; set; }

    /// <summary>The timestamp at which the present attempt has failed; <see cref="long.MaxValue"/> while it is not yet written.</summary>
    public long Deadline { get; set; }

    /// <summary>The timestamp at which its last write was begun.</summary>
    public long WrittenAt { get; set; }

    /// <summary>How long the reply took; set by whoever takes the exchange out of the line to answer it.</summary>
    public TimeSpan Took { get; set; }

    /// <summary>Where to say in the end how often it was sent, if anybody asks.</summary>
    public SendCount? SendCount { get; set; }

    /// <summary>The request packet, without check and escapes.</summary>
    public ReadOnlySpan<byte> Packet => _packet.AsSpan(0, PacketLength);

    /// <summary>The bytes to write, terminator included.</summary>
    public ReadOnlySpan<byte> Frame => _frame.AsSpan(0, _frameLength);

    /// <summary>Reads the packet as the reply and runs the caller's continuation on this thread.</summary>
    public abstract void Answer(ReadOnlySpan<byte> packet);

    /// <summary>Ends the caller's wait; the caller goes on on another thread.</summary>
    public abstract void Fail(Exception exception);

    protected void Prepare<TRequest, T>(in TRequest request, CancellationToken token)
        where TRequest : IDiagRequest<T>
    {
        if (_packet.Length < request.MaxLength)
            _packet = new byte[request.MaxLength];
        PacketLength = request.Write(_packet);
        int worst = Hdlc.MaxFrameLength(PacketLength);
        if (_frame.Length < worst)
            _frame = new byte[worst];
        _frameLength = HdlcEncoder.Encode(Packet, _frame);

        Key = request.ReplyKey;
        IsIdempotent = request.IsIdempotent;
        Token = token;
        State = ExchangeState.Idle;
        Sent = Transmission.No;
        Sends = Owed = Tries = Losses = 0;
        GoesAlone = !IsIdempotent;
        Deadline = long.MaxValue;
    }

    /// <summary>To be said before the caller is told.</summary>
    protected void TellSends()
    {
        if (SendCount is { } count)
            count.Value = Sends;
    }

    /// <summary>What is never sent twice can be a code: its bytes are not left lying about.</summary>
    protected void Wipe()
    {
        if (IsIdempotent)
            return;
        _packet.AsSpan().Clear();
        _frame.AsSpan().Clear();
    }
}

/// <summary>An exchange that hands its caller a reply, with or without its time. Used again after its result was taken.</summary>
internal sealed class Exchange<TRequest, TResponse> : Exchange, IValueTaskSource<DiagReply<TResponse>>, IValueTaskSource<TimedReply<TResponse>>
    where TRequest : IDiagRequest<TResponse>
{
    // Callers ask ahead of the window, and several phones share the pool.
    private const int PoolCapacity = 16 * SessionOptions.MaxWindow;
    private static readonly Stack<Exchange<TRequest, TResponse>> Pool = [];

    private ManualResetValueTaskSourceCore<TimedReply<TResponse>> _result;
    private CancellationTokenRegistration _registration;
    private Action<Exchange>? _cancel;
    private TRequest _request = default!;

    /// <summary>An exchange that holds the request's frame and waits for nothing yet.</summary>
    public static Exchange<TRequest, TResponse> For(in TRequest request, CancellationToken token)
    {
        Exchange<TRequest, TResponse>? exchange;
        lock (Pool)
            Pool.TryPop(out exchange);
        exchange ??= new Exchange<TRequest, TResponse>();
        exchange.Prepare<TRequest, TResponse>(in request, token);
        exchange._request = request;
        return exchange;
    }

    /// <summary>What the caller awaits, exactly once, unless it is <see cref="Timed"/>.</summary>
    public ValueTask<DiagReply<TResponse>> Reply => new(this, _result.Version);

    /// <summary>What the caller awaits, exactly once, unless it is <see cref="Reply"/>.</summary>
    public ValueTask<TimedReply<TResponse>> Timed => new(this, _result.Version);

    /// <summary>Has <paramref name="cancel"/> called when the token is cancelled, which can be as late as the result.</summary>
    public void CancelWith(Action<Exchange> cancel)
    {
        if (!Token.CanBeCanceled)
            return;
        _cancel = cancel;
        _registration = Token.UnsafeRegister(static self => ((Exchange<TRequest, TResponse>)self!)._cancel!((Exchange)self), this);
    }

    public override void Answer(ReadOnlySpan<byte> packet)
    {
        DiagReply<TResponse> reply;
        TellSends();
        try
        {
            reply = DiagReply.Read<TRequest, TResponse>(in _request, packet);
        }
        catch (Exception exception)
        {
            _result.RunContinuationsAsynchronously = false;
            _result.SetException(exception);
            return;
        }
        _result.RunContinuationsAsynchronously = false;
        _result.SetResult(new TimedReply<TResponse>(reply, Took));
    }

    public override void Fail(Exception exception)
    {
        TellSends();
        _result.RunContinuationsAsynchronously = true;
        _result.SetException(exception);
    }

    DiagReply<TResponse> IValueTaskSource<DiagReply<TResponse>>.GetResult(short token) => GetResult(token).Reply;

    TimedReply<TResponse> IValueTaskSource<TimedReply<TResponse>>.GetResult(short token) => GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<DiagReply<TResponse>>.GetStatus(short token) => _result.GetStatus(token);

    ValueTaskSourceStatus IValueTaskSource<TimedReply<TResponse>>.GetStatus(short token) => _result.GetStatus(token);

    void IValueTaskSource<DiagReply<TResponse>>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _result.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource<TimedReply<TResponse>>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _result.OnCompleted(continuation, state, token, flags);

    private TimedReply<TResponse> GetResult(short token)
    {
        if (_result.GetStatus(token) == ValueTaskSourceStatus.Pending)
            throw new InvalidOperationException("Await the reply; it is not there yet.");
        try
        {
            return _result.GetResult(token);
        }
        finally
        {
            Recycle();
        }
    }

    private void Recycle()
    {
        // A cancellation that may still be running must not meet the next request in this object: leave it to the collector.
        if (Token.CanBeCanceled && !_registration.Unregister())
            return;
        _request = default!;
        SendCount = null;
        Wipe();
        _result.Reset();
        lock (Pool)
            if (Pool.Count < PoolCapacity)
                Pool.Push(this);
    }
}
