using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Unit.Vault;

public sealed class JournalTests : IDisposable
{
    private readonly VaultRoom _room = new();

    private Journal Journal => _room.Vault.Journal;

    [Fact]
    public void A_row_comes_back_as_it_was_meant()
    {
        JournalEntry entry = VaultRoom.Entry("r-1") with
        {
            Slots = [VaultRoom.Slot(1) with { SourceSnapshot = _room.Save(VaultRoom.Content(3)).Name },
                VaultRoom.Slot(2) with { OldActive = false, OldData = [], NewData = [8, 0x4A], CheckDigitComputed = true }],
            ApprovedBy = "bob",
            ApprovalReason = "seen on the label",
        };
        JournalRow opened = Journal.Open(entry);
        _room.Close();

        JournalRow found = Journal.FindByRequestId("r-1")!;

        Assert.Equivalent(entry, found.Entry, strict: true);
        Assert.Equivalent(opened, found, strict: true);
        Assert.Equivalent(found, Journal.Find(1), strict: true);
        Assert.Equal((1, JournalState.Checked, "", null), (found.Id, found.State, found.BackupSnapshot, found.Outcome));
        Assert.Equal((false, false, 0), (found.Offline, found.Restarted, found.PutBacks));
        Assert.Equal(("", "", "", ""), (found.ErrorReason, found.Advice, found.SettledBy, found.Sha256));
        Assert.Equal((_room.Time.GetUtcNow(), null), (found.StartedAt, found.EndedAt));
    }

    [Fact]
    public void Slots_are_kept_ascending_whatever_their_order()
    {
        JournalRow row = Journal.Open(VaultRoom.Entry("r-1") with { Slots = [VaultRoom.Slot(2), VaultRoom.Slot(1)] });

        Assert.Equal([1, 2], row.Entry.Slots.Select(slot => (int)slot.Slot));
    }

    [Fact]
    public void A_write_goes_from_checked_to_closed()
    {
        long id = _room.Open("r-1");
        string backup = _room.Save(VaultRoom.Content(1)).Name;
        Journal.BackedUp(id, backup);
        Assert.Equal((JournalState.BackedUp, backup), (Journal.Find(id)!.State, Journal.Find(id)!.BackupSnapshot));
        foreach (JournalState state in (JournalState[])
            [JournalState.Intent, JournalState.Sent, JournalState.ReadBack, JournalState.Reset, JournalState.ReRead])
        {
            Journal.Advance(id, state);
            Assert.Equal(state, Journal.Find(id)!.State);
        }
        _room.Time.Advance(TimeSpan.FromSeconds(2));

        JournalRow closed = Journal.Close(id, WriteOutcome.NotInEffect, "WRITE_NOT_IN_EFFECT", "Go to authorised service.", "ana: gave up");

        Assert.Equal((JournalState.Closed, WriteOutcome.NotInEffect, backup), (closed.State, closed.Outcome, closed.BackupSnapshot));
        Assert.Equal(("WRITE_NOT_IN_EFFECT", "Go to authorised service.", "ana: gave up"),
            (closed.ErrorReason, closed.Advice, closed.SettledBy));
        Assert.Equal(TimeSpan.FromSeconds(2), closed.EndedAt - closed.StartedAt);
        _room.Close();
        Assert.Equivalent(closed, Journal.Find(id), strict: true);
    }

    [Theory]
    [InlineData(JournalState.Checked)]
    [InlineData(JournalState.BackedUp)]
    [InlineData(JournalState.Intent)]
    [InlineData(JournalState.ReRead)]
    public void A_row_can_be_closed_in_any_state(JournalState state)
    {
        long id = _room.Open("r-1", state);

        Assert.Equal(WriteOutcome.Refused, Journal.Close(id, WriteOutcome.Refused, "PORT_LOST", "").Outcome);
        Assert.Empty(Journal.ListOpen());
    }

    [Theory]
    [InlineData(JournalState.Sent, JournalState.Intent)]
    [InlineData(JournalState.Sent, JournalState.Sent)]
    [InlineData(JournalState.ReRead, JournalState.Reset)]
    [InlineData(JournalState.ReRead, JournalState.ReRead)]
    [InlineData(JournalState.Checked, JournalState.Intent)]
    [InlineData(JournalState.Checked, JournalState.ReRead)]
    public void A_row_never_goes_back_stands_still_or_leaves_out_its_backup(JournalState first, JournalState second)
    {
        long id = _room.Open("r-1", first);

        var error = Assert.Throws<JournalOrderException>(() => Journal.Advance(id, second));

        Assert.Equal((id, first, second), (error.Id, error.Current, error.Asked));
        Assert.Equal($"journal row 1 is {first} and cannot become {second}", error.Message);
        Assert.Equal(first, Journal.Find(id)!.State);
    }

