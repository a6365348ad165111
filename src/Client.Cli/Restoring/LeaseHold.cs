using Grpc.Core;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Cli.Restoring;

/// <summary>
/// The lease on a phone during a restore: taken, kept by an open watch while a person thinks and while the phone is written, given back in the
/// end. One that the person held before is kept and not given back.
/// </summary>
internal sealed class LeaseHold : IAsyncDisposable
{
    private const int LongestPurpose = 200;

    private readonly Invocation _invocation;
    private readonly string _device;
    private readonly bool _isOurs;
    private readonly CancellationTokenSource _over;
    private readonly Task _watching;
    private CliException? _lost;

    private LeaseHold(Invocation invocation, string device, ulong token, bool isOurs)
    {
        (_invocation, _device, Token, _isOurs) = (invocation, device, token, isOurs);
        _over = CancellationTokenSource.CreateLinkedTokenSource(invocation.Cancellation);
        _watching = token == 0 ? Task.CompletedTask : WatchAsync();
    }

    /// <summary>The fencing token; 0 of an agent that knows no leases, and where none could be had and none may be needed.</summary>
    public ulong Token { get; }

    /// <summary>Takes the lease, or keeps the one that was given with --lease.</summary>
    /// <exception cref="AgentException">Somebody else has it.</exception>
    public static async Task<LeaseHold> TakeAsync(Invocation invocation, string device, RestoreOrder order)
    {
        if (order.DryRun)
            return new LeaseHold(invocation, device, 0, isOurs: false);
        if (order.Lease is { } held)
            return new LeaseHold(invocation, device, held, isOurs: false);
        string purpose = SafeText.Clean($"restore: {order.Reason}");
        AcquireLeaseRequest request = new()
        {
            Device = device,
            Purpose = purpose[..Math.Min(purpose.Length, LongestPurpose)],
            RequestId = Guid.NewGuid().ToString(),
        };
        try
        {
            Lease lease = (await invocation.Client.AcquireLeaseAsync(request, invocation.Cancellation).ConfigureAwait(false)).Lease;
            return new LeaseHold(invocation, device, lease.FencingToken, isOurs: true);
        }
        catch (AgentException older) when (older.StatusCode == StatusCode.Unimplemented)
        {
            return new LeaseHold(invocation, device, 0, isOurs: false);
        }
        catch (AgentException refused) when (order.RequestId is not null && refused.Domain == AgentException.AgentDomain)
        {
            // An outcome is told without a lease, whoever has the phone; should the restore not have been carried out, the agent says that it takes one.
            return new LeaseHold(invocation, device, 0, isOurs: false);
        }
    }

    /// <summary>Does something that takes a person's time; ends it at once when the lease is lost.</summary>
    /// <exception cref="CliException">The lease was lost: nothing is written.</exception>
    public async Task WhileHeldAsync(Func<CancellationToken, Task> work)
    {
        try
        {
            await work(_over.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_lost is not null)
        {
            throw _lost;
        }
        if (_lost is not null)
            throw _lost;
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(false);
        _over.Dispose();
        if (!_isOurs || _lost is not null)
            return;
        try
        {
            ReleaseLeaseRequest request = new() { Device = _device, FencingToken = Token };
            await _invocation.Client.ReleaseLeaseAsync(request, CancellationToken.None).ConfigureAwait(false);
        }
        catch (AgentException fault)
        {
            _invocation.Screen.Note($"The lease on {Names.Short(_device)} could not be given back and ends by itself: {fault.Message}");
        }
    }

    private async Task WatchAsync()
    {
        WatchLeaseRequest request = new() { Device = _device, FencingToken = Token };
        try
        {
            await foreach (WatchLeaseResponse news in _invocation.Client.WatchLeaseAsync(request, _over.Token).ConfigureAwait(false))
                if (news.End != LeaseEnd.Unspecified)
                    await LoseAsync(new CliException(ExitCode.Refused, "LEASE_SUPERSEDED", $"{LeaseWords.Ended(news)} Nothing was written.")).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_over.IsCancellationRequested)
        {
            // Over.
        }
        catch (AgentException fault)
        {
            await LoseAsync(new CliException(ExitCodes.For(fault), fault.Reason, $"{fault.Message} [{fault.Reason}]")).ConfigureAwait(false);
        }
    }

    private Task LoseAsync(CliException why)
    {
        _lost = why;
        return _over.CancelAsync();
    }
}
