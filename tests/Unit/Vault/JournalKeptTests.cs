using ImeiAgent.Vault;
using Microsoft.Data.Sqlite;
using Xunit;

namespace ImeiAgent.Unit.Vault;

/// <summary>How rows are listed and sealed, and what the tables refuse.</summary>
public sealed class JournalKeptTests : IDisposable
{
    private readonly VaultRoom _room = new();

    private Journal Journal => _room.Vault.Journal;

    [Fact]
    public void Open_rows_are_listed_oldest_first()
    {
        long first = _room.Open("r-1"), second = _room.Open("r-2", JournalState.Intent, "phone-2"), third = _room.Open("r-3", JournalState.ReRead);

        Assert.Equal([first, second, third], Journal.ListOpen().Select(row => row.Id));

        Journal.Close(first, WriteOutcome.Refused, "", "");

        Assert.Equal([second, third], Journal.ListOpen().Select(row => row.Id));
        Assert.Null(Journal.FindByRequestId("r-4"));
    }

    [Fact]
    public void Rows_are_listed_newest_first_by_phone_by_state_and_in_pages()
    {
        for (int i = 1; i <= 6; i++)
            _room.Open($"r-{i}", device: i % 2 == 0 ? "even" : "odd");
        Journal.Close(4, WriteOutcome.Refused, "", "");
        Journal.Close(5, WriteOutcome.Refused, "", "");

        Assert.Equal([6, 5, 4, 3, 2, 1], Ids(null, false, 1000, null));
        Assert.Equal([6, 5], Ids(null, false, 2, null));
        Assert.Equal([4, 3], Ids(null, false, 2, 5));
        Assert.Equal([6, 4, 2], Ids("even", false, 10, null));
        Assert.Equal([2], Ids("even", true, 10, 6));
        Assert.Equal([6, 3, 2, 1], Ids(null, true, 10, null));
        Assert.Empty(Ids("eve", false, 10, null));
        Assert.Empty(Ids(null, false, 10, 1));
        Assert.Equal((byte)1, Assert.Single(Journal.List(null, false, 1, null)[0].Entry.Slots).Slot);
        Assert.Throws<ArgumentOutOfRangeException>(() => Journal.List(null, false, 0, null));
        Assert.Throws<ArgumentOutOfRangeException>(() => Journal.List(null, false, 1001, null));
    }

    [Fact]
    public void A_closed_row_is_sealed_with_the_hash_of_the_documented_form()
    {
        // Fixed times and names make the form the same on every run; the value was computed from the docstring by another program.
        JournalRow row = new(
            17,
            new JournalEntry("r-1", new string('a', 64), "phone-1", VaultRoom.Galaxy,
                [
                    VaultRoom.Slot(2) with { OldActive = false, OldData = [], CheckDigitComputed = true, SourceSnapshot = "20261101-abcdef" },
                    VaultRoom.Slot(1),
                ],
                "IMEI lost – update", "ticket 4711", "ana", "bob", "label seen", Restart: true, "4bf92f35"),
            JournalState.Closed, "20261123-3f2a9c", Offline: true, Restarted: true, PutBacks: 2, WriteOutcome.RolledBack, "PHONE_REFUSED",
            "Try again.", "ana: by hand", Sha256: "", DateTimeOffset.FromUnixTimeMilliseconds(1795435200000),
            DateTimeOffset.FromUnixTimeMilliseconds(1795435202345));

        Assert.Equal("8150ef6693bce3a53c4c273db1105167d211ce3667fb6d14bddce3d72d324143", JournalRow.Hash(row));
        Assert.Equal("4ed94089368caab09cb26f30135d8063b1042b4ad115cd4f928be6dde5d0972e",
            JournalRow.Hash(row with { Nonce = "00112233445566778899aabbccddeeff" }));
        Assert.Throws<ArgumentException>(() => JournalRow.Hash(row with { EndedAt = null }));
        Assert.Throws<ArgumentException>(() => JournalRow.Hash(row with { Outcome = null }));
    }

