using Google.Protobuf.WellKnownTypes;
using ImeiAgent.Agent.Access;
using ImeiAgent.V1;

namespace ImeiAgent.Agent.Mapping;

/// <summary>Clients in the words of the contract.</summary>
internal static class AccessResponses
{
    public static PairedClient ToProto(this Vault.ClientRow client) => new()
    {
        Name = ClientBook.NameOf(client),
        DisplayName = client.Name,
        Role = (Role)client.Role,
        CreateTime = client.CreatedAt.ToTimestamp(),
        ExpireTime = client.ExpiresAt.ToTimestamp(),
        RevokeTime = client.RevokedAt?.ToTimestamp(),
        SeenTime = client.SeenAt?.ToTimestamp(),
        SeenFrom = client.SeenFrom,
        Fingerprint = client.Fingerprint,
    };
}
