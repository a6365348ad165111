using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ImeiAgent.Operations;
using ImeiAgent.V1;
using ImeiAgent.Vault;

namespace ImeiAgent.Agent.Access;

/// <summary>
/// The paired clients: who a certificate belongs to, and what they may do. What a certificate says of itself is its id only; name, role and
/// whether it was revoked are the agent's own record. Kept in the vault; read from memory, since nobody else writes it.
/// </summary>
internal sealed class ClientBook
{
    private static readonly TimeSpan s_overlap = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_betweenNotes = TimeSpan.FromMinutes(1);

    private readonly VaultFile _vault;
    private readonly TimeProvider _time;
    private readonly Lock _changing = new();
    private readonly ConcurrentDictionary<string, ClientRow> _clients = [];

    public ClientBook(VaultFile vault, TimeProvider time)
    {
        (_vault, _time) = (vault, time);
        foreach (ClientRow client in vault.Clients.List())
            _clients[client.Id] = client;
    }

    /// <summary>Told the lasting name ("clients/3f2a9c1b") of a client that was revoked a moment ago, and who did it.</summary>
    public event Action<string, Caller>? Revoked;

    /// <summary>A client's lasting name, as in "clients/3f2a9c1b".</summary>
    public static string NameOf(ClientRow client) => $"clients/{client.Id}";

    /// <summary>Whose certificate it is, one that the authority vouches for; null when it is of nobody who may call.</summary>
    public ClientRow? OwnerOf(X509Certificate2 certificate)
    {
        string id = certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        if (!_clients.TryGetValue(id, out ClientRow? client) || client.RevokedAt is not null)
            return null;
        DateTimeOffset now = _time.GetUtcNow();
        // A connection may outlive the certificate it was opened with.
        if (now >= certificate.NotAfter.ToUniversalTime())
            return null;
        string serial = SerialOf(certificate);
        if (serial == client.Serial)
            return client is { OldSerial.Length: > 0, OldUntil: null } ? Retire(client, now + s_overlap) : client;
        return serial == client.OldSerial && (client.OldUntil is null || now < client.OldUntil) ? client : null;
    }

    /// <summary>
    /// The new certificate has arrived: from now on the old one is good for an hour, for calls that are under way. Before, it is not touched: an
    /// answer that was lost must lock nobody out.
    /// </summary>
    private ClientRow Retire(ClientRow client, DateTimeOffset until)
    {
        lock (_changing)
        {
            try
            {
                _vault.Clients.Retire(client.Id, until);
            }
            catch (VaultUnavailableException)
            {
                return client;
            }
            return _clients[client.Id] = _clients[client.Id] with { OldUntil = until };
        }
    }

    /// <summary>Notes that a client called, at most once a minute. A vault that fails forgets it.</summary>
    public void Saw(ClientRow client, string from)
    {
        DateTimeOffset now = _time.GetUtcNow();
        if (client.SeenAt is { } before && now - before < s_betweenNotes && client.SeenFrom == from)
            return;
        lock (_changing)
        {
            _clients[client.Id] = _clients[client.Id] with { SeenAt = now, SeenFrom = from };
            try
            {
                _vault.Clients.Saw(client.Id, now, from);
            }
            catch (VaultUnavailableException)
            {
                // It is told from memory until the agent ends.
            }
        }
    }

    /// <summary>All, the newest first.</summary>
    public IReadOnlyList<ClientRow> List() => [.. _clients.Values.OrderByDescending(c => c.CreatedAt).ThenBy(c => c.Id, StringComparer.Ordinal)];

    /// <summary>Whether a client that is not revoked is called so.</summary>
    public bool IsTaken(string name) => _clients.Values.Any(c => c.RevokedAt is null && c.Name == name);

    /// <summary>The client of a lasting name, or the one that is not revoked of a display name.</summary>
    /// <exception cref="OperationException">There is none.</exception>
    public ClientRow Find(string asked) =>
        _clients.Values.FirstOrDefault(c => NameOf(c) == asked) ?? _clients.Values.FirstOrDefault(c => c.RevokedAt is null && c.Name == asked)
        ?? throw Refusals.ClientNotFound(asked);

