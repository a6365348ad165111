using ImeiAgent.Diag.Framing;
using ImeiAgent.Diag.Messages;

namespace ImeiAgent.Session;

/// <summary>What a received packet turned out to be.</summary>
internal enum PacketFate
{
    /// <summary>The reply to an exchange, which the line has let go.</summary>
    Reply,

    /// <summary>A reply nobody waits for any more.</summary>
    Late,

    /// <summary>The phone got a damaged frame and said so; the exchange will be sent again.</summary>
    AskAgain,

    /// <summary>Of a kind that comes unasked.</summary>
    Unsolicited,

    /// <summary>None of these.</summary>
    Stray,
}

/// <summary>
/// Who is sent next, and whose reply a packet is. Holds requests that wait, requests that are outstanding, and tombstones of requests
/// that were given up. Knows no port, clock or lock: the session calls it under its lock and tells it the time, in timestamps.
/// <para>
/// A tombstone exists because DIAG has no transaction number. A reply that comes after its request was given up would be taken for the
/// reply to the next request with the same key, so none is sent until that reply came or <see cref="SessionOptions.DrainTime"/> passed.
/// </para>
/// <para>
/// The line of those who wait is as long as there are callers awaiting; tombstones are at most a few times the window, because a sent
/// request holds its place in the window until its reply, its timeout or, when cancelled, the time it would have timed out.
/// </para>
/// </summary>
internal sealed class RequestLine(SessionOptions options, long replyTimeout, long drainTime)
{
    private int _window = Math.Min(options.InitialWindow, options.LargestWindow);
    private readonly LinkedList<Exchange> _waiting = new();
    private readonly List<Exchange> _outstanding = new(SessionOptions.MaxWindow);
    private readonly Tombstones _tombstones = new();
    private int _resendsDue;
    private long _writes;

    /// <summary>How many requests may be outstanding now.</summary>
    public int Window => _window;

    /// <summary>The window the phone was found to take, if that is known.</summary>
    public int? SettledWindow => _window == options.LargestWindow ? _window : null;

    /// <summary>Goes on from a window that is known to be good.</summary>
    public void Assume(int window) => _window = Math.Min(window, options.LargestWindow);

    /// <summary>Puts an exchange at the end of the line.</summary>
    public void Add(Exchange exchange)
    {
        exchange.State = ExchangeState.Waiting;
        _waiting.AddLast(exchange.Node);
    }

    /// <summary>
    /// The exchange to write now, or null. Repeats come first. Then first come, first served, except that a blocked key holds up only
    /// itself, and that a request that is not idempotent goes alone: it waits until nothing is outstanding and nothing can come late,
    /// and everything behind it waits for it.
    /// </summary>
    public Exchange? TakeNext()
    {
        if (_resendsDue > 0)
            return TakeResend();
        if (_waiting.Count == 0 || !HasRoom())
            return null;

        for (LinkedListNode<Exchange>? node = _waiting.First; node is not null; node = node.Next)
        {
            Exchange exchange = node.Value;
            bool free = exchange.IsIdempotent ? !IsBlocked(exchange.Key) : _outstanding.Count == 0 && _tombstones.IsEmpty;
            if (free)
                return TakeFirst(exchange);
            if (!exchange.IsIdempotent)
                return null;
        }
        return null;
    }

    /// <summary>The frame of an outstanding exchange was handed over whole at <paramref name="now"/>: its timeout begins.</summary>
    public void Written(Exchange exchange, long now)
    {
        exchange.Sent = Transmission.Yes;
        exchange.Deadline = now + replyTimeout;
    }

    /// <summary>Finds whose packet this is. With <see cref="PacketFate.Reply"/> the exchange has left the line.</summary>
    public PacketFate Receive(ReadOnlySpan<byte> packet, long now, out Exchange? exchange)
    {
        for (int i = 0; i < _outstanding.Count; i++)
            if (_outstanding[i].Key.Matches(packet))
                return Answered(i, now, out exchange);

        exchange = null;
        if (_tombstones.TakeReply(packet))
            return PacketFate.Late;
        if (Refusals.IsRefusal(packet[0]))
            return ReceiveRefusal(packet, now, out exchange);
        return DiagCode.CanBeUnsolicited(packet[0]) ? PacketFate.Unsolicited : PacketFate.Stray;
    }

    /// <summary>A frame came with a wrong check. If only one request can have been meant and it may be asked again, it will be.</summary>
    public bool AskSoleAgain() => _outstanding.Count == 1 && AskAgain(_outstanding[0]);

    /// <summary>Takes a cancelled exchange out. False when it was completed before.</summary>
    public bool Withdraw(Exchange exchange, long now)
    {
        switch (exchange.State)
        {
            case ExchangeState.Waiting:
                exchange.State = ExchangeState.Idle;
                _waiting.Remove(exchange.Node);
                return true;
            case ExchangeState.Outstanding:
                long held = exchange.Deadline == long.MaxValue ? now + replyTimeout : exchange.Deadline;
                RemoveOutstanding(_outstanding.IndexOf(exchange));
                _tombstones.Add(exchange, exchange.Sends, held, Math.Max(held, now + drainTime));
                return true;
            default:
                return false;
        }
    }