    [Fact]
    public void The_hash_of_a_closed_row_holds_until_something_of_it_is_changed()
    {
        long id = _room.Open("r-1", JournalState.ReRead);
        Journal.NotePutBack(id);
        JournalRow closed = Journal.Close(id, WriteOutcome.Applied, "", "Nothing is left to do.", "");
        _room.Close();
        JournalRow found = Journal.Find(id)!;
        JournalSlot slot = found.Entry.Slots[0];

        Assert.Equal(64, closed.Sha256.Length);
        Assert.Equal(closed.Sha256, JournalRow.Hash(found));
        Assert.All((JournalRow[])
        [
            found with { Id = 2 },
            found with { Entry = found.Entry with { RequestId = "r-2" } },
            found with { Entry = found.Entry with { Identity = VaultRoom.Galaxy with { Esn = "80F1A2B4" } } },
            found with { Entry = found.Entry with { Slots = [slot with { Slot = 2 }] } },
            found with { Entry = found.Entry with { Slots = [slot with { OldActive = false }] } },
            found with { Entry = found.Entry with { Slots = [slot with { NewData = [8] }] } },
            found with { Entry = found.Entry with { Slots = [slot, slot with { Slot = 2 }] } },
            found with { Entry = found.Entry with { Evidence = "" } },
            found with { Entry = found.Entry with { Evidence = "", Reason = found.Entry.Reason + found.Entry.Evidence } },
            found with { Entry = found.Entry with { ApprovedBy = "bob" } },
            found with { Entry = found.Entry with { Restart = false } },
            found with { Entry = found.Entry with { TraceId = "" } },
            found with { BackupSnapshot = "" },
            found with { Offline = true },
            found with { Restarted = true },
            found with { PutBacks = 0 },
            found with { Outcome = WriteOutcome.Unknown },
            found with { ErrorReason = "x" },
            found with { Advice = "" },
            found with { SettledBy = "eve" },
            found with { StartedAt = found.StartedAt.AddMilliseconds(1) },
            found with { EndedAt = found.StartedAt.AddMilliseconds(1) },
        ], changed => Assert.NotEqual(closed.Sha256, JournalRow.Hash(changed)));
    }

    [Fact]
    public void Two_rows_that_say_the_same_have_hashes_that_tell_nothing_of_each_other()
    {
        using var elsewhere = new VaultRoom();
        JournalRow one = Refused(_room), other = Refused(elsewhere);

        Assert.Equivalent(one with { Nonce = "", Sha256 = "" }, other with { Nonce = "", Sha256 = "" }, strict: true);
        Assert.NotEqual(one.Sha256, other.Sha256);
        Assert.All((JournalRow[])[one, other], row => Assert.Matches("^[0-9a-f]{32}$", row.Nonce));
        Assert.Equal(one.Sha256, JournalRow.Hash(other with { Nonce = one.Nonce }));
    }

    [Fact]
    public void A_closed_row_is_found_by_its_request_after_31_days_in_a_vault_that_forgot_its_old_jobs()
    {
        JobRow job = _room.Job();
        _room.End(job);
        JournalRow closed = Journal.Close(_room.Open("r-1", JournalState.ReRead), WriteOutcome.Applied, "", "Nothing is left to do.");
        _room.Time.Advance(TimeSpan.FromDays(31));
        _room.Vault.Jobs.Prune();
        _room.Close();

        JournalRow found = Journal.FindByRequestId("r-1")!;

        Assert.Equal(0L, _room.Raw("SELECT COUNT(*) FROM jobs"));
        Assert.Equal(("r-1", JournalState.Closed, WriteOutcome.Applied), (found.Entry.RequestId, found.State, found.Outcome));
        Assert.Equivalent(closed, found, strict: true);
        Assert.Equal(found.Sha256, JournalRow.Hash(found));
        Assert.Equal(1, _room.Vault.Snapshots.Load(found.BackupSnapshot).ActiveCount);
        Assert.Equal(1, Assert.Throws<DuplicateRequestException>(() => _room.Open("r-1")).Existing.Id);
    }

