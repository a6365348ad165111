using System.Threading.Channels;
using ImeiAgent.Diag.Framing;
using ImeiAgent.PhoneSimulator.Commands;

namespace ImeiAgent.PhoneSimulator.Wire;

/// <summary>
/// Gives requests their time: a queue of limited depth, one request served after another, then the latency that requests share.
/// </summary>
internal sealed class Pacer : IDisposable
{
    private const int DefaultDepth = 1024;

    private readonly record struct Served(byte[] Request, byte[] Reply, Aftermath After, long Due);

    private readonly SimulatedPhone _phone;
    private readonly PhoneLine _line;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _over = new();
    private readonly Channel<(byte[] Request, long Arrived)> _arrivals;
    private readonly Channel<Served> _served;
    private readonly int _depth;
    private int _outstanding;

    public Pacer(SimulatedPhone phone, PhoneLine line, TimeProvider time)
    {
        _phone = phone;
        _line = line;
        _time = time;
        _depth = phone.Quirks.QueueDepth > 0 ? phone.Quirks.QueueDepth : DefaultDepth;
        // Admit lets no more than the depth in, so neither channel ever refuses.
        _arrivals = Channel.CreateBounded<(byte[], long)>(_depth);
        _served = Channel.CreateBounded<Served>(_depth);
        _ = ServeAsync(_over.Token);
        _ = SendAsync(_over.Token);
    }

    /// <summary>Queues a request, or drops it when the queue is full.</summary>
    public void Admit(ReadOnlySpan<byte> request)
    {
        if (Interlocked.Increment(ref _outstanding) <= _depth && _arrivals.Writer.TryWrite((request.ToArray(), _time.GetTimestamp())))
            return;
        Interlocked.Decrement(ref _outstanding);
        _phone.Counters.Lost();
    }

    public void Dispose() => _over.Cancel();

    private async Task ServeAsync(CancellationToken ct)
    {
        byte[] reply = new byte[Hdlc.MaxPacketLength + 256];
        long service = Ticks(_phone.Quirks.Service);
        long latency = Ticks(_phone.Quirks.Latency);
        long freeAt = 0;
        try
        {
            await foreach ((byte[] request, long arrived) in _arrivals.Reader.ReadAllAsync(ct).ConfigureAwait(false))
            {
                freeAt = Math.Max(freeAt, arrived) + service;
                await UntilAsync(freeAt, ct).ConfigureAwait(false);
                Reaction reaction = _phone.Handle(request, reply);
                await _served.Writer.WriteAsync(
                    new Served(request, reply[..reaction.Length], reaction.After, freeAt + latency), ct).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The line is over.
        }
    }

    private async Task SendAsync(CancellationToken ct)
    {
        try
        {
            await foreach (Served served in _served.Reader.ReadAllAsync(ct).ConfigureAwait(false))
            {
                await UntilAsync(served.Due, ct).ConfigureAwait(false);
                Interlocked.Decrement(ref _outstanding);
                _line.Send(served.Request, served.Reply, moreWaiting: Volatile.Read(ref _outstanding) > 0);
                if (Volatile.Read(ref _outstanding) == 0)
                    _line.Idle();
                else
                    _line.Flush();
                if (served.After != Aftermath.None)
                    _line.Happened(served.After);
            }
        }
        catch (OperationCanceledException)
        {
            // The line is over.
        }
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * _time.TimestampFrequency);

    /// <summary>Waits in whole milliseconds; what is less is owed to the next wait, so that the average holds.</summary>
    private async ValueTask UntilAsync(long due, CancellationToken ct)
    {
        TimeSpan left = TimeSpan.FromMilliseconds(Math.Floor((due - _time.GetTimestamp()) * 1000.0 / _time.TimestampFrequency));
        if (left > TimeSpan.Zero)
            await Task.Delay(left, _time, ct).ConfigureAwait(false);
    }
}
