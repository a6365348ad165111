using ImeiAgent.V1;

namespace ImeiAgent.Client;

/// <summary>
/// The lease on a phone during a restore: taken, kept by an open watch while a person thinks and while the phone is written, given back in the
/// end. One that the person held before is kept and not given back.
/// </summary>
public sealed class LeaseHold : IAsyncDisposable
{
    private const int LongestPurpose = 200;

    private readonly AgentClient? _client;
    private readonly string _device;
    private readonly bool _isOurs;
    private readonly CancellationTokenSource _over;
    private readonly Task _watching;
    private bool _isDisposed;

    private LeaseHold(AgentClient? client, string device, ulong token, bool isOurs, CancellationToken cancellation)
    {
        (_client, _device, Token, _isOurs) = (client, device, token, isOurs);
        _over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        // While it is held, whoever asks: the token of a source that is disposed cannot be had.
        WhileHeld = _over.Token;
        _watching = client is null ? Task.CompletedTask : WatchAsync(client);
    }

    /// <summary>The fencing token; 0 where there is no lease.</summary>
    public ulong Token { get; }

    /// <summary>Cancelled when the lease is lost, and when it is given back.</summary>
    public CancellationToken WhileHeld { get; }

    /// <summary>How it was lost; null while it is held.</summary>
    public LeaseLostException? Lost { get; private set; }

    /// <summary>No lease, where none is needed or none could be had.</summary>
    public static LeaseHold None(CancellationToken cancellation) => new(null, "", 0, isOurs: false, cancellation);

    /// <summary>Takes the lease, or waits in line for it.</summary>
    /// <param name="client">The agent.</param>
    /// <param name="device">The phone's name.</param>
    /// <param name="reason">Why the phone is restored: others read it while they wait. Cut behind 200 characters.</param>
    /// <param name="wait">How long to wait in line: 0 to 10 min.</param>
    /// <param name="cancellation">Ends the wait, and afterwards the hold.</param>
    /// <exception cref="AgentException">Somebody else has it; or the agent is older than leases (Unimplemented).</exception>
    public static async Task<LeaseHold> TakeAsync(AgentClient client, string device, string reason, TimeSpan wait, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(client);
        string purpose = SafeText.Clean($"restore: {reason}");
        AcquireLeaseRequest request = new()
        {
            Device = device,
            // Never half of a surrogate pair.
            Purpose = purpose.Length <= LongestPurpose ? purpose : purpose[..(char.IsHighSurrogate(purpose[LongestPurpose - 1]) ? LongestPurpose - 1 : LongestPurpose)],
            RequestId = Guid.NewGuid().ToString(),
        };
        if (wait > TimeSpan.Zero)
            request.Wait = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(wait);
        Lease lease = (await client.AcquireLeaseAsync(request, cancellation).ConfigureAwait(false)).Lease;
        return new LeaseHold(client, device, lease.FencingToken, isOurs: true, cancellation);
    }

    /// <summary>Keeps a lease that the person holds already.</summary>
    public static LeaseHold Keep(AgentClient client, string device, ulong token, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(client);
        return new LeaseHold(client, device, token, isOurs: false, cancellation);
    }

    /// <summary>Does something that takes a person's time; ends it at once when the lease is lost.</summary>
    /// <exception cref="LeaseLostException">The lease was lost.</exception>
    public async Task WhileHeldAsync(Func<CancellationToken, Task> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        try
        {
            await work(WhileHeld).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (Lost is not null)
        {
            throw Lost;
        }
        if (Lost is not null)
            throw Lost;
    }

    /// <summary>Ends the watch, and gives the lease back when it was taken here.</summary>
    /// <returns>Why it could not be given back, so that it ends by itself; null when it was.</returns>
    public async Task<AgentException?> ReleaseAsync()
    {
        if (_isDisposed)
            return null;
        _isDisposed = true;
        await _over.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(false);
        _over.Dispose();
        if (_client is null || !_isOurs || Lost is not null)
            return null;
        try
        {
            ReleaseLeaseRequest request = new() { Device = _device, FencingToken = Token };
            await _client.ReleaseLeaseAsync(request, CancellationToken.None).ConfigureAwait(false);
            return null;
        }
        catch (AgentException fault)
        {
            return fault;
        }
    }

    /// <summary>As <see cref="ReleaseAsync"/>; a lease that could not be given back ends by itself.</summary>
    public async ValueTask DisposeAsync() => await ReleaseAsync().ConfigureAwait(false);

    private async Task WatchAsync(AgentClient client)
    {
        WatchLeaseRequest request = new() { Device = _device, FencingToken = Token };
        try
        {
            await foreach (WatchLeaseResponse news in client.WatchLeaseAsync(request, WhileHeld).ConfigureAwait(false))
                if (news.End != LeaseEnd.Unspecified)
                    await LoseAsync(new LeaseLostException(news)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (WhileHeld.IsCancellationRequested)
        {
            // Over.
        }
        catch (AgentException fault)
        {
            await LoseAsync(new LeaseLostException(fault)).ConfigureAwait(false);
        }
    }

    private Task LoseAsync(LeaseLostException why)
    {
        Lost = why;
        return _over.CancelAsync();
    }
}
