using System.Security.Cryptography;
using ImeiAgent.Diag.Identity;
using Microsoft.Data.Sqlite;

namespace ImeiAgent.Vault;

/// <summary>The tables of the journal, which refuse to deny what was done whoever asks.</summary>
internal static class JournalTable
{
    // Takes over what the first table has. A row that was read back (2) there becomes Sent (4) here: it did not say that the new value
    // was read, as ReadBack does now. Of closed rows no hash is known: whoever closed them made none.
    public const string Schema2 = """
        DROP TRIGGER journal_closed;
        DROP TRIGGER journal_forward;
        DROP TRIGGER journal_entry;
        DROP TRIGGER journal_kept;
        DROP INDEX journal_open;
        ALTER TABLE journal RENAME TO journal_1;
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
            reason TEXT NOT NULL,
            evidence TEXT NOT NULL,
            operator TEXT NOT NULL,
            approved_by TEXT NOT NULL,
            approval_reason TEXT NOT NULL,
            restart INTEGER NOT NULL CHECK (restart IN (0, 1)),
            trace_id TEXT NOT NULL,
            nonce TEXT NOT NULL, -- keeps the hash of a closed row from being tried out
            started_at BIGINT NOT NULL, -- milliseconds since 1970 in UTC
            state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 8),
            backup_snapshot TEXT REFERENCES snapshots (name),
            offline INTEGER NOT NULL CHECK (offline IN (0, 1)),
            restarted INTEGER NOT NULL CHECK (restarted IN (0, 1)),
            put_backs INTEGER NOT NULL CHECK (put_backs >= 0),
            outcome INTEGER CHECK (outcome BETWEEN 1 AND 5),
            error_reason TEXT NOT NULL,
            advice TEXT NOT NULL,
            settled_by TEXT NOT NULL,
            sha256 TEXT NOT NULL CHECK (length(sha256) IN (0, 64)),
            ended_at BIGINT,
            CHECK (state IN (1, 8) OR backup_snapshot IS NOT NULL),
            CHECK ((state = 8) = (outcome IS NOT NULL)),
            CHECK ((state = 8) = (ended_at IS NOT NULL)),
            CHECK (state = 8 OR length(error_reason) + length(advice) + length(settled_by) + length(sha256) = 0)
        );
        CREATE TABLE journal_slots (
            journal BIGINT NOT NULL REFERENCES journal (id),
            slot INTEGER NOT NULL CHECK (slot BETWEEN 1 AND 255),
            old_active INTEGER NOT NULL CHECK (old_active IN (0, 1)),
            old_data BLOB NOT NULL CHECK (length(old_data) <= 128),
            new_data BLOB NOT NULL CHECK (length(new_data) BETWEEN 1 AND 128),
            check_digit_computed INTEGER NOT NULL CHECK (check_digit_computed IN (0, 1)),
            source_snapshot TEXT REFERENCES snapshots (name),
            PRIMARY KEY (journal, slot)
        );
        INSERT INTO journal SELECT id, request_id, request_digest, device, model, build, esn, meid, compiled, reason, '', operator,
            '', '', 0, '', '', started_at, CASE state WHEN 0 THEN 3 WHEN 3 THEN 8 ELSE 4 END, backup_snapshot, 0, 0, 0, outcome,
            CASE state WHEN 3 THEN error_reason ELSE '' END, CASE state WHEN 3 THEN advice ELSE '' END, '', '', ended_at
            FROM journal_1;
        INSERT INTO journal_slots SELECT id, slot, old_active, old_data, new_data, check_digit_computed, source_snapshot FROM journal_1;
        DROP TABLE journal_1;
        CREATE INDEX journal_device ON journal (device, id);
        CREATE INDEX journal_open ON journal (id) WHERE state < 8;
        CREATE TRIGGER journal_closed BEFORE UPDATE ON journal WHEN OLD.state = 8
            BEGIN SELECT RAISE(ABORT, 'a closed journal row cannot be changed'); END;
        CREATE TRIGGER journal_forward BEFORE UPDATE OF state ON journal WHEN OLD.state < 8 AND NEW.state <= OLD.state
            BEGIN SELECT RAISE(ABORT, 'a journal row only goes forward'); END;
        CREATE TRIGGER journal_noted BEFORE UPDATE OF restarted, put_backs ON journal
            WHEN NEW.restarted < OLD.restarted OR NEW.put_backs < OLD.put_backs
            BEGIN SELECT RAISE(ABORT, 'what was noted of a journal row cannot be taken back'); END;
        CREATE TRIGGER journal_backed_up BEFORE UPDATE OF backup_snapshot ON journal WHEN OLD.backup_snapshot IS NOT NULL
            BEGIN SELECT RAISE(ABORT, 'the backup of a journal row cannot be changed'); END;
        CREATE TRIGGER journal_entry BEFORE UPDATE OF id, request_id, request_digest, device, model, build, esn, meid, compiled, reason,
            evidence, operator, approved_by, approval_reason, restart, trace_id, nonce, started_at ON journal
            BEGIN SELECT RAISE(ABORT, 'what a journal row meant cannot be changed'); END;
        CREATE TRIGGER journal_kept BEFORE DELETE ON journal
            BEGIN SELECT RAISE(ABORT, 'a journal row cannot be removed'); END;
        CREATE TRIGGER journal_slots_meant BEFORE UPDATE ON journal_slots
            BEGIN SELECT RAISE(ABORT, 'what a journal row meant cannot be changed'); END;
        CREATE TRIGGER journal_slots_whole BEFORE INSERT ON journal_slots WHEN (SELECT state FROM journal WHERE id = NEW.journal) > 1
            BEGIN SELECT RAISE(ABORT, 'what a journal row meant cannot be added to'); END;
        CREATE TRIGGER journal_slots_kept BEFORE DELETE ON journal_slots
            BEGIN SELECT RAISE(ABORT, 'a slot of a journal row cannot be removed'); END;
        """;

