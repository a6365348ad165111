using ImeiAgent.Diag.Messages;

namespace ImeiAgent.Session;

/// <summary>What a received packet turned out to be.</summary>
internal enum PacketFate
{
    /// <summary>The reply to an exchange, which the line has let go.</summary>
    Reply,

    /// <summary>A reply nobody waits for any more.</summary>
    Late,

    /// <summary>It cannot be used as an answer: the phone got a damaged frame, or it cannot be told whom it refuses. Who it can be for is sent again.</summary>
    AskAgain,

    /// <summary>Of a kind that comes unasked.</summary>
    Unsolicited,

    /// <summary>None of these.</summary>
    Stray,
}

/// <summary>
/// Who is sent next, and whose reply a packet is. Holds requests that wait, requests that are in flight, requests that were lost and are to
/// be sent again, and tombstones of requests that were given up. Knows no port, clock or lock: the session calls it under its lock and
/// tells it the time, in timestamps.
/// <para>
/// Phones answer in the order they are asked. A reply that overtakes an earlier request of its kind says that one was lost, long before its
/// time is over: it is sent again at once, and the <see cref="AdaptiveWindow"/> hears of it.
/// </para>
/// <para>
/// A tombstone exists because DIAG has no transaction number. A reply that comes after its request was given up would be taken for the
/// reply to the next request with the same key, so none is sent until that reply came or <see cref="SessionOptions.DrainTime"/> passed.
/// </para>
/// <para>
/// The line of those who wait is as long as there are callers awaiting; tombstones are at most a few times the window, because a sent
/// request holds its place in the window until its reply, its timeout or, when cancelled, the time it would have timed out.
/// </para>
/// </summary>
internal sealed partial class RequestLine(SessionOptions options, long replyTimeout, long drainTime)
{
    /// <summary>Who was lost so often among others goes alone.</summary>
    private const int MostLosses = 2;

    private readonly AdaptiveWindow _window = new(options.InitialWindow, options.LargestWindow);
    private readonly LinkedList<Exchange> _waiting = new();
    private readonly List<Exchange> _inFlight = new(SessionOptions.MaxWindow);      // by last write
    private readonly List<Exchange> _lost = new(SessionOptions.MaxWindow);
    private readonly Tombstones _tombstones = new();
    private bool _answersLate;
    private bool _draining;
    private bool _mayRepeat;
    private long _writes;

    /// <summary>How many requests may be in flight now.</summary>
    public int Window => _window.Size;

    /// <summary>The window the phone was found to take, if that is known.</summary>
    public int? SettledWindow => _window.Settled;

    /// <summary>Goes on from a window that is believed to be good.</summary>
    public void Assume(int window) => _window.Assume(window);

    /// <summary>Puts an exchange at the end of the line.</summary>
    public void Add(Exchange exchange)
    {
        exchange.State = ExchangeState.Waiting;
        _waiting.AddLast(exchange.Node);
    }

    /// <summary>
    /// The exchange to write now, or null. Repeats come first. Then first come, first served, except that a blocked key holds up only
    /// itself, and that a request that is not idempotent goes alone: it waits until nothing is in flight and nothing can come late,
    /// and everything behind it waits for it.
    /// </summary>
    public Exchange? TakeNext()
    {
        if (_draining && !EndDrain())
            return null;
        if (_lost.Count > 0)
            return _mayRepeat || HasRoom(_lost[0].GoesAlone) ? TakeLost() : null;
        if (_waiting.Count == 0 || !HasRoom(alone: false))
            return null;

        for (LinkedListNode<Exchange>? node = _waiting.First; node is not null; node = node.Next)
        {
            Exchange exchange = node.Value;
            bool free = exchange.IsIdempotent ? !IsBlocked(exchange.Key) : _inFlight.Count == 0 && _tombstones.IsEmpty;
            if (free)
                return TakeFirst(exchange);
            if (!exchange.IsIdempotent)
                return null;
        }
        return null;
    }

    /// <summary>The frame of an exchange in flight was handed over whole at <paramref name="now"/>: its timeout begins.</summary>
    public void Written(Exchange exchange, long now)
    {
        exchange.Sent = Transmission.Yes;
        exchange.Deadline = now + replyTimeout;
    }

