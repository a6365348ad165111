using ImeiAgent.V1;

namespace ImeiAgent.Client;

// Who may call the agent.
public sealed partial class AgentClient
{
    /// <summary>Makes an invitation for a client; only on the agent's own machine.</summary>
    public Task<CreatePairingResponse> CreatePairingAsync(CreatePairingRequest request, CancellationToken cancellation) =>
        CallAsync(options => _pairing.CreatePairingAsync(request, options), Quick, cancellation);

    /// <summary>Lists the paired clients, the newest first.</summary>
    public Task<ListClientsResponse> ListClientsAsync(ListClientsRequest request, CancellationToken cancellation) =>
        CallAsync(options => _clients.ListClientsAsync(request, options), Quick, cancellation);

    /// <summary>Takes a client's rights away, for good.</summary>
    public Task<RevokeClientResponse> RevokeClientAsync(RevokeClientRequest request, CancellationToken cancellation) =>
        CallAsync(options => _clients.RevokeClientAsync(request, options), Quick, cancellation);

    /// <summary>Gives a client another name.</summary>
    public Task<RenameClientResponse> RenameClientAsync(RenameClientRequest request, CancellationToken cancellation) =>
        CallAsync(options => _clients.RenameClientAsync(request, options), Quick, cancellation);
}