    /// <summary>Lets tombstones go whose time is over, marks timed-out requests to be sent again, and lets go those out of attempts.</summary>
    public void Expire(long now, List<Exchange> timedOut)
    {
        _tombstones.Expire(now);
        for (int i = 0; i < _outstanding.Count; i++)
        {
            Exchange exchange = _outstanding[i];
            if (exchange.Deadline > now || AskAgain(exchange))
                continue;
            RemoveOutstanding(i--);
            _tombstones.Add(exchange, exchange.Sends, heldUntil: 0, now + drainTime);
            timedOut.Add(exchange);
        }
    }

    /// <summary>When <see cref="Expire"/> has something to do next; <see cref="long.MaxValue"/> for never.</summary>
    public long NextDeadline()
    {
        long next = _tombstones.NextDeadline();
        foreach (Exchange exchange in _outstanding)
            next = Math.Min(next, exchange.Deadline);
        return next;
    }

    /// <summary>Lets everything go; the exchanges, oldest first, are the caller's to fail.</summary>
    public void Clear(List<Exchange> all)
    {
        all.AddRange(_outstanding);
        all.AddRange(_waiting);
        foreach (Exchange exchange in all)
            exchange.State = ExchangeState.Idle;
        _outstanding.Clear();
        _waiting.Clear();
        _tombstones.Clear();
        _resendsDue = 0;
    }

    private Exchange TakeFirst(Exchange exchange)
    {
        _waiting.Remove(exchange.Node);
        exchange.State = ExchangeState.Outstanding;
        exchange.Order = ++_writes;
        exchange.Sent = Transmission.Unknown;
        exchange.Sends = 1;
        _outstanding.Add(exchange);
        return exchange;
    }

    private Exchange TakeResend()
    {
        Exchange exchange = _outstanding.Find(static candidate => candidate.ResendDue)!;
        exchange.ResendDue = false;
        exchange.Deadline = long.MaxValue;
        exchange.Sends++;
        _resendsDue--;
        return exchange;
    }

    private bool AskAgain(Exchange exchange)
    {
        if (!exchange.IsIdempotent || exchange.ResendDue || exchange.Sends >= options.Attempts)
            return false;
        exchange.ResendDue = true;
        exchange.Deadline = long.MaxValue;
        _resendsDue++;
        return true;
    }

    private PacketFate Answered(int index, long now, out Exchange exchange)
    {
        exchange = _outstanding[index];
        RemoveOutstanding(index);
        _window = Math.Min(_window + 1, options.LargestWindow);
        if (exchange.Sends > 1)
            _tombstones.Add(exchange, exchange.Sends - 1, heldUntil: 0, now + drainTime);
        return PacketFate.Reply;
    }

    /// <summary>
    /// A refusal tells by its echo whom it is for. The echo may be cut short or absent; then it is for the oldest it can be for, given-up
    /// ones included, because a phone answers in the order it was asked. Wrongly given to a tombstone it costs one repeat, wrongly
    /// given to a request it would be a false answer.
    /// </summary>
    private PacketFate ReceiveRefusal(ReadOnlySpan<byte> packet, long now, out Exchange? exchange)
    {
        ReadOnlySpan<byte> echo = packet[1..];
        exchange = null;
        int index = OldestFor(echo);
        if (_tombstones.TakeRefusal(echo, before: index < 0 ? long.MaxValue : _outstanding[index].Order))
            return PacketFate.Late;
        if (IsDamageReport(packet) && (index >= 0 ? AskAgainUnlessWhole(_outstanding[index], echo) : AskSoleAgain()))
            return PacketFate.AskAgain;
        return index < 0 ? PacketFate.Stray : Answered(index, now, out exchange);
    }

    private int OldestFor(ReadOnlySpan<byte> echo)
    {
        for (int i = 0; i < _outstanding.Count; i++)
            if (_outstanding[i].Key.AllowsEcho(echo))
                return i;
        return -1;
    }

    private bool AskAgainUnlessWhole(Exchange exchange, ReadOnlySpan<byte> echo) =>
        echo.Length != exchange.PacketLength && AskAgain(exchange);

    /// <summary>
    /// Newer Android kernels answer a frame with a wrong check by BAD_CMD and everything they got, check bytes and flag included; no
    /// whole request ends so.
    /// </summary>
    private static bool IsDamageReport(ReadOnlySpan<byte> packet) =>
        packet[0] == (byte)RefusalCode.BadCommand && packet[^1] == Hdlc.Flag;

    private void RemoveOutstanding(int index)
    {
        Exchange exchange = _outstanding[index];
        _outstanding.RemoveAt(index);
        exchange.State = ExchangeState.Idle;
        if (exchange.ResendDue)
            _resendsDue--;
        exchange.ResendDue = false;
    }

    private bool IsBlocked(ReplyKey key)
    {
        foreach (Exchange exchange in _outstanding)
            if (exchange.Key == key)
                return true;
        return _tombstones.Blocks(key);
    }

    private bool HasRoom()
    {
        int held = _tombstones.Held(out bool alone);
        if (_outstanding.Count > 0)
            alone |= !_outstanding[0].IsIdempotent;
        return !alone && _outstanding.Count + held < _window;
    }
}