    /// <summary>Takes a client in; it is on the disk when this returns.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="role">What it may do.</param>
    /// <param name="issue">Makes the certificate for an id.</param>
    /// <exception cref="OperationException">The name is taken, or the vault failed.</exception>
    public (ClientRow Client, X509Certificate2 Certificate) Add(string name, Role role, Func<string, X509Certificate2> issue)
    {
        lock (_changing)
        {
            string id;
            do
                id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));
            while (_clients.ContainsKey(id));
            X509Certificate2 certificate = issue(id);
            var client = new ClientRow(id, name, (int)role, _time.GetUtcNow(), SerialOf(certificate), FingerprintOf(certificate), certificate.NotAfter.ToUniversalTime());
            Keep(() => _vault.Clients.Add(client));
            _clients[id] = client;
            return (client, certificate);
        }
    }

    /// <summary>Gives a client another certificate.</summary>
    /// <param name="id">The client.</param>
    /// <param name="used">The certificate that it calls with: it stays good until the new one was used.</param>
    /// <param name="issue">Makes the certificate for an id.</param>
    /// <exception cref="OperationException">It was revoked meanwhile, or the vault failed.</exception>
    public (ClientRow Client, X509Certificate2 Certificate) Renew(string id, X509Certificate2 used, Func<string, X509Certificate2> issue)
    {
        lock (_changing)
        {
            if (!_clients.TryGetValue(id, out ClientRow? client) || client.RevokedAt is not null)
                throw Refusals.Revoked();
            X509Certificate2 certificate = issue(id);
            ClientRow renewed = client with
            {
                OldSerial = SerialOf(used),
                OldUntil = null,
                Serial = SerialOf(certificate),
                Fingerprint = FingerprintOf(certificate),
                ExpiresAt = certificate.NotAfter.ToUniversalTime(),
            };
            Keep(() => _vault.Clients.Renew(id, renewed.Serial, renewed.Fingerprint, renewed.ExpiresAt, renewed.OldSerial));
            _clients[id] = renewed;
            return (renewed, certificate);
        }
    }

    /// <summary>Calls a client otherwise.</summary>
    /// <exception cref="OperationException">There is none, it was revoked, the name is taken, or the vault failed.</exception>
    public ClientRow Rename(string asked, string name)
    {
        lock (_changing)
        {
            ClientRow client = Find(asked);
            if (client.RevokedAt is not null)
                throw Refusals.ClientNotFound(asked);
            Keep(() => _vault.Clients.Rename(client.Id, name));
            return _clients[client.Id] = client with { Name = name };
        }
    }

    /// <summary>Takes a client's rights away, and tells those who care. Of one that is revoked nothing is changed.</summary>
    /// <exception cref="OperationException">There is none, or the vault failed.</exception>
    public ClientRow Revoke(string asked, string reason, Caller by)
    {
        ClientRow client;
        lock (_changing)
        {
            client = Find(asked);
            if (client.RevokedAt is not null)
                return client;
            client = client with { RevokedAt = _time.GetUtcNow(), RevokeReason = reason };
            Keep(() => _vault.Clients.Revoke(client.Id, client.RevokedAt.Value, reason));
            _clients[client.Id] = client;
        }
        Revoked?.Invoke(NameOf(client), by);
        return client;
    }

    private static void Keep(Action change)
    {
        try
        {
            change();
        }
        catch (ClientNameTakenException e)
        {
            throw Refusals.NameTaken(e.Message);
        }
        catch (VaultUnavailableException e)
        {
            throw Refusals.Vault(e);
        }
    }

    private static string SerialOf(X509Certificate2 certificate) => certificate.SerialNumber.ToLowerInvariant();

    private static string FingerprintOf(X509Certificate2 certificate) => Convert.ToHexStringLower(SHA256.HashData(certificate.RawData));
}
