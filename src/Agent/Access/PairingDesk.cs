using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ImeiAgent.Operations;
using ImeiAgent.V1;
using ImeiAgent.Vault;

namespace ImeiAgent.Agent.Access;

/// <summary>An invitation, ready to be handed over.</summary>
/// <param name="Line">What the client takes. A secret.</param>
/// <param name="ExpiresAt">When it is void.</param>
/// <param name="Addresses">Where the client will look for the agent.</param>
internal sealed record InvitationLine(string Line, DateTimeOffset ExpiresAt, IReadOnlyList<string> Addresses)
{
    /// <summary>Names no secret.</summary>
    public override string ToString() => $"invitation until {ExpiresAt:u}";
}

/// <summary>Brings clients in and takes their rights away. All of it is on record before it counts.</summary>
internal sealed class PairingDesk(Authority authority, Invitations invitations, ClientBook clients, VaultFile vault, RefusalLog refusals, RemoteEndpoints remote)
{
    private const int LargestRequest = 4096;
    private const int LongestName = 40;

    /// <summary>Makes an invitation.</summary>
    /// <exception cref="OperationException">The name or the role is wrong, or the agent listens on its own machine only.</exception>
    public InvitationLine Invite(string name, Role role, Caller by)
    {
        CheckName(name, "name");
        if (!Enum.IsDefined(role) || role == Role.Unspecified)
            throw Refusals.Field("role", "viewer, reader, technician, supervisor or owner is expected.");
        if (remote.All.Count == 0)
            throw Refusals.NotListening();
        string[] addresses = [.. remote.All.SelectMany(Addresses.Of).Distinct()];
        if (addresses.Length == 0)
            throw Refusals.NoAddress();
        if (invitations.Make(name, role) is not { } invitation)
            throw Refusals.TooMany();
        Audit(by, "pair", "invited", $"{invitation.Id}: {name} as {Refusals.Name(role)}");
        return new InvitationLine(PairingLine.Of(invitation, authority.Fingerprint, addresses), invitation.ExpiresAt, addresses);
    }

    /// <summary>Exchanges an invitation for a certificate.</summary>
    /// <param name="id">The invitation's id.</param>
    /// <param name="signingRequest">PKCS#10 in DER.</param>
    /// <param name="proof">What shows that the client has the secret.</param>
    /// <param name="server">The certificate that this connection was opened with: the agent may have a newer one by now. Null where there is none.</param>
    /// <param name="by">The caller, of whom the address is known.</param>
    /// <exception cref="OperationException">The invitation is not good, the request is wrong, the name is taken, or the vault failed.</exception>
    public (ClientRow Client, X509Certificate2 Certificate, byte[] Ca) Enroll(string id, byte[] signingRequest, byte[] proof, X509Certificate2? server, Caller by)
    {
        PublicKey key = KeyOf(signingRequest);
        byte[] serverKey = server is null ? [] : Authority.HashOf(server.PublicKey);
        if (invitations.Take(id, proof, Authority.HashOf(key), serverKey) is not { } invitation)
        {
            refusals.AddCall(by, "/imeiagent.v1.PairingService/Enroll", OperationError.PairingRefused);
            throw Refusals.Pairing();
        }
        (ClientRow client, X509Certificate2 certificate) = clients.Add(invitation.Name, invitation.Role, owner => authority.Issue(owner, signingRequest));
        try
        {
            Audit(by with { Name = client.Name, Id = ClientBook.NameOf(client) }, "enrol", "paired",
                $"{invitation.Id}: {client.Name} as {Refusals.Name(invitation.Role)}, certificate {client.Fingerprint}");
        }
        catch (OperationException)
        {
            // Nobody comes in unseen.
            clients.Revoke(ClientBook.NameOf(client), "its pairing could not be audited", Caller.Agent);
            throw;
        }
        return (client, certificate, authority.CaCertificate);
    }

    /// <summary>Gives a client a new certificate.</summary>
    /// <param name="signingRequest">PKCS#10 in DER.</param>
    /// <param name="used">The certificate it calls with.</param>
    /// <param name="by">The client.</param>
    /// <exception cref="OperationException">The request is wrong, the client was revoked, or the vault failed.</exception>
    public (ClientRow Client, X509Certificate2 Certificate) Renew(byte[] signingRequest, X509Certificate2? used, Caller by)
    {
        KeyOf(signingRequest);
        if (used is null)
            throw Refusals.Field("signing_request", "a caller of the agent's own machine has no certificate to renew.");
        (ClientRow client, X509Certificate2 certificate) = clients.Renew(by.Id["clients/".Length..], used, owner => authority.Issue(owner, signingRequest));
        Audit(by, "renew-certificate", "renewed", $"certificate {client.Fingerprint}");
        return (client, certificate);
    }

    /// <summary>The clients, the newest first.</summary>
    public IReadOnlyList<ClientRow> List(bool withRevoked) => [.. clients.List().Where(c => withRevoked || c.RevokedAt is null).Take(1000)];

    /// <summary>Takes a client's rights away.</summary>
    /// <exception cref="OperationException">There is none, the reason is missing, or the vault failed.</exception>
    public ClientRow Revoke(string asked, string reason, Caller by)
    {
        if (reason.Length > 500 || reason.Count(c => !char.IsWhiteSpace(c)) < 3)
            throw Refusals.Field("reason", "3 to 500 characters are expected.");
        ClientRow client = clients.Find(asked);
        // On record before it counts.
        Audit(by, "revoke-client", "revoked", $"{ClientBook.NameOf(client)}, {client.Name}: {reason}");
        return clients.Revoke(ClientBook.NameOf(client), reason, by);
    }

    /// <summary>Calls a client otherwise.</summary>
    /// <exception cref="OperationException">There is none, the name is wrong or taken, or the vault failed.</exception>
    public ClientRow Rename(string asked, string name, Caller by)
    {
        ClientRow client = clients.Find(asked);
        if (client.Name != name)
            CheckName(name, "display_name");
        Audit(by, "rename-client", "renamed", $"{ClientBook.NameOf(client)}, {client.Name}, is now {name}");
        return clients.Rename(ClientBook.NameOf(client), name);
    }

    private void CheckName(string name, string field)
    {
        bool isWord = name.Length is > 0 and <= LongestName && char.IsAsciiLetterOrDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');
        if (!isWord)
            throw Refusals.Field(field, $"1 to {LongestName} letters, digits, dots, dashes and underscores are expected, a letter or digit first.");
        if (clients.IsTaken(name))
            throw Refusals.Field(field, $"another client is called {name}: choose another, or revoke that one first (imei-agent clients revoke {name}).");
    }

    private static PublicKey KeyOf(byte[] signingRequest)
    {
        try
        {
            if (signingRequest.Length > LargestRequest)
                throw new CryptographicException("too long");
            return CertificateRequest.LoadSigningRequest(signingRequest, HashAlgorithmName.SHA256).PublicKey;
        }
        catch (CryptographicException)
        {
            throw Refusals.Field("signing_request", "a PKCS#10 request in DER, ECDSA on P-256, of at most 4,096 bytes is expected.");
        }
    }

    private void Audit(Caller by, string action, string outcome, string detail)
    {
        try
        {
            vault.Audit.Append(by.Did(action, "", outcome, detail));
        }
        catch (VaultUnavailableException e)
        {
            throw Refusals.Vault(e);
        }
    }
}

/// <summary>Where the agent listens for clients of other machines; known when it has begun to.</summary>
internal sealed class RemoteEndpoints
{
    /// <summary>Empty when it does not.</summary>
    public IReadOnlyList<IPEndPoint> All { get; set; } = [];
}
