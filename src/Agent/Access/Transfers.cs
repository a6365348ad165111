using Google.Protobuf;
using ImeiAgent.Operations;

namespace ImeiAgent.Agent.Access;

/// <summary>
/// The files that go over the wire now. The agent holds each in memory, so there are only so many of them, and a client that is slow or silent
/// is not waited for.
/// </summary>
internal sealed class Transfers(Limits limits, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly List<string> _open = [];

    /// <summary>A file begins to be sent or taken; disposing the result ends that.</summary>
    /// <param name="who">Whose it is.</param>
    /// <param name="call">Ends when the call does.</param>
    /// <exception cref="OperationException">Too many are under way.</exception>
    public Transfer Begin(Caller who, CancellationToken call)
    {
        lock (_lock)
        {
            // The agent's own machine may take all, since whoever is there could end the agent anyway.
            if (_open.Count >= limits.Transfers || who.Station != Caller.Here && _open.Count(id => id == who.Id) >= limits.ClientTransfers)
                throw Refusals.TooManyTransfers(limits.PiecePatience);
            _open.Add(who.Id);
        }
        return new Transfer(limits, time, () => End(who.Id), call);
    }

    private void End(string id)
    {
        lock (_lock)
            _open.Remove(id);
    }
}

/// <summary>A file on the wire, piece by piece.</summary>
internal sealed class Transfer : IDisposable
{
    private const int Chunk = 64 * 1024;

    private readonly Limits _limits;
    private readonly TimeProvider _time;
    private readonly Action _end;
    private readonly CancellationToken _call;
    private readonly CancellationTokenSource _whole;

    public Transfer(Limits limits, TimeProvider time, Action end, CancellationToken call)
    {
        (_limits, _time, _end, _call) = (limits, time, end, call);
        _whole = new CancellationTokenSource(limits.TransferPatience, time);
    }

    /// <summary>Sends or takes a piece.</summary>
    /// <exception cref="OperationException">The client took too long, with this piece or with the whole.</exception>
    public async Task<T> PieceAsync<T>(Func<CancellationToken, Task<T>> piece)
    {
        using var patience = new CancellationTokenSource(_limits.PiecePatience, _time);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(_call, patience.Token, _whole.Token);
        try
        {
            return await piece(any.Token);
        }
        catch (Exception) when (any.IsCancellationRequested && !_call.IsCancellationRequested)
        {
            throw Refusals.TooSlow();
        }
    }

    /// <summary>As <see cref="PieceAsync{T}"/>, of what says nothing.</summary>
    /// <exception cref="OperationException">As there.</exception>
    public Task PieceAsync(Func<CancellationToken, Task> piece) => PieceAsync(async ct =>
    {
        await piece(ct);
        return true;
    });

    /// <summary>Sends a file that is in memory whole, in pieces of at most 64 KiB.</summary>
    /// <exception cref="OperationException">As <see cref="PieceAsync"/>.</exception>
    public async Task SendAsync(ReadOnlyMemory<byte> file, Func<ByteString, CancellationToken, Task> send)
    {
        for (; !file.IsEmpty; file = file[Math.Min(Chunk, file.Length)..])
        {
            ReadOnlyMemory<byte> chunk = file[..Math.Min(Chunk, file.Length)];
            await PieceAsync(ct => send(UnsafeByteOperations.UnsafeWrap(chunk), ct));
        }
    }

    public void Dispose()
    {
        _whole.Dispose();
        _end();
    }
}
