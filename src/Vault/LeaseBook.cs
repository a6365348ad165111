using Microsoft.Data.Sqlite;

namespace ImeiAgent.Vault;

/// <summary>
/// The leases that are held, and the last fencing token of each phone, which is kept for ever. Each change is on the disk together with
/// its row of the audit, or did not happen. Who may hold what is not decided here.
/// </summary>
public sealed class LeaseBook
{
    internal const string Schema1 = """
        CREATE TABLE lease_tokens (
            device TEXT NOT NULL PRIMARY KEY CHECK (length(device) > 0),
            token BIGINT NOT NULL CHECK (token > 0)
        );
        CREATE TRIGGER lease_tokens_grow BEFORE UPDATE ON lease_tokens WHEN NEW.device <> OLD.device OR NEW.token <= OLD.token
            BEGIN SELECT RAISE(ABORT, 'a fencing token only grows'); END;
        CREATE TRIGGER lease_tokens_kept BEFORE DELETE ON lease_tokens
            BEGIN SELECT RAISE(ABORT, 'a fencing token cannot be removed'); END;
        CREATE TABLE leases (
            device TEXT NOT NULL PRIMARY KEY REFERENCES lease_tokens (device),
            token BIGINT NOT NULL CHECK (token > 0),
            holder_id TEXT NOT NULL CHECK (length(holder_id) > 0),
            holder TEXT NOT NULL,
            station TEXT NOT NULL,
            purpose TEXT NOT NULL,
            request_id TEXT NOT NULL,
            ttl BIGINT NOT NULL CHECK (ttl > 0), -- milliseconds
            acquired_at BIGINT NOT NULL, -- milliseconds since 1970 in UTC
            expires_at BIGINT NOT NULL,
            limit_at BIGINT NOT NULL
        );
        """;

    private const string Columns = "device, token, holder_id, holder, station, purpose, request_id, ttl, acquired_at, expires_at, limit_at";

    private readonly VaultStore _store;
    private readonly Audit _audit;

    internal LeaseBook(VaultStore store, Audit audit)
    {
        _store = store;
        _audit = audit;
    }

    /// <summary>Gives the phone's next token to a lease, in the place of one that was held; on the disk when this returns.</summary>
    /// <param name="lease">The lease; its token does not count.</param>
    /// <param name="audit">What the audit says of it, now that it has its token.</param>
    /// <returns>The lease with its token.</returns>
    /// <exception cref="VaultUnavailableException">It was not granted, and the one that was held still is.</exception>
    public LeaseRow Grant(LeaseRow lease, Func<LeaseRow, AuditEntry> audit)
    {
        ArgumentNullException.ThrowIfNull(lease);
        ArgumentNullException.ThrowIfNull(audit);
        return _store.Write(sql =>
        {
            LeaseRow granted = lease with { Token = LastToken(sql, lease.Device) + 1 };
            sql.Execute(
                "INSERT INTO lease_tokens (device, token) VALUES (@device, @token) ON CONFLICT (device) DO UPDATE SET token = excluded.token",
                ("@device", granted.Device), ("@token", granted.Token));
            sql.Execute("DELETE FROM leases WHERE device = @device", ("@device", granted.Device));
            sql.Execute(
                $"INSERT INTO leases ({Columns}) VALUES (@device, @token, @holder_id, @holder, @station, @purpose, @request_id, @ttl, @acquired, @expires, @limit)",
                ("@device", granted.Device), ("@token", granted.Token), ("@holder_id", granted.HolderId), ("@holder", granted.Holder),
                ("@station", granted.Station), ("@purpose", granted.Purpose), ("@request_id", granted.RequestId),
                ("@ttl", (long)granted.Ttl.TotalMilliseconds), ("@acquired", granted.AcquiredAt.ToUnixTimeMilliseconds()),
                ("@expires", granted.ExpiresAt.ToUnixTimeMilliseconds()), ("@limit", granted.LimitAt.ToUnixTimeMilliseconds()));
            _audit.Append(sql, audit(granted));
            return granted;
        });
    }

    /// <summary>Moves the end of a lease; on the disk when this returns. One that is no longer held is left alone.</summary>
    /// <exception cref="VaultUnavailableException">It was not moved.</exception>
    public void Renew(string device, long token, DateTimeOffset expiresAt) => _store.Write(sql => sql.Execute(
        "UPDATE leases SET expires_at = @expires WHERE device = @device AND token = @token",
        ("@expires", expiresAt.ToUnixTimeMilliseconds()), ("@device", device), ("@token", token)));

    /// <summary>Takes a lease off the book; its token is never given again.</summary>
    /// <exception cref="VaultUnavailableException">It is still held.</exception>
    public void End(string device, long token, AuditEntry audit)
    {
        ArgumentNullException.ThrowIfNull(audit);
        _store.Write(sql =>
        {
            _audit.Append(sql, audit);
            return sql.Execute("DELETE FROM leases WHERE device = @device AND token = @token", ("@device", device), ("@token", token));
        });
    }

    /// <summary>The leases that are held, by device.</summary>
    public IReadOnlyList<LeaseRow> List() => _store.Read(sql => sql.Query($"SELECT {Columns} FROM leases ORDER BY device", Row));

    /// <summary>The last token that was given for a phone; 0 when none was.</summary>
    public long LastToken(string device) => _store.Read(sql => LastToken(sql, device));

    private static long LastToken(VaultSql sql, string device) =>
        sql.Scalar("SELECT token FROM lease_tokens WHERE device = @device", ("@device", device)) as long? ?? 0;

    private static LeaseRow Row(SqliteDataReader row) => new(
        row.GetString(0), row.GetInt64(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5), row.GetString(6),
        TimeSpan.FromMilliseconds(row.GetInt64(7)), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(8)),
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(9)), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(10)));
}
