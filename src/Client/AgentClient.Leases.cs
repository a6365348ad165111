using System.Runtime.CompilerServices;
using ImeiAgent.V1;

namespace ImeiAgent.Client;

// Exclusive use of phones for writes.
public sealed partial class AgentClient
{
    private LeaseService.LeaseServiceClient LeaseCalls => field ??= new(_calls);

    /// <summary>Takes a lease, or waits in line for it as long as the request says. A broken connection is tried again: the request_id makes it one request.</summary>
    public Task<AcquireLeaseResponse> AcquireLeaseAsync(AcquireLeaseRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        TimeSpan limit = (request.Wait?.ToTimeSpan() ?? TimeSpan.Zero) + WithPhone;
        return Resuming.CallAsync(() => CallAsync(options => LeaseCalls.AcquireLeaseAsync(request, options), limit, cancellation), _time, cancellation);
    }

    /// <summary>Prolongs a lease; never shortens it.</summary>
    public Task<RenewLeaseResponse> RenewLeaseAsync(RenewLeaseRequest request, CancellationToken cancellation) =>
        CallAsync(options => LeaseCalls.RenewLeaseAsync(request, options), Quick, cancellation);

    /// <summary>Gives a lease back; one that has ended is no error.</summary>
    public Task<ReleaseLeaseResponse> ReleaseLeaseAsync(ReleaseLeaseRequest request, CancellationToken cancellation) =>
        CallAsync(options => LeaseCalls.ReleaseLeaseAsync(request, options), Quick, cancellation);

    /// <summary>Takes a lease from its holder. A broken connection is tried again, as for <see cref="AcquireLeaseAsync"/>.</summary>
    public Task<StealLeaseResponse> StealLeaseAsync(StealLeaseRequest request, CancellationToken cancellation) =>
        Resuming.CallAsync(() => CallAsync(options => LeaseCalls.StealLeaseAsync(request, options), WithPhone, cancellation), _time, cancellation);

    /// <summary>Lists the leases that are held.</summary>
    public Task<ListLeasesResponse> ListLeasesAsync(CancellationToken cancellation) =>
        CallAsync(options => LeaseCalls.ListLeasesAsync(new ListLeasesRequest(), options), Quick, cancellation);

    /// <summary>
    /// Watches a lease, which keeps it, until it ends; the last message says how. A connection that breaks is opened again for 2 minutes: an agent that
    /// is started again knows its leases.
    /// </summary>
    /// <exception cref="AgentException">The agent's refusal, as that the lease is another's; or the agent stayed away.</exception>
    public async IAsyncEnumerable<WatchLeaseResponse> WatchLeaseAsync(WatchLeaseRequest request, [EnumeratorCancellation] CancellationToken cancellation)
    {
        Outage? outage = null;
        while (true)
        {
            AgentException? lost = null;
            IAsyncEnumerator<WatchLeaseResponse> news =
                StreamAsync(options => LeaseCalls.WatchLease(request, options), null, Silence, cancellation).GetAsyncEnumerator(CancellationToken.None);
            await using (news.ConfigureAwait(false))
            {
                while (lost is null)
                {
                    try
                    {
                        if (!await news.MoveNextAsync().ConfigureAwait(false))
                            lost = StatusDecoder.ConnectionLost(Endpoint, "ended the watch of a lease without saying what became of it");
                    }
                    catch (AgentException fault) when (Outage.IsOne(fault))
                    {
                        lost = fault;
                    }
                    if (lost is not null)
                        break;
                    outage = null;
                    yield return news.Current;
                    if (news.Current.End != LeaseEnd.Unspecified)
                        yield break;
                }
            }
            outage ??= Outage.Begin(_time, lost!, isKnown: _wasThere);
            if (outage.IsOver)
                throw lost!;
            await outage.PauseAsync(cancellation).ConfigureAwait(false);
        }
    }
}
