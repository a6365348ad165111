using ImeiAgent.Vault;
using Microsoft.Data.Sqlite;
using Xunit;

namespace ImeiAgent.Unit.Vault;

/// <summary>Vaults of the first release, version 3: made by the steps as they were shipped, which are written out here for good.</summary>
public sealed class OldVaultTests : IDisposable
{
    private const string Version3 = """
        CREATE TABLE contents (
            sha256 TEXT NOT NULL PRIMARY KEY CHECK (length(sha256) = 64),
            bytes BLOB NOT NULL
        );
        CREATE TABLE snapshots (
            id INTEGER NOT NULL PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            taken_at BIGINT NOT NULL, -- milliseconds since 1970 in UTC
            origin INTEGER NOT NULL CHECK (origin BETWEEN 1 AND 3),
            device TEXT NOT NULL,
            model TEXT NOT NULL,
            build TEXT NOT NULL,
            esn TEXT NOT NULL,
            meid TEXT NOT NULL,
            compiled TEXT NOT NULL,
            sha256 TEXT NOT NULL REFERENCES contents (sha256),
            items INTEGER NOT NULL CHECK (items >= 0),
            active INTEGER NOT NULL CHECK (active BETWEEN 0 AND items),
            slots TEXT NOT NULL, -- JSON array of numbers
            notes TEXT NOT NULL -- JSON array of strings
        );
        CREATE INDEX snapshots_device ON snapshots (device, id);
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
        PRAGMA application_id = 1229800777;
        PRAGMA user_version = 3;
        """;

    private readonly VaultRoom _room = new();

    [Fact]
    public void A_vault_of_version_3_gets_what_is_new_and_keeps_what_it_has()
    {
        SnapshotContent content = VaultRoom.Content(7);
        MakeVersion3(content);

        JobRow job = _room.Job();
        _room.Append(job, [1, 2, 3]);
        _room.Vault.Learned.RememberWindow("SM-G991U", "", 8);

        Assert.Equal(13L, _room.Raw("PRAGMA user_version"));
        Assert.Equal([1, 2, 3], _room.Vault.Jobs.Batch(job.Id, 1));
        SnapshotInfo snapshot = Assert.Single(_room.Vault.Snapshots.List(null, 10, null));
        Assert.Equal(("20260101-abcdef", content.Sha256), (snapshot.Name, _room.Vault.Snapshots.Load(snapshot.Name).Sha256));
        Assert.Equal(["r-1", "r-2", "r-3"], _room.Vault.Journal.ListOpen().Select(row => row.Entry.RequestId));
        Assert.Empty(_room.Vault.Approvals.List(pendingOnly: false, 10));
        Assert.NotEmpty(_room.Vault.Jobs.End(job.Id, new JobEnd(JobState.Succeeded, content.Sha256, "", "", []), content).Snapshot);
    }

    [Fact]
    public void Rows_of_the_old_journal_say_what_they_said()
    {
        MakeVersion3(VaultRoom.Content(7));

        JournalRow applied = _room.Vault.Journal.FindByRequestId("r-4")!;

        Assert.Equivalent(
            new JournalRow(
                4,
                new JournalEntry("r-4", "d1", "phone-1", VaultRoom.Galaxy,
                    [new JournalSlot(2, true, [8, 0x0A], [8, 0x4A, 9, 0x51, 0x24, 0x30, 0x32, 0x57, 0x81], true, "20260101-abcdef")],
                    "lost", Evidence: "", "ana", ApprovedBy: "", ApprovalReason: "", Restart: false, TraceId: ""),
                JournalState.Closed, "20260101-abcdef", Offline: false, Restarted: false, PutBacks: 0, WriteOutcome.Applied, "E", "advice",
                SettledBy: "", Sha256: "", DateTimeOffset.FromUnixTimeMilliseconds(1000), DateTimeOffset.FromUnixTimeMilliseconds(2000)),
            applied, strict: true);
        Assert.Equal(
            [JournalState.Intent, JournalState.Sent, JournalState.Sent, JournalState.Closed, JournalState.Closed],
            _room.Vault.Journal.List(null, false, 10, null).Reverse().Select(row => row.State));
        Assert.Equal(WriteOutcome.Unknown, _room.Vault.Journal.FindByRequestId("r-5")!.Outcome);
    }

