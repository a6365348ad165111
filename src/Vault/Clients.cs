using Microsoft.Data.Sqlite;

namespace ImeiAgent.Vault;

/// <summary>A paired client.</summary>
/// <param name="Id">8 hex digits; never given to another.</param>
/// <param name="Name">What it is called, 1 to 40 characters; no other that is not revoked is called so.</param>
/// <param name="Role">The number of its role in the contract, 1 to 5.</param>
/// <param name="CreatedAt">When it was paired.</param>
/// <param name="Serial">Serial number of its newest certificate, in hex.</param>
/// <param name="Fingerprint">SHA-256 over that certificate, 64 hex digits.</param>
/// <param name="ExpiresAt">When that certificate expires.</param>
public sealed record ClientRow(string Id, string Name, int Role, DateTimeOffset CreatedAt, string Serial, string Fingerprint, DateTimeOffset ExpiresAt)
{
    /// <summary>Serial number of the certificate before; empty when there was none.</summary>
    public string OldSerial { get; init; } = "";

    /// <summary>Until when the certificate before is good; null when there was none, or while the newest was not used.</summary>
    public DateTimeOffset? OldUntil { get; init; }

    /// <summary>When it was revoked; null while it is not.</summary>
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>Why; empty while it is not.</summary>
    public string RevokeReason { get; init; } = "";

    /// <summary>When it last called; null before its first call.</summary>
    public DateTimeOffset? SeenAt { get; init; }

    /// <summary>The address it last called from; empty before its first call.</summary>
    public string SeenFrom { get; init; } = "";
}

/// <summary>Another client that is not revoked is called so.</summary>
/// <param name="name">The name.</param>
public sealed class ClientNameTakenException(string name) : Exception($"another client is called {name}");

/// <summary>The clients that were paired, revoked ones too. Their certificates and keys have no place here.</summary>
public sealed class Clients
{
    internal const string Schema1 = """
        CREATE TABLE clients (
            id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 8),
            name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 40),
            role INTEGER NOT NULL CHECK (role BETWEEN 1 AND 5),
            created_at BIGINT NOT NULL, -- milliseconds since 1970 in UTC
            serial TEXT NOT NULL,
            fingerprint TEXT NOT NULL CHECK (length(fingerprint) = 64),
            expires_at BIGINT NOT NULL,
            old_serial TEXT NOT NULL,
            old_until BIGINT,
            revoked_at BIGINT,
            revoke_reason TEXT NOT NULL,
            seen_at BIGINT,
            seen_from TEXT NOT NULL
        );
        CREATE UNIQUE INDEX clients_name ON clients (name) WHERE revoked_at IS NULL;
        CREATE TRIGGER clients_kept BEFORE DELETE ON clients
            BEGIN SELECT RAISE(ABORT, 'a client cannot be removed'); END;
        CREATE TRIGGER clients_revoked BEFORE UPDATE OF revoked_at ON clients WHEN OLD.revoked_at IS NOT NULL
            BEGIN SELECT RAISE(ABORT, 'a revoked client stays revoked'); END;
        """;

    private const string Columns =
        "id, name, role, created_at, serial, fingerprint, expires_at, old_serial, old_until, revoked_at, revoke_reason, seen_at, seen_from";

    private readonly VaultStore _store;

    internal Clients(VaultStore store) => _store = store;

    /// <summary>Keeps a new client; it is on the disk when this returns.</summary>
    /// <exception cref="ClientNameTakenException">Another that is not revoked has its name.</exception>
    /// <exception cref="VaultUnavailableException">It was not kept.</exception>
    public void Add(ClientRow client)
    {
        ArgumentNullException.ThrowIfNull(client);
        Named(client.Name, sql => sql.Execute(
            $"INSERT INTO clients ({Columns}) VALUES (@id, @name, @role, @created, @serial, @fingerprint, @expires, '', NULL, NULL, '', NULL, '')",
            ("@id", client.Id), ("@name", client.Name), ("@role", client.Role), ("@created", Milliseconds(client.CreatedAt)),
            ("@serial", client.Serial), ("@fingerprint", client.Fingerprint), ("@expires", Milliseconds(client.ExpiresAt))));
    }

