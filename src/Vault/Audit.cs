using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;

namespace ImeiAgent.Vault;

/// <summary>What anyone did: rows are only ever added, and each carries a hash over the one before.</summary>
public sealed class Audit
{
    internal const string Schema1 = """
        CREATE TABLE audit (
            id INTEGER NOT NULL PRIMARY KEY,
            at BIGINT NOT NULL, -- milliseconds since 1970 in UTC
            operator TEXT NOT NULL,
            action TEXT NOT NULL,
            device TEXT NOT NULL,
            outcome TEXT NOT NULL,
            detail TEXT NOT NULL,
            hash TEXT NOT NULL CHECK (length(hash) = 64)
        );
        CREATE TRIGGER audit_unchanged BEFORE UPDATE ON audit
            BEGIN SELECT RAISE(ABORT, 'an audit row cannot be changed'); END;
        CREATE TRIGGER audit_kept BEFORE DELETE ON audit
            BEGIN SELECT RAISE(ABORT, 'an audit row cannot be removed'); END;
        """;

    internal const string Schema2 = """
        ALTER TABLE audit ADD COLUMN client TEXT NOT NULL DEFAULT '';
        ALTER TABLE audit ADD COLUMN station TEXT NOT NULL DEFAULT '';
        ALTER TABLE audit ADD COLUMN trace_id TEXT NOT NULL DEFAULT '';
        ALTER TABLE audit ADD COLUMN journal TEXT NOT NULL DEFAULT '';
        """;

    private const string Columns = "id, at, operator, action, device, outcome, detail, hash, client, station, trace_id, journal";
    private const int VerifyPage = 1000;
    private static readonly string Genesis = new('0', 64);

    private readonly VaultStore _store;
    private readonly TimeProvider _time;

    internal Audit(VaultStore store, TimeProvider time)
    {
        _store = store;
        _time = time;
    }

    /// <summary>Adds a row; it is on the disk when this returns.</summary>
    /// <exception cref="VaultUnavailableException">It was not kept.</exception>
    public AuditRow Append(AuditEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return _store.Write(sql => Append(sql, entry));
    }

    /// <summary>Adds a row to a transaction.</summary>
    internal AuditRow Append(VaultSql sql, AuditEntry entry)
    {
        AuditRow? last = sql.Query($"SELECT {Columns} FROM audit ORDER BY id DESC LIMIT 1", Row).FirstOrDefault();
        long id = (last?.Id ?? 0) + 1;
        DateTimeOffset now = DateTimeOffset.FromUnixTimeMilliseconds(_time.GetUtcNow().ToUnixTimeMilliseconds());
        var row = new AuditRow(id, now, entry, Hash(last?.Hash ?? Genesis, id, now, entry));
        sql.Execute(
            $"INSERT INTO audit ({Columns}) VALUES (@id, @at, @operator, @action, @device, @outcome, @detail, @hash, @client, @station, @trace, @journal)",
            ("@id", id), ("@at", now.ToUnixTimeMilliseconds()), ("@operator", entry.Operator), ("@action", entry.Action),
            ("@device", entry.Device), ("@outcome", entry.Outcome), ("@detail", entry.Detail), ("@hash", row.Hash),
            ("@client", entry.Client), ("@station", entry.Station), ("@trace", entry.TraceId), ("@journal", entry.Journal));
        return row;
    }

    /// <summary>The latest rows, newest first.</summary>
    /// <param name="limit">At most so many, 1 to 1,000.</param>
    public IReadOnlyList<AuditRow> List(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 1000);
        return _store.Read(sql => sql.Query($"SELECT {Columns} FROM audit ORDER BY id DESC LIMIT @limit", Row, ("@limit", limit)));
    }

    /// <summary>Rows before another, newest first.</summary>
    /// <param name="device">Only those of this phone; null for all.</param>
    /// <param name="limit">At most so many, 1 to 1,000.</param>
    /// <param name="before">Only rows with a smaller number; null for all.</param>
    public IReadOnlyList<AuditRow> List(string? device, int limit, long? before)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 1000);
        return _store.Read(sql => sql.Query(
            $"SELECT {Columns} FROM audit WHERE id < @before AND (@device IS NULL OR device = @device) ORDER BY id DESC LIMIT @limit", Row,
            ("@before", before ?? long.MaxValue), ("@device", device), ("@limit", limit)));
    }

    /// <summary>Rows behind another, oldest first.</summary>
    /// <param name="after">Only rows with a larger number.</param>
    /// <param name="limit">At most so many, 1 to 1,000.</param>
    /// <param name="from">Only rows from this moment on.</param>
    /// <param name="until">Only rows before this moment.</param>
    public IReadOnlyList<AuditRow> ListAfter(long after, int limit, DateTimeOffset from, DateTimeOffset until)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 1000);
        return _store.Read(sql => sql.Query(
            $"SELECT {Columns} FROM audit WHERE id > @after AND at >= @from AND at < @until ORDER BY id LIMIT @limit", Row,
            ("@after", after), ("@from", from.ToUnixTimeMilliseconds()), ("@until", until.ToUnixTimeMilliseconds()), ("@limit", limit)));
    }

    /// <summary>Recomputes the chain from its beginning, a page at a time so that others can work meanwhile.</summary>
    public AuditVerdict Verify()
    {
        string head = Genesis;
        long checkedRows = 0;
        while (true)
        {
            List<AuditRow> page = _store.Read(sql => sql.Query(
                $"SELECT {Columns} FROM audit WHERE id > @after ORDER BY id LIMIT @limit", Row,
                ("@after", checkedRows), ("@limit", VerifyPage)));
            foreach (AuditRow row in page)
            {
                long expected = checkedRows + 1;
                if (row.Id != expected)
                    return new AuditVerdict(checkedRows, expected, "the row is missing", head);
                if (row.Hash != Hash(head, row.Id, row.At, row.Entry))
                    return new AuditVerdict(checkedRows, expected, "the row, or the hash of the row before, was changed", head);
                head = row.Hash;
                checkedRows = expected;
            }
            if (page.Count < VerifyPage)
                return new AuditVerdict(checkedRows, null, "", head);
        }
    }

    // The hash before as its 64 digits, id and time as i64 LE, then each text as its UTF-8 length (i32 LE) and bytes: five, and four more unless
    // all of these are empty, as they are in the rows of older agents.
    private static string Hash(string previous, long id, DateTimeOffset at, AuditEntry entry)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.ASCII.GetBytes(previous));
        hash.AppendNumber(id, at.ToUnixTimeMilliseconds());
        hash.AppendText(entry.Operator, entry.Action, entry.Device, entry.Outcome, entry.Detail);
        if (entry.Client.Length + entry.Station.Length + entry.TraceId.Length + entry.Journal.Length > 0)
            hash.AppendText(entry.Client, entry.Station, entry.TraceId, entry.Journal);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static AuditRow Row(SqliteDataReader row) => new(
        row.GetInt64(0),
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(1)),
        new AuditEntry(row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5), row.GetString(6))
        {
            Client = row.GetString(8),
            Station = row.GetString(9),
            TraceId = row.GetString(10),
            Journal = row.GetString(11),
        },
        row.GetString(7));
}
