using ImeiAgent.Vault;
using Microsoft.Data.Sqlite;
using Xunit;

namespace ImeiAgent.Unit.Vault;

public sealed class JournalTests : IDisposable
{
    private readonly VaultRoom _room = new();

    private Journal Journal => _room.Vault.Journal;

    [Fact]
    public void A_row_comes_back_as_it_was_meant()
    {
        JournalEntry entry = _room.Entry("r-1") with { SourceSnapshot = _room.Save(VaultRoom.Content(3)).Name };
        JournalRow opened = Journal.Open(entry);
        _room.Close();

        JournalRow found = Journal.FindByRequestId("r-1")!;

        Assert.Equivalent(entry, found.Entry, strict: true);
        Assert.Equivalent(opened, found, strict: true);
        Assert.Equal((JournalState.Intent, null, "", ""), (found.State, found.Outcome, found.ErrorReason, found.Advice));
        Assert.Equal((_room.Time.GetUtcNow(), null), (found.StartedAt, found.EndedAt));
    }

    [Fact]
    public void A_write_goes_from_intent_to_closed()
    {
        long id = Journal.Open(_room.Entry("r-1")).Id;
        Journal.Advance(id, JournalState.Sent);
        Assert.Equal(JournalState.Sent, Journal.FindByRequestId("r-1")!.State);
        Journal.Advance(id, JournalState.ReadBack);
        _room.Time.Advance(TimeSpan.FromSeconds(2));

        JournalRow closed = Journal.Close(id, WriteOutcome.Refused, "ITEM_READ_ONLY", "Go to authorised service.");

        Assert.Equal((JournalState.Closed, WriteOutcome.Refused), (closed.State, closed.Outcome));
        Assert.Equal(("ITEM_READ_ONLY", "Go to authorised service."), (closed.ErrorReason, closed.Advice));
        Assert.Equal(TimeSpan.FromSeconds(2), closed.EndedAt - closed.StartedAt);
        Assert.Equivalent(closed, Journal.FindByRequestId("r-1"), strict: true);
    }

    [Fact]
    public void A_write_that_was_never_sent_can_be_closed()
    {
        long id = Journal.Open(_room.Entry("r-1")).Id;

        Assert.Equal(WriteOutcome.Refused, Journal.Close(id, WriteOutcome.Refused, "PORT_LOST", "").Outcome);
    }

    [Theory]
    [InlineData(JournalState.Sent, JournalState.Sent)]
    [InlineData(JournalState.ReadBack, JournalState.Sent)]
    [InlineData(JournalState.ReadBack, JournalState.ReadBack)]
    public void A_row_never_goes_back_or_stands_still(JournalState first, JournalState second)
    {
        long id = Journal.Open(_room.Entry("r-1")).Id;
        Journal.Advance(id, first);

        var error = Assert.Throws<JournalOrderException>(() => Journal.Advance(id, second));

        Assert.Equal((id, first, second), (error.Id, error.Current, error.Asked));
        Assert.Equal(first, Journal.FindByRequestId("r-1")!.State);
    }

    [Theory]
    [InlineData(JournalState.Intent)]
    [InlineData(JournalState.Closed)]
    public void Rows_are_advanced_to_sent_or_read_back_only(JournalState state)
    {
        long id = Journal.Open(_room.Entry("r-1")).Id;

        Assert.Throws<ArgumentOutOfRangeException>(() => Journal.Advance(id, state));
    }

    [Fact]
    public void A_closed_row_stays_as_it_is()
    {
        long id = Journal.Open(_room.Entry("r-1")).Id;
        JournalRow closed = Journal.Close(id, WriteOutcome.Applied, "", "");

        Assert.Throws<JournalOrderException>(() => Journal.Close(id, WriteOutcome.Unknown, "", ""));
        Assert.Throws<JournalOrderException>(() => Journal.Advance(id, JournalState.Sent));
        Assert.Equivalent(closed, Journal.FindByRequestId("r-1"), strict: true);
    }

    [Fact]
    public void A_row_that_does_not_exist_cannot_move()
    {
        Assert.Null(Assert.Throws<JournalOrderException>(() => Journal.Advance(5, JournalState.Sent)).Current);
        Assert.Null(Assert.Throws<JournalOrderException>(() => Journal.Close(5, WriteOutcome.Applied, "", "")).Current);
    }