    [Fact]
    public void Rows_of_the_old_journal_go_on_and_are_kept_like_new_ones()
    {
        MakeVersion3(VaultRoom.Content(7));
        Journal journal = _room.Vault.Journal;

        journal.Advance(1, JournalState.Sent);
        journal.Advance(3, JournalState.ReadBack);
        JournalRow closed = journal.Close(3, WriteOutcome.Applied, "", "");

        Assert.Equal(closed.Sha256, JournalRow.Hash(journal.Find(3)!));
        Assert.Equal(6, journal.Open(VaultRoom.Entry("r-6")).Id);
        Assert.Equal(1, Assert.Throws<DuplicateRequestException>(() => journal.Open(VaultRoom.Entry("r-1"))).Existing.Id);
        Assert.Contains("closed", Assert.Throws<SqliteException>(() => _room.Raw("UPDATE journal SET advice = '' WHERE id = 4")).Message,
            StringComparison.Ordinal);
        Assert.Contains("removed", Assert.Throws<SqliteException>(() => _room.Raw("DELETE FROM journal_slots WHERE journal = 4")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void An_old_vault_becomes_what_a_new_one_is()
    {
        MakeVersion3(VaultRoom.Content(7));
        using var fresh = new VaultRoom();
        _ = (_room.Vault, fresh.Vault);

        const string Tables = "SELECT group_concat(type || name || sql, char(10)) FROM (SELECT * FROM sqlite_master ORDER BY type, name)";
        Assert.Equal(Lines(fresh.Raw(Tables)), Lines(_room.Raw(Tables)));
    }

    private void MakeVersion3(SnapshotContent content)
    {
        Directory.CreateDirectory(_room.Home);
        using (var connection = new SqliteConnection($"Data Source={_room.Database};Pooling=False"))
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "PRAGMA journal_mode = WAL; " + Version3;
            command.ExecuteNonQuery();
        }
        _room.Raw("INSERT INTO contents VALUES (@sha256, @bytes)", ("@sha256", content.Sha256), ("@bytes", content.Canonical.ToArray()));
        _room.Raw("INSERT INTO snapshots VALUES (1, '20260101-abcdef', 0, 1, 'phone-1', 'SM-G991U', '', '', '', '', @sha256, 2, 1, '[1]', '[]')",
            ("@sha256", content.Sha256));
        // One row in each of the four old states, and one that ended as unknown.
        _room.Raw("""
            INSERT INTO journal VALUES
            (1, 'r-1', '', 'phone-1', '', '', '', '', '', 1, 0, x'', x'08', '20260101-abcdef', NULL, '', 'ana', 0, 0, 0, NULL, '', '', NULL),
            (2, 'r-2', '', 'phone-1', '', '', '', '', '', 1, 0, x'', x'08', '20260101-abcdef', NULL, '', 'ana', 0, 0, 1, NULL, '', '', NULL),
            (3, 'r-3', '', 'phone-1', '', '', '', '', '', 1, 0, x'', x'08', '20260101-abcdef', NULL, '', 'ana', 0, 0, 2, NULL, '', '', NULL),
            (4, 'r-4', 'd1', 'phone-1', 'SM-G991U', 'G991USQU4AUDA', '80F1A2B3', 'A0000012345678', 'Jan 1 2026 10:00:00', 2, 1, x'080A',
             x'084A09512430325781', '20260101-abcdef', '20260101-abcdef', 'lost', 'ana', 1, 1000, 3, 1, 'E', 'advice', 2000),
            (5, 'r-5', '', 'phone-1', '', '', '', '', '', 1, 0, x'', x'08', '20260101-abcdef', NULL, '', 'ana', 0, 0, 3, 4, '', '', 1)
            """);
    }

    // Blanks at the beginning of lines come from how the text stands in the source.
    private static IEnumerable<string> Lines(object? text) => ((string)text!).Split('\n').Select(line => line.Trim());

    public void Dispose() => _room.Dispose();
}
