using ImeiAgent.Diag.Identity;
using Microsoft.Data.Sqlite;

namespace ImeiAgent.Vault;

/// <summary>
/// What restores are doing. The order is: row open and on the disk, bytes sent, read back, row closed; so after any crash the
/// rows that are not closed name the phones whose state has to be looked at.
/// </summary>
public sealed class Journal
{
    internal const string Schema1 = """
        CREATE TABLE journal (
            id INTEGER NOT NULL PRIMARY KEY,
            request_id TEXT NOT NULL UNIQUE CHECK (length(request_id) > 0),
            request_digest TEXT NOT NULL,
            device TEXT NOT NULL CHECK (length(device) > 0),
            model TEXT NOT NULL,
            build TEXT NOT NULL,
            esn TEXT NOT NULL,
            meid TEXT NOT NULL,
            compiled TEXT NOT NULL,
            slot INTEGER NOT NULL CHECK (slot BETWEEN 1 AND 255),
            old_active INTEGER NOT NULL CHECK (old_active IN (0, 1)),
            old_data BLOB NOT NULL CHECK (length(old_data) <= 128),
            new_data BLOB NOT NULL CHECK (length(new_data) BETWEEN 1 AND 128),
            backup_snapshot TEXT NOT NULL REFERENCES snapshots (name),
            source_snapshot TEXT REFERENCES snapshots (name),
            reason TEXT NOT NULL,
            operator TEXT NOT NULL,
            check_digit_computed INTEGER NOT NULL CHECK (check_digit_computed IN (0, 1)),
            started_at BIGINT NOT NULL, -- milliseconds since 1970 in UTC
            state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 3),
            outcome INTEGER CHECK (outcome BETWEEN 1 AND 4),
            error_reason TEXT NOT NULL,
            advice TEXT NOT NULL,
            ended_at BIGINT,
            CHECK ((state = 3) = (outcome IS NOT NULL)),
            CHECK ((state = 3) = (ended_at IS NOT NULL))
        );
        CREATE INDEX journal_open ON journal (device, id) WHERE state < 3;
        CREATE TRIGGER journal_closed BEFORE UPDATE ON journal WHEN OLD.state = 3
            BEGIN SELECT RAISE(ABORT, 'a closed journal row cannot be changed'); END;
        CREATE TRIGGER journal_forward BEFORE UPDATE ON journal WHEN OLD.state < 3 AND NEW.state <= OLD.state
            BEGIN SELECT RAISE(ABORT, 'a journal row only goes forward'); END;
        CREATE TRIGGER journal_entry BEFORE UPDATE OF id, request_id, request_digest, device, model, build, esn, meid, compiled, slot,
            old_active, old_data, new_data, backup_snapshot, source_snapshot, reason, operator, check_digit_computed, started_at
            ON journal
            BEGIN SELECT RAISE(ABORT, 'what a journal row meant cannot be changed'); END;
        CREATE TRIGGER journal_kept BEFORE DELETE ON journal
            BEGIN SELECT RAISE(ABORT, 'a journal row cannot be removed'); END;
        """;

    private const string EntryColumns =
        "request_id, request_digest, device, model, build, esn, meid, compiled, slot, old_active, old_data, new_data, "
        + "backup_snapshot, source_snapshot, reason, operator, check_digit_computed, started_at, state, error_reason, advice";

    private const string Columns = "id, " + EntryColumns + ", outcome, ended_at";

    private readonly VaultStore _store;
    private readonly TimeProvider _time;

    internal Journal(VaultStore store, TimeProvider time)
    {
        _store = store;
        _time = time;
    }

    /// <summary>Opens a row as <see cref="JournalState.Intent"/>; it is on the disk when this returns.</summary>
    /// <exception cref="DuplicateRequestException">The request id is in the journal.</exception>
    /// <exception cref="ArgumentException">
    /// The entry is not sound: no request id or device, data of a wrong length, or a snapshot that does not exist.
    /// </exception>
    /// <exception cref="VaultUnavailableException">The row was not kept; nothing may be sent.</exception>
    public JournalRow Open(JournalEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        try
        {
            return _store.Write(sql =>
            {
                if (Find(sql, "request_id = @request_id", ("@request_id", entry.RequestId)) is { } existing)
                    throw new DuplicateRequestException(existing);
                long id = (long)sql.Scalar("SELECT COALESCE(MAX(id), 0) + 1 FROM journal")!;
                Insert(sql, id, entry);
                return Get(sql, id, JournalState.Intent);
            });
        }
        catch (SqliteException error) when (VaultStore.IsConstraint(error))
        {
            throw new ArgumentException($"the journal does not take this entry: {error.Message}", nameof(entry), error);
        }
    }

    /// <summary>Moves a row forward, to <see cref="JournalState.Sent"/> or <see cref="JournalState.ReadBack"/>; on the disk on return.</summary>
    /// <exception cref="JournalOrderException">The row does not exist, or is there or further.</exception>
    public void Advance(long id, JournalState state)
    {
        if (state is not (JournalState.Sent or JournalState.ReadBack))
            throw new ArgumentOutOfRangeException(nameof(state), state, "Rows are advanced to Sent or ReadBack, and ended by Close.");
        _store.Write(sql =>
        {
            EnsureBefore(sql, id, state);
            return sql.Execute("UPDATE journal SET state = @state WHERE id = @id", ("@state", (int)state), ("@id", id));
        });
    }