    [Fact]
    public void A_request_id_is_taken_once()
    {
        JournalRow first = Journal.Open(_room.Entry("r-1"));

        var error = Assert.Throws<DuplicateRequestException>(() => Journal.Open(_room.Entry("r-1", "phone-2")));

        Assert.Equivalent(first, error.Existing, strict: true);
        Assert.Single(Journal.ListOpen());
    }

    [Fact]
    public void An_entry_without_its_backup_is_refused()
    {
        JournalEntry entry = _room.Entry("r-1");

        Assert.Throws<ArgumentException>(() => Journal.Open(entry with { BackupSnapshot = "" }));
        Assert.Throws<ArgumentException>(() => Journal.Open(entry with { BackupSnapshot = "20200101-000000" }));
        Assert.Throws<ArgumentException>(() => Journal.Open(entry with { SourceSnapshot = "20200101-000000" }));
        Assert.Empty(Journal.ListOpen());
    }

    [Fact]
    public void An_unsound_entry_is_refused()
    {
        JournalEntry entry = _room.Entry("r-1");

        Assert.Throws<ArgumentException>(() => Journal.Open(entry with { RequestId = "" }));
        Assert.Throws<ArgumentException>(() => Journal.Open(entry with { Device = "" }));
        Assert.Throws<ArgumentException>(() => Journal.Open(entry with { Slot = 0 }));
        Assert.Throws<ArgumentException>(() => Journal.Open(entry with { NewData = [] }));
        Assert.Throws<ArgumentException>(() => Journal.Open(entry with { NewData = new byte[129] }));
        Assert.Throws<ArgumentException>(() => Journal.Open(entry with { OldData = new byte[129] }));
        Assert.Empty(Journal.ListOpen());
    }

    [Fact]
    public void Open_rows_are_listed_oldest_first()
    {
        long first = Journal.Open(_room.Entry("r-1", "phone-1")).Id;
        long second = Journal.Open(_room.Entry("r-2", "phone-2")).Id;
        long third = Journal.Open(_room.Entry("r-3", "phone-1")).Id;

        Assert.Equal([first, second, third], Journal.ListOpen().Select(row => row.Id));

        Journal.Close(first, WriteOutcome.Applied, "", "");

        Assert.Equal([second, third], Journal.ListOpen().Select(row => row.Id));
        Assert.Null(Journal.FindByRequestId("r-4"));
    }

    [Theory]
    [InlineData("UPDATE journal SET advice = 'x' WHERE id = 2", "closed")]
    [InlineData("UPDATE journal SET state = 0, outcome = NULL, ended_at = NULL WHERE id = 2", "closed")]
    [InlineData("UPDATE journal SET new_data = x'08', state = 2 WHERE id = 1", "meant")]
    [InlineData("UPDATE journal SET operator = 'eve', state = 2 WHERE id = 1", "meant")]
    [InlineData("UPDATE journal SET state = 0 WHERE id = 1", "forward")]
    [InlineData("UPDATE journal SET state = 3 WHERE id = 1", "CHECK")]
    [InlineData("DELETE FROM journal WHERE id = 1", "removed")]
    public void The_file_itself_refuses_to_deny_what_was_done(string sql, string because)
    {
        Journal.Advance(Journal.Open(_room.Entry("r-1")).Id, JournalState.Sent);
        Journal.Close(Journal.Open(_room.Entry("r-2")).Id, WriteOutcome.Applied, "", "");

        Assert.Contains(because, Assert.Throws<SqliteException>(() => _room.Raw(sql)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_entry_tells_nothing_of_its_data_as_text()
    {
        JournalEntry entry = _room.Entry("r-1");

        Assert.Equal("write r-1 to phone-1, slot 1", entry.ToString());
    }

    [Fact]
    public void A_row_is_in_the_file_before_the_vault_is_closed()
    {
        Journal.Open(_room.Entry("r-1"));
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

            Assert.Equal("r-1", Assert.Single(after.Journal.ListOpen()).Entry.RequestId);
        }
        finally
        {
            crashed.Delete(recursive: true);
        }
    }

    public void Dispose() => _room.Dispose();
}
