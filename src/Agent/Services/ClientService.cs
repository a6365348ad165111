using Grpc.Core;
using ImeiAgent.Agent.Access;
using ImeiAgent.Agent.Mapping;
using ImeiAgent.V1;

namespace ImeiAgent.Agent.Services;

/// <summary>The clients that were paired.</summary>
internal sealed class ClientService(PairingDesk pairing, OpenCalls calls) : V1.ClientService.ClientServiceBase
{
    public override Task<ListClientsResponse> ListClients(ListClientsRequest request, ServerCallContext context) =>
        Task.FromResult(new ListClientsResponse { Clients = { pairing.List(request.WithRevoked).Select(c => c.ToProto()) } });

    public override Task<RevokeClientResponse> RevokeClient(RevokeClientRequest request, ServerCallContext context)
    {
        // Who revokes themselves hears that it is done; whatever else they have open ends.
        calls.Spare(context.GetHttpContext());
        return Task.FromResult(new RevokeClientResponse { Client = pairing.Revoke(request.Client, request.Reason, context.Caller()).ToProto() });
    }

    public override Task<RenameClientResponse> RenameClient(RenameClientRequest request, ServerCallContext context) =>
        Task.FromResult(new RenameClientResponse { Client = pairing.Rename(request.Client, request.DisplayName, context.Caller()).ToProto() });
}