    [Theory]
    [InlineData("UPDATE journal SET advice = 'x' WHERE id = 2", "closed")]
    [InlineData("UPDATE journal SET put_backs = 1 WHERE id = 2", "closed")]
    [InlineData("UPDATE journal SET sha256 = '' WHERE id = 2", "closed")]
    [InlineData("UPDATE journal SET state = 3, outcome = NULL, ended_at = NULL WHERE id = 2", "closed")]
    [InlineData("UPDATE journal SET operator = 'eve', state = 5 WHERE id = 1", "meant")]
    [InlineData("UPDATE journal SET evidence = '' WHERE id = 1", "meant")]
    [InlineData("UPDATE journal SET approved_by = 'eve' WHERE id = 1", "meant")]
    [InlineData("UPDATE journal_slots SET new_data = x'08' WHERE journal = 1", "meant")]
    [InlineData("INSERT INTO journal_slots SELECT journal, 2, old_active, old_data, new_data, 0, NULL FROM journal_slots WHERE journal = 1", "added")]
    [InlineData("UPDATE journal SET state = 3 WHERE id = 1", "forward")]
    [InlineData("UPDATE journal SET state = 4 WHERE id = 1", "forward")]
    [InlineData("UPDATE journal SET put_backs = 0 WHERE id = 1", "taken back")]
    [InlineData("UPDATE journal SET restarted = 0 WHERE id = 1", "taken back")]
    [InlineData("UPDATE journal SET backup_snapshot = (SELECT MAX(name) FROM snapshots) WHERE id = 1", "backup")]
    [InlineData("UPDATE journal SET state = 8 WHERE id = 1", "CHECK")]
    [InlineData("UPDATE journal SET settled_by = 'eve' WHERE id = 1", "CHECK")]
    [InlineData("UPDATE journal SET state = 2 WHERE id = 3", "CHECK")]
    [InlineData("DELETE FROM journal WHERE id = 1", "removed")]
    [InlineData("DELETE FROM journal WHERE id = 3", "removed")]
    [InlineData("DELETE FROM journal_slots WHERE journal = 1", "removed")]
    public void The_file_itself_refuses_to_deny_what_was_done(string sql, string because)
    {
        long id = _room.Open("r-1", JournalState.Sent);
        Journal.NotePutBack(id);
        Journal.NoteRestarted(id);
        Journal.Close(_room.Open("r-2", JournalState.ReRead), WriteOutcome.Applied, "", "");
        _room.Open("r-3");

        Assert.Contains(because, Assert.Throws<SqliteException>(() => _room.Raw(sql)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_step_is_in_the_file_before_the_vault_is_closed()
    {
        long id = _room.Open("r-1", JournalState.Sent);
        Journal.NoteOffline(id, true);
        DirectoryInfo crashed = Directory.CreateTempSubdirectory("vault-crash-");
        try
        {
            // What a killed agent leaves behind: the files as they are now, nothing flushed or closed after.
            foreach (string file in Directory.GetFiles(_room.Home, "vault.db*").Where(file => !file.EndsWith("-shm", StringComparison.Ordinal)))
            {
                using var from = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
                using FileStream to = File.Create(Path.Combine(crashed.FullName, Path.GetFileName(file)));
                from.CopyTo(to);
            }

            using VaultFile after = VaultFile.Open(crashed.FullName, _room.Time);

            JournalRow row = Assert.Single(after.Journal.ListOpen());
            Assert.Equal(("r-1", JournalState.Sent, true), (row.Entry.RequestId, row.State, row.Offline));
            Assert.Equal(1, after.Snapshots.Load(row.BackupSnapshot).ActiveCount);
        }
        finally
        {
            crashed.Delete(recursive: true);
        }
    }

    /// <summary>The first row of a vault, closed before anything was kept of the phone, as its file has it.</summary>
    private static JournalRow Refused(VaultRoom room)
    {
        room.Vault.Journal.Close(room.Open("r-1"), WriteOutcome.Refused, "CANCELLED", "");
        room.Close();
        return room.Vault.Journal.Find(1)!;
    }

    private IEnumerable<long> Ids(string? device, bool openOnly, int limit, long? before) =>
        Journal.List(device, openOnly, limit, before).Select(row => row.Id);

    public void Dispose() => _room.Dispose();
}
