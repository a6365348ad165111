using Grpc.Core;
using ImeiAgent.Agent.Access;
using ImeiAgent.Agent.Mapping;
using ImeiAgent.Operations;
using ImeiAgent.V1;

namespace ImeiAgent.Agent.Services;

/// <summary>Exclusive use of phones for writes.</summary>
internal sealed class LeaseService(LeaseDesk desk, Leases leases, IHostApplicationLifetime lifetime) : V1.LeaseService.LeaseServiceBase
{
    public override async Task<AcquireLeaseResponse> AcquireLease(AcquireLeaseRequest request, ServerCallContext context)
    {
        // Who waits in line must not keep the agent from ending.
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        return new AcquireLeaseResponse { Lease = (await desk.AcquireAsync(request.ToDomain(context.Caller()), ending.Token)).ToProto() };
    }

    public override Task<RenewLeaseResponse> RenewLease(RenewLeaseRequest request, ServerCallContext context) => Task.FromResult(new RenewLeaseResponse
    {
        Lease = desk.Renew(request.Device, request.FencingToken.ToToken(), request.Ttl?.OrOutOfRange(), context.Caller()).ToProto(),
    });

    public override Task<ReleaseLeaseResponse> ReleaseLease(ReleaseLeaseRequest request, ServerCallContext context) =>
        Task.FromResult(new ReleaseLeaseResponse { End = desk.Release(request.Device, request.FencingToken.ToToken(), context.Caller()).ToProto() });

    public override async Task<StealLeaseResponse> StealLease(StealLeaseRequest request, ServerCallContext context)
    {
        StolenLease stolen = await desk.StealAsync(request.ToDomain(context.Caller()), context.CancellationToken);
        return new StealLeaseResponse { Lease = stolen.Lease.ToProto(), Taken = stolen.Taken?.ToProto() };
    }

    public override async Task WatchLease(WatchLeaseRequest request, IServerStreamWriter<WatchLeaseResponse> responseStream, ServerCallContext context)
    {
        using var life = new StreamLife(context, lifetime);
        await foreach (LeaseNews news in desk.WatchAsync(request.Device, request.FencingToken.ToToken(), context.Caller(), life.Work))
            await responseStream.WriteAsync(news.ToProto(), life.Writes);
    }

    public override Task<ListLeasesResponse> ListLeases(ListLeasesRequest request, ServerCallContext context) =>
        Task.FromResult(new ListLeasesResponse { Leases = { leases.List().Select(l => l.ToProto()) } });
}