    // Where in its trace the write is, so that what settles it later can point there. Not a part of the row's hash: it says nothing of the phone.
    public const string Schema3 = "ALTER TABLE journal ADD COLUMN span_id TEXT NOT NULL DEFAULT '' CHECK (length(span_id) IN (0, 16))";

    private const string EntryColumns =
        "id, request_id, request_digest, device, model, build, esn, meid, compiled, reason, evidence, operator, approved_by, "
        + "approval_reason, restart, trace_id, started_at, state, offline, restarted, put_backs, error_reason, advice, settled_by, sha256";

    private const string Columns = EntryColumns + ", backup_snapshot, outcome, ended_at, nonce, span_id";

    /// <summary>The rows that a condition and what follows it (order, limit) select, each with its slots.</summary>
    public static List<JournalRow> Query(VaultSql sql, string where, params ReadOnlySpan<(string, object?)> values)
    {
        List<JournalRow> rows = sql.Query($"SELECT {Columns} FROM journal WHERE {where}", Row, values);
        return rows.ConvertAll(row => row with { Entry = row.Entry with { Slots = Slots(sql, row.Id) } });
    }

    /// <exception cref="JournalOrderException">There is no such row.</exception>
    public static JournalRow Get(VaultSql sql, long id, JournalState? asked) =>
        Query(sql, "id = @id", ("@id", id)) is [JournalRow row] ? row : throw new JournalOrderException(id, null, asked);

    /// <summary>Adds a row as Checked, with its slots.</summary>
    public static void Insert(VaultSql sql, long id, JournalEntry entry, long now)
    {
        sql.Execute(
            $"INSERT INTO journal ({EntryColumns}, nonce, span_id) VALUES (@id, @request_id, @request_digest, @device, @model, @build, @esn, @meid, "
            + "@compiled, @reason, @evidence, @operator, @approved_by, @approval_reason, @restart, @trace_id, @now, 1, 0, 0, 0, '', '', '', '', @nonce, @span_id)",
            ("@id", id), ("@request_id", entry.RequestId), ("@request_digest", entry.RequestDigest), ("@device", entry.Device),
            ("@model", entry.Identity.Model), ("@build", entry.Identity.Build), ("@esn", entry.Identity.Esn),
            ("@meid", entry.Identity.Meid), ("@compiled", entry.Identity.Compiled), ("@reason", entry.Reason),
            ("@evidence", entry.Evidence), ("@operator", entry.Operator), ("@approved_by", entry.ApprovedBy),
            ("@approval_reason", entry.ApprovalReason), ("@restart", entry.Restart ? 1 : 0), ("@trace_id", entry.TraceId), ("@now", now),
            ("@nonce", RandomNumberGenerator.GetHexString(32, lowercase: true)), ("@span_id", entry.SpanId));
        foreach (JournalSlot slot in entry.Slots)
        {
            sql.Execute(
                "INSERT INTO journal_slots (journal, slot, old_active, old_data, new_data, check_digit_computed, source_snapshot) "
                + "VALUES (@journal, @slot, @old_active, @old_data, @new_data, @check_digit_computed, @source_snapshot)",
                ("@journal", id), ("@slot", (int)slot.Slot), ("@old_active", slot.OldActive ? 1 : 0), ("@old_data", slot.OldData),
                ("@new_data", slot.NewData), ("@check_digit_computed", slot.CheckDigitComputed ? 1 : 0),
                ("@source_snapshot", slot.SourceSnapshot.Length == 0 ? null : slot.SourceSnapshot));
        }
    }

    private static List<JournalSlot> Slots(VaultSql sql, long id) => sql.Query(
        "SELECT slot, old_active, old_data, new_data, check_digit_computed, source_snapshot FROM journal_slots WHERE journal = @id ORDER BY slot",
        row => new JournalSlot(row.GetByte(0), row.GetBoolean(1), row.GetFieldValue<byte[]>(2), row.GetFieldValue<byte[]>(3),
            row.GetBoolean(4), row.IsDBNull(5) ? "" : row.GetString(5)), ("@id", id));

    private static JournalRow Row(SqliteDataReader row) => new(
        row.GetInt64(0),
        new JournalEntry(
            row.GetString(1), row.GetString(2), row.GetString(3),
            new PhoneIdentity(row.GetString(4), row.GetString(5), row.GetString(6), row.GetString(7), row.GetString(8)), Slots: [],
            row.GetString(9), row.GetString(10), row.GetString(11), row.GetString(12), row.GetString(13), row.GetBoolean(14), row.GetString(15))
        {
            SpanId = row.GetString(29),
        },
        (JournalState)row.GetInt32(17),
        row.IsDBNull(25) ? "" : row.GetString(25),
        row.GetBoolean(18), row.GetBoolean(19), row.GetInt32(20),
        row.IsDBNull(26) ? null : (WriteOutcome)row.GetInt32(26),
        row.GetString(21), row.GetString(22), row.GetString(23), row.GetString(24),
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(16)),
        row.IsDBNull(27) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(27)),
        row.GetString(28));
}
