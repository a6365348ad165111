using ImeiAgent.PhoneSimulator.Commands;

namespace ImeiAgent.PhoneSimulator.Wire;

/// <summary>
/// Gives requests their time: a queue of limited depth, one request served after another, then the latency that requests share. A
/// thread of its own keeps the times to some 20 us; each is counted from when it should have been, not from when the thread woke, so
/// that they do not add up.
/// </summary>
internal sealed class Pacer : IDisposable
{
    private const int DefaultDepth = 1024;
    private const int LongestReply = 256;

    /// <summary>A request from its arrival to its reply. Used again.</summary>
    private sealed class Place
    {
        public byte[] Request = [];
        public int RequestLength;
        public byte[] Reply = [];
        public Reaction Reaction;
        public long At;     // its arrival, then the time its reply is due
    }

    private readonly SimulatedPhone _phone;
    private readonly PhoneLine _line;
    private readonly TimeProvider _time;
    private readonly bool _precise;
    private readonly ITimer _alarm;
    private readonly object _gate = new();
    private readonly int _depth;
    private readonly Place[] _places;           // one more than the depth: the reply being sent is no longer counted
    private readonly long _service;
    private readonly long _latency;
    private readonly long _millisecond;
    private long _admitted, _served, _sent;     // of all requests so far; the places between are in use
    private long _freeAt;
    private Pacer? _before;
    private readonly Thread _thread;
    private bool _ending;
    private bool _over;

    /// <summary>Starts one with the phone's present quirks. It begins when <paramref name="before"/> has answered what it holds.</summary>
    public Pacer(SimulatedPhone phone, PhoneLine line, TimeProvider time, Pacer? before)
    {
        _before = before;
        _phone = phone;
        _line = line;
        _time = time;
        _precise = time == TimeProvider.System;
        _depth = phone.Quirks.QueueDepth > 0 ? phone.Quirks.QueueDepth : DefaultDepth;
        _places = new Place[_depth + 1];
        _service = Ticks(phone.Quirks.Service);
        _latency = Ticks(phone.Quirks.Latency);
        _millisecond = Ticks(TimeSpan.FromMilliseconds(1));
        _alarm = time.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _thread = new Thread(Run) { IsBackground = true, Name = "simulated phone, pacer" };
        _thread.Start();
    }

    /// <summary>Queues a request, or drops it when the queue is full.</summary>
    public void Admit(ReadOnlySpan<byte> request)
    {
        lock (_gate)
        {
            if (_admitted - _sent == _depth)
            {
                _phone.Counters.Lost();
                return;
            }
            Place place = _places[_admitted % _places.Length] ??= new Place();
            if (place.Request.Length < request.Length)
                (place.Request, place.Reply) = (new byte[request.Length], new byte[request.Length + LongestReply]);
            request.CopyTo(place.Request);
            place.RequestLength = request.Length;
            place.At = _time.GetTimestamp();
            _admitted++;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Ends it as soon as it has answered what it holds. Nothing may be admitted any more.</summary>
    public void Finish()
    {
        lock (_gate)
        {
            _ending = true;
            Monitor.Pulse(_gate);
        }
    }

    public void Dispose()
    {
        _before?.Dispose();
        lock (_gate)
        {
            _over = true;
            Monitor.Pulse(_gate);
        }
        _alarm.Dispose();
    }

    private void Run()
    {
        _before?._thread.Join();
        _before = null;
        if (_precise)
            Nap.MakePrecise();
        while (WaitForNext() is { } at)
        {
            if (_precise)
                Nap.Until(at, _time);
            Serve();
            Send();
        }
        _alarm.Dispose();
    }

    /// <summary>Waits until something is due or nearly so, and says when; null when it is over.</summary>
    private long? WaitForNext()
    {
        lock (_gate)
        {
            while (!_over && !(_ending && _sent == _admitted))
            {
                long at = NextTime();
                long left = at == long.MaxValue ? at : at - _time.GetTimestamp();
                if (left <= (_precise ? 2 * _millisecond : 0))
                    return at;
                if (left != long.MaxValue)
                    _alarm.Change(TimeSpan.FromMilliseconds(Math.Max(1, (left / _millisecond) - (_precise ? 1 : 0))), Timeout.InfiniteTimeSpan);
                Monitor.Wait(_gate);
            }
            return null;
        }
    }

    private long NextTime()
    {
        long served = _served < _admitted ? ServedAt(_places[_served % _places.Length]) : long.MaxValue;
        long sent = _sent < _served ? _places[_sent % _places.Length].At : long.MaxValue;
        return Math.Min(served, sent);
    }

    private long ServedAt(Place place) => Math.Max(_freeAt, place.At) + _service;

    private void Serve()
    {
        long now = _time.GetTimestamp();
        while (_served < Volatile.Read(ref _admitted))
        {
            Place place = _places[_served % _places.Length];
            long at = ServedAt(place);
            if (at > now)
                return;
            _freeAt = at;
            place.At = at + _latency;
            place.Reaction = _phone.Handle(place.Request.AsSpan(0, place.RequestLength), place.Reply);
            _served++;
        }
    }

    private void Send()
    {
        long now = _time.GetTimestamp();
        while (_sent < _served && _places[_sent % _places.Length] is var place && place.At <= now)
        {
            // Who has the reply may send the next request at once, and must find room for it.
            bool idle;
            lock (_gate)
                idle = ++_sent == _admitted;
            _line.Send(place.Request.AsSpan(0, place.RequestLength), place.Reply.AsSpan(0, place.Reaction.Length), moreWaiting: !idle);
            Aftermath after = place.Reaction.After;
            if (idle)
                _line.Idle();
            else if (after != Aftermath.None)
                _line.Flush();
            if (after != Aftermath.None)
                _line.Happened(after);
        }
        _line.Flush();
    }

    private void Wake()
    {
        lock (_gate)
            Monitor.Pulse(_gate);
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * _time.TimestampFrequency);
}