    /// <summary>Gives a client a new certificate.</summary>
    /// <param name="id">The client.</param>
    /// <param name="serial">The new certificate's serial number, in hex.</param>
    /// <param name="fingerprint">SHA-256 over it.</param>
    /// <param name="expiresAt">When it expires.</param>
    /// <param name="oldSerial">Serial number of the one before, which stays good for now.</param>
    public void Renew(string id, string serial, string fingerprint, DateTimeOffset expiresAt, string oldSerial) => _store.Write(sql => sql.Execute(
        "UPDATE clients SET old_serial = @old, old_until = NULL, serial = @serial, fingerprint = @fingerprint, expires_at = @expires WHERE id = @id AND revoked_at IS NULL",
        ("@id", id), ("@serial", serial), ("@fingerprint", fingerprint), ("@expires", Milliseconds(expiresAt)), ("@old", oldSerial)));

    /// <summary>Lets the certificate before the newest be good until then and no longer.</summary>
    public void Retire(string id, DateTimeOffset until) => _store.Write(sql => sql.Execute(
        "UPDATE clients SET old_until = @until WHERE id = @id", ("@id", id), ("@until", Milliseconds(until))));

    /// <summary>Calls a client otherwise.</summary>
    /// <exception cref="ClientNameTakenException">Another that is not revoked has the name.</exception>
    public void Rename(string id, string name) =>
        Named(name, sql => sql.Execute("UPDATE clients SET name = @name WHERE id = @id AND revoked_at IS NULL", ("@id", id), ("@name", name)));

    /// <summary>Takes a client's rights away for good; of one that is revoked nothing is changed.</summary>
    public void Revoke(string id, DateTimeOffset at, string reason) => _store.Write(sql => sql.Execute(
        "UPDATE clients SET revoked_at = @at, revoke_reason = @reason WHERE id = @id AND revoked_at IS NULL",
        ("@id", id), ("@at", Milliseconds(at)), ("@reason", reason)));

    /// <summary>Notes that a client called.</summary>
    public void Saw(string id, DateTimeOffset at, string from) => _store.Write(sql => sql.Execute(
        "UPDATE clients SET seen_at = @at, seen_from = @from WHERE id = @id", ("@id", id), ("@at", Milliseconds(at)), ("@from", from)));

    /// <summary>All, the newest first.</summary>
    public IReadOnlyList<ClientRow> List() => _store.Read(sql => sql.Query($"SELECT {Columns} FROM clients ORDER BY created_at DESC, id", Row));

    private void Named(string name, Func<VaultSql, int> change)
    {
        try
        {
            _store.Write(change);
        }
        catch (SqliteException e) when (VaultStore.IsConstraint(e) && e.Message.Contains("clients.name", StringComparison.Ordinal))
        {
            throw new ClientNameTakenException(name);
        }
    }

    private static ClientRow Row(SqliteDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetInt32(2), Moment(row.GetInt64(3)), row.GetString(4), row.GetString(5), Moment(row.GetInt64(6)))
    {
        OldSerial = row.GetString(7),
        OldUntil = row.IsDBNull(8) ? null : Moment(row.GetInt64(8)),
        RevokedAt = row.IsDBNull(9) ? null : Moment(row.GetInt64(9)),
        RevokeReason = row.GetString(10),
        SeenAt = row.IsDBNull(11) ? null : Moment(row.GetInt64(11)),
        SeenFrom = row.GetString(12),
    };

    private static long Milliseconds(DateTimeOffset moment) => moment.ToUnixTimeMilliseconds();

    private static DateTimeOffset Moment(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