    /// <summary>Closes a row, for good; on the disk on return.</summary>
    /// <param name="id">The row, in any state but closed.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="errorReason">Name of the error it ended with, or empty.</param>
    /// <param name="advice">What a person should do now, or empty.</param>
    /// <exception cref="JournalOrderException">The row does not exist, or is closed.</exception>
    public JournalRow Close(long id, WriteOutcome outcome, string errorReason, string advice)
    {
        if (!Enum.IsDefined(outcome))
            throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "No such outcome.");
        ArgumentNullException.ThrowIfNull(errorReason);
        ArgumentNullException.ThrowIfNull(advice);
        return _store.Write(sql =>
        {
            EnsureBefore(sql, id, JournalState.Closed);
            sql.Execute(
                "UPDATE journal SET state = 3, outcome = @outcome, error_reason = @error_reason, advice = @advice, "
                + "ended_at = @ended_at WHERE id = @id",
                ("@outcome", (int)outcome), ("@error_reason", errorReason), ("@advice", advice),
                ("@ended_at", _time.GetUtcNow().ToUnixTimeMilliseconds()), ("@id", id));
            return Get(sql, id, JournalState.Closed);
        });
    }

    /// <summary>The row of a request, or null.</summary>
    public JournalRow? FindByRequestId(string requestId) =>
        _store.Read(sql => Find(sql, "request_id = @request_id", ("@request_id", requestId)));

    /// <summary>
    /// The rows that wrote data which begins so, or may have written it, and were not followed by another write to that slot that was
    /// applied; newest first.
    /// </summary>
    /// <param name="beginning">The first bytes of the data.</param>
    public IReadOnlyList<JournalRow> ListHolders(byte[] beginning) =>
        _store.Read(sql => sql.Query(
            $"SELECT {Columns} FROM journal AS wrote WHERE substr(new_data, 1, @length) = @beginning AND (outcome IS NULL OR outcome IN (1, 4)) "
            + "AND NOT EXISTS (SELECT 1 FROM journal AS later WHERE later.device = wrote.device AND later.slot = wrote.slot "
            + "AND later.id > wrote.id AND later.outcome = 1) ORDER BY id DESC", Row,
            ("@length", beginning.Length), ("@beginning", beginning)));

    /// <summary>All rows that are not closed, oldest first.</summary>
    public IReadOnlyList<JournalRow> ListOpen() =>
        _store.Read(sql => sql.Query($"SELECT {Columns} FROM journal WHERE state < 3 ORDER BY id", Row));

    private static JournalRow? Find(VaultSql sql, string where, params ReadOnlySpan<(string, object?)> values) =>
        sql.Query($"SELECT {Columns} FROM journal WHERE {where} ORDER BY id LIMIT 1", Row, values).FirstOrDefault();

    private static JournalRow Get(VaultSql sql, long id, JournalState asked) =>
        Find(sql, "id = @id", ("@id", id)) ?? throw new JournalOrderException(id, null, asked);

    private static void EnsureBefore(VaultSql sql, long id, JournalState asked)
    {
        JournalState current = Get(sql, id, asked).State;
        if (current >= asked)
            throw new JournalOrderException(id, current, asked);
    }

    private void Insert(VaultSql sql, long id, JournalEntry entry) => sql.Execute(
        $"INSERT INTO journal (id, {EntryColumns}) VALUES (@id, @request_id, @request_digest, @device, @model, @build, @esn, @meid, "
        + "@compiled, @slot, @old_active, @old_data, @new_data, @backup_snapshot, @source_snapshot, @reason, @operator, "
        + "@check_digit_computed, @started_at, 0, '', '')",
        ("@id", id), ("@request_id", entry.RequestId), ("@request_digest", entry.RequestDigest), ("@device", entry.Device),
        ("@model", entry.Identity.Model), ("@build", entry.Identity.Build), ("@esn", entry.Identity.Esn),
        ("@meid", entry.Identity.Meid), ("@compiled", entry.Identity.Compiled), ("@slot", entry.Slot),
        ("@old_active", entry.OldActive ? 1 : 0), ("@old_data", entry.OldData), ("@new_data", entry.NewData),
        ("@backup_snapshot", entry.BackupSnapshot),
        ("@source_snapshot", entry.SourceSnapshot.Length == 0 ? null : entry.SourceSnapshot),
        ("@reason", entry.Reason), ("@operator", entry.Operator),
        ("@check_digit_computed", entry.CheckDigitComputed ? 1 : 0), ("@started_at", _time.GetUtcNow().ToUnixTimeMilliseconds()));

    private static JournalRow Row(SqliteDataReader row) => new(
        row.GetInt64(0),
        new JournalEntry(
            row.GetString(1), row.GetString(2), row.GetString(3),
            new PhoneIdentity(row.GetString(4), row.GetString(5), row.GetString(6), row.GetString(7), row.GetString(8)),
            row.GetInt32(9), row.GetInt32(10) == 1, row.GetFieldValue<byte[]>(11), row.GetFieldValue<byte[]>(12),
            row.GetString(13), row.IsDBNull(14) ? "" : row.GetString(14), row.GetString(15), row.GetString(16), row.GetInt32(17) == 1),
        (JournalState)row.GetInt32(19),
        row.IsDBNull(22) ? null : (WriteOutcome)row.GetInt32(22),
        row.GetString(20),
        row.GetString(21),
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(18)),
        row.IsDBNull(23) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(23)));
}
