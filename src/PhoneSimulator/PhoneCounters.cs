namespace ImeiAgent.PhoneSimulator;

/// <summary>What reached a phone and what it did; safe to read while it runs.</summary>
public sealed class PhoneCounters
{
    private readonly Lock _gate = new();
    private readonly List<(Func<long> Count, long Wanted, TaskCompletionSource Reached)> _waiting = [];
    private readonly long[] _requests = new long[256];
    private volatile bool _anyoneWaits;
    private long _bytes, _badFrames, _lost, _nvWrites, _nvWritesStored, _crashes;

    /// <summary>Bytes read from the port.</summary>
    public long BytesReceived => Volatile.Read(ref _bytes);

    /// <summary>Frames with a wrong check or fewer than 3 bytes.</summary>
    public long BadFrames => Volatile.Read(ref _badFrames);

    /// <summary>Requests that never reached the phone's software: queue full, quirk <c>lose</c>, transfer rules of old kernels.</summary>
    public long RequestsLost => Volatile.Read(ref _lost);

    /// <summary>Well-formed NV write requests, plain and of the NV subsystem, whatever became of them.</summary>
    public long NvWritesReceived => Volatile.Read(ref _nvWrites);

    /// <summary>NV writes that changed what is stored or stored the same again.</summary>
    public long NvWritesStored => Volatile.Read(ref _nvWritesStored);

    /// <summary>Restarts because an item was read that it does not survive (quirk <c>crash-on</c>).</summary>
    public long Crashes => Volatile.Read(ref _crashes);

    /// <summary>Requests whose first byte is <paramref name="code"/> that reached the phone's software.</summary>
    public long Requests(byte code) => Volatile.Read(ref _requests[code]);

    /// <summary>Requests of all codes.</summary>
    public long AllRequests => Enumerable.Range(0, 256).Sum(code => Requests((byte)code));

    /// <summary>Completes when the <paramref name="count"/>th request of <paramref name="code"/> arrived, counted from the phone's creation.</summary>
    public Task RequestArrivesAsync(byte code, long count, CancellationToken ct) => WhenAsync(() => Requests(code), count, ct);

    /// <summary>Completes when the <paramref name="count"/>th NV write request arrived, counted from the phone's creation.</summary>
    public Task NvWriteArrivesAsync(long count, CancellationToken ct) => WhenAsync(() => NvWritesReceived, count, ct);

    internal void Received(int bytes) => Interlocked.Add(ref _bytes, bytes);

    internal void BadFrame() => Count(ref _badFrames);

    internal void Lost() => Count(ref _lost);

    internal void Request(byte code) => Count(ref _requests[code]);

    internal void NvWrite() => Count(ref _nvWrites);

    internal void NvWriteStored() => Count(ref _nvWritesStored);

    internal void Crash() => Count(ref _crashes);

    private void Count(ref long counter)
    {
        Interlocked.Increment(ref counter);
        if (_anyoneWaits)
            TellWaiting();
    }

    private Task WhenAsync(Func<long> count, long wanted, CancellationToken ct)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _waiting.Add((count, wanted, reached));
            _anyoneWaits = true;
        }
        TellWaiting();
        return reached.Task.WaitAsync(ct);
    }

    private void TellWaiting()
    {
        lock (_gate)
        {
            _waiting.RemoveAll(one => one.Count() >= one.Wanted && one.Reached.TrySetResult());
            _anyoneWaits = _waiting.Count > 0;
        }
    }
}