    [Fact]
    public void A_row_is_backed_up_once_with_a_snapshot_that_is_there()
    {
        long id = _room.Open("r-1");
        Assert.Throws<ArgumentException>(() => Journal.BackedUp(id, ""));
        Assert.Throws<ArgumentException>(() => Journal.BackedUp(id, "20200101-000000"));
        Assert.Equal(JournalState.Checked, Journal.Find(id)!.State);
        string first = _room.Save(VaultRoom.Content(1)).Name, second = _room.Save(VaultRoom.Content(1)).Name;

        Journal.BackedUp(id, first);

        Assert.Equal(JournalState.BackedUp, Assert.Throws<JournalOrderException>(() => Journal.BackedUp(id, second)).Current);
        Assert.Equal(first, Journal.Find(id)!.BackupSnapshot);
    }

    [Theory]
    [InlineData(JournalState.Checked)]
    [InlineData(JournalState.BackedUp)]
    [InlineData(JournalState.Closed)]
    public void States_that_have_calls_of_their_own_are_not_advanced_to(JournalState state)
    {
        long id = _room.Open("r-1", JournalState.BackedUp);

        Assert.Throws<ArgumentOutOfRangeException>(() => Journal.Advance(id, state));
    }

    [Fact]
    public void What_happens_to_the_phone_is_noted()
    {
        long id = _room.Open("r-1", JournalState.Sent);
        Journal.NoteOffline(id, true);
        Journal.NotePutBack(id);
        Journal.NotePutBack(id);
        JournalRow offline = Journal.Find(id)!;
        Journal.NoteOffline(id, false);
        Journal.NoteRestarted(id);
        Journal.NoteRestarted(id);
        JournalRow back = Journal.Find(id)!;

        Assert.Equal((true, false, 2, JournalState.Sent), (offline.Offline, offline.Restarted, offline.PutBacks, offline.State));
        Assert.Equal((false, true, 2, JournalState.Sent), (back.Offline, back.Restarted, back.PutBacks, back.State));
    }

    [Fact]
    public void A_closed_row_stays_as_it_is()
    {
        long id = _room.Open("r-1", JournalState.BackedUp);
        JournalRow closed = Journal.Close(id, WriteOutcome.NotInEffect, "", "");

        Assert.Throws<JournalOrderException>(() => Journal.Close(id, WriteOutcome.Unknown, "", ""));
        Assert.Throws<JournalOrderException>(() => Journal.Advance(id, JournalState.Sent));
        Assert.Throws<JournalOrderException>(() => Journal.BackedUp(id, closed.BackupSnapshot));
        Assert.Throws<JournalOrderException>(() => Journal.NoteOffline(id, false));
        Assert.Throws<JournalOrderException>(() => Journal.NotePutBack(id));
        Assert.Equal("journal row 1 is Closed and takes no note",
            Assert.Throws<JournalOrderException>(() => Journal.NoteRestarted(id)).Message);
        Assert.Equivalent(closed, Journal.FindByRequestId("r-1"), strict: true);
    }

    [Fact]
    public void A_row_that_does_not_exist_cannot_move()
    {
        _room.Save(VaultRoom.Content(1));

        Assert.Equal("there is no journal row 5", Assert.Throws<JournalOrderException>(() => Journal.Advance(5, JournalState.Sent)).Message);
        Assert.Null(Assert.Throws<JournalOrderException>(() => Journal.BackedUp(5, "20261123-000000")).Current);
        Assert.Null(Assert.Throws<JournalOrderException>(() => Journal.NoteRestarted(5)).Current);
        Assert.Null(Assert.Throws<JournalOrderException>(() => Journal.Close(5, WriteOutcome.Applied, "", "")).Current);
        Assert.Null(Journal.Find(5));
    }

    [Fact]
    public void A_request_id_is_taken_once()
    {
        JournalRow first = Journal.Open(VaultRoom.Entry("r-1"));

        var error = Assert.Throws<DuplicateRequestException>(() => Journal.Open(VaultRoom.Entry("r-1", "phone-2")));

        Assert.Equivalent(first, error.Existing, strict: true);
        Assert.Single(Journal.ListOpen());
    }

    [Fact]
    public void An_unsound_entry_is_refused_and_leaves_nothing()
    {
        JournalEntry entry = VaultRoom.Entry("r-1");
        JournalSlot slot = VaultRoom.Slot(1);

        Assert.All((JournalEntry[])
        [
            entry with { RequestId = "" },
            entry with { Device = "" },
            entry with { Slots = [] },
            entry with { Slots = [slot, slot] },
            entry with { Slots = [slot with { Slot = 0 }] },
            entry with { Slots = [slot, slot with { Slot = 2, NewData = [] }] },
            entry with { Slots = [slot with { NewData = new byte[129] }] },
            entry with { Slots = [slot with { OldData = new byte[129] }] },
            entry with { Slots = [slot with { SourceSnapshot = "20200101-000000" }] },
        ], unsound => Assert.Throws<ArgumentException>(() => Journal.Open(unsound)));
        Assert.Empty(Journal.ListOpen());
        Assert.Equal(0L, _room.Raw("SELECT COUNT(*) FROM journal_slots"));
    }

    [Fact]
    public void An_entry_tells_nothing_of_its_data_as_text()
    {
        JournalEntry entry = VaultRoom.Entry("r-1") with { Slots = [VaultRoom.Slot(1), VaultRoom.Slot(2)] };

        Assert.Equal("write r-1 to phone-1, slot 1 and slot 2", entry.ToString());
    }

    public void Dispose() => _room.Dispose();
}