    /// <summary>Takes a cancelled exchange out. False when it was completed before.</summary>
    public bool Withdraw(Exchange exchange, long now)
    {
        switch (exchange.State)
        {
            case ExchangeState.Waiting:
                exchange.State = ExchangeState.Idle;
                _waiting.Remove(exchange.Node);
                return true;
            case ExchangeState.InFlight:
                long held = exchange.Deadline == long.MaxValue ? now + replyTimeout : exchange.Deadline;
                Remove(_inFlight, _inFlight.IndexOf(exchange));
                _tombstones.Add(exchange, held, Math.Max(held, now + drainTime));
                return true;
            case ExchangeState.Lost:
                Remove(_lost, _lost.IndexOf(exchange));
                _tombstones.Add(exchange, heldUntil: 0, now + drainTime);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Lets tombstones go whose time is over, sends timed-out requests again, and lets go those out of attempts.</summary>
    public void Expire(long now, List<Exchange> timedOut)
    {
        _tombstones.Expire(now);
        bool counts = IsSole && !_draining;
        for (int i = 0; i < _inFlight.Count; i++)
        {
            Exchange exchange = _inFlight[i];
            if (exchange.Deadline > now)
                continue;
            if (counts)
                exchange.Tries++;
            if (exchange.IsIdempotent && exchange.Tries < options.Attempts)
            {
                // It was waited for in vain, and so were those after it: the phone may not like it, or any.
                exchange.GoesAlone |= !_draining;
                Lose(i--);
                continue;
            }
            Remove(_inFlight, i--);
            _tombstones.Add(exchange, heldUntil: 0, now + drainTime);
            timedOut.Add(exchange);
        }
    }

    /// <summary>When <see cref="Expire"/> has something to do next; <see cref="long.MaxValue"/> for never.</summary>
    public long NextDeadline()
    {
        long next = _tombstones.NextDeadline();
        foreach (Exchange exchange in _inFlight)
            next = Math.Min(next, exchange.Deadline);
        return next;
    }

    /// <summary>Lets everything go; the exchanges, oldest first, are the caller's to fail.</summary>
    public void Clear(List<Exchange> all)
    {
        all.AddRange(_lost);
        all.AddRange(_inFlight);
        all.AddRange(_waiting);
        foreach (Exchange exchange in all)
            exchange.State = ExchangeState.Idle;
        _lost.Clear();
        _inFlight.Clear();
        _waiting.Clear();
        _tombstones.Clear();
    }

    private Exchange TakeFirst(Exchange exchange)
    {
        _waiting.Remove(exchange.Node);
        exchange.Sent = Transmission.Unknown;
        Launch(exchange);
        exchange.Order = exchange.LastWrite;
        return exchange;
    }

    private Exchange TakeLost()
    {
        Exchange exchange = _lost[0];
        _lost.RemoveAt(0);
        _mayRepeat = false;
        Launch(exchange);
        return exchange;
    }

    private void Launch(Exchange exchange)
    {
        _inFlight.Add(exchange);
        exchange.State = ExchangeState.InFlight;
        exchange.LastWrite = ++_writes;
        exchange.InFlight = _inFlight.Count + _tombstones.Held(out _);
        exchange.Deadline = long.MaxValue;
        exchange.Sends++;
        exchange.Owed++;
    }

    /// <summary>The request in flight at this index is to be sent again, and the window learns of it.</summary>
    private void Lose(int index)
    {
        Exchange exchange = _inFlight[index];
        _window.Lost(exchange.InFlight, exchange.LastWrite, _writes);
        AskAgain(index);
    }

    /// <summary>The request in flight at this index is to be sent again.</summary>
    private void AskAgain(int index)
    {
        Exchange exchange = _inFlight[index];
        if (!IsSole)
            exchange.GoesAlone |= ++exchange.Losses >= MostLosses;
        _inFlight.RemoveAt(index);
        _lost.Add(exchange);
        exchange.State = ExchangeState.Lost;
    }

    /// <summary>Whether every reply to what was in flight has come, or its time is over.</summary>
    private bool EndDrain()
    {
        if (_inFlight.Count > 0 || _tombstones.Held(out _) > 0)
            return false;
        _draining = false;
        foreach (Exchange exchange in _lost)
            exchange.Owed = 0;
        _tombstones.DropSpares();
        return true;
    }

    private static void Remove(List<Exchange> list, int index)
    {
        list[index].State = ExchangeState.Idle;
        list.RemoveAt(index);
    }

    private bool IsSole => _inFlight.Count == 1 && _tombstones.Held(out _) == 0;

    private bool IsBlocked(ReplyKey key)
    {
        foreach (Exchange exchange in _inFlight)
            if (exchange.Key == key)
                return true;
        return _tombstones.Blocks(key);
    }

    private bool HasRoom(bool alone)
    {
        int held = _tombstones.Held(out bool heldAlone);
        int inFlight = _inFlight.Count + held;
        if (inFlight == 0)
            return true;
        return !alone && !heldAlone && inFlight < _window.Size && !(_inFlight.Count > 0 && _inFlight[0].GoesAlone);
    }
}
