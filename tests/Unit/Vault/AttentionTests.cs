using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Unit.Vault;

/// <summary>What is counted of approvals and journal rows while they are written.</summary>
public sealed class AttentionTests : IDisposable
{
    private readonly VaultRoom _room = new();

    private Attention Attention => _room.Vault.Attention;

    [Fact]
    public void A_new_vault_has_nothing_that_waits()
    {
        Assert.Equal((0, 0), Counts());
    }

    [Fact]
    public void A_question_counts_until_it_is_granted()
    {
        Asks(1, () => _room.Vault.Approvals.Ask(Question("r-1")));
        Asks(2, () => _room.Vault.Approvals.Ask(Question("r-2")));
        Asks(1, () => _room.Vault.Approvals.Grant("r-1", "bob", "label seen"));
        Asks(0, () => _room.Vault.Approvals.Grant("r-2", "bob", "label seen"));
    }

    [Fact]
    public void A_question_that_is_asked_anew_is_a_change_and_one_that_is_there_is_none()
    {
        Asks(1, () => _room.Vault.Approvals.Ask(Question("r-1")));
        Nothing(() => _room.Vault.Approvals.Ask(Question("r-1") with { Question = "in other words?" }));
        Nothing(() => _room.Vault.Approvals.Ask(Question("r-1") with { RequestDigest = new string('b', 64) }));
        // While it is pending the phone holds something else; and again when it was granted.
        Asks(1, () => _room.Vault.Approvals.Ask(Question("r-1") with { Held = [9] }));
        Asks(0, () => _room.Vault.Approvals.Grant("r-1", "bob", "label seen"));
        Nothing(() => _room.Vault.Approvals.Ask(Question("r-1") with { Held = [9] }));
        Asks(1, () => _room.Vault.Approvals.Ask(Question("r-1")));
    }

    [Fact]
    public void What_is_granted_twice_or_was_never_asked_is_no_change()
    {
        _room.Vault.Approvals.Ask(Question("r-1"));
        _room.Vault.Approvals.Ask(Question("r-2"));
        Asks(1, () => _room.Vault.Approvals.Grant("r-1", "bob", "label seen"));

        Nothing(() => _room.Vault.Approvals.Grant("r-1", "eve", "me too"));
        Nothing(() => _room.Vault.Approvals.Grant("r-3", "eve", "me too"));
    }

    [Fact]
    public void A_row_counts_from_its_opening_to_its_end_and_each_state_is_a_change()
    {
        string backup = _room.Save(VaultRoom.Content(1)).Name;
        Opens(1, () => _room.Vault.Journal.Open(VaultRoom.Entry("r-1")));
        Opens(2, () => _room.Vault.Journal.Open(VaultRoom.Entry("r-2")));
        Opens(2, () => _room.Vault.Journal.BackedUp(1, backup));
        Opens(2, () => _room.Vault.Journal.Advance(1, JournalState.Intent));
        Opens(2, () => _room.Vault.Journal.Advance(1, JournalState.ReRead));
        Opens(1, () => _room.Vault.Journal.Close(1, WriteOutcome.Applied, "", ""));
        Opens(0, () => _room.Vault.Journal.Close(2, WriteOutcome.Refused, "", ""));
    }

    [Fact]
    public void What_the_vault_refuses_counts_nothing()
    {
        _room.Open("r-1", JournalState.Intent);
        _room.Vault.Journal.Close(1, WriteOutcome.Applied, "", "");
        _room.Open("r-2");

        Nothing(() => Assert.Throws<DuplicateRequestException>(() => _room.Vault.Journal.Open(VaultRoom.Entry("r-2"))));
        Nothing(() => Assert.Throws<ArgumentException>(() => _room.Vault.Journal.BackedUp(2, "no-such-snapshot")));
        Nothing(() => Assert.Throws<JournalOrderException>(() => _room.Vault.Journal.Advance(1, JournalState.Sent)));
        Nothing(() => Assert.Throws<JournalOrderException>(() => _room.Vault.Journal.Close(1, WriteOutcome.Unknown, "", "")));
        _room.Raw("CREATE TRIGGER frozen BEFORE INSERT ON approvals BEGIN DELETE FROM no_such_table; END");
        Nothing(() => Assert.Throws<VaultUnavailableException>(() => _room.Vault.Approvals.Ask(Question("r-3"))));
    }

    [Fact]
    public void What_an_earlier_agent_left_is_counted_when_the_vault_is_opened()
    {
        _room.Vault.Approvals.Ask(Question("r-1"));
        _room.Vault.Approvals.Ask(Question("r-2"));
        _room.Vault.Approvals.Ask(Question("r-3"));
        _room.Vault.Approvals.Grant("r-2", "bob", "label seen");
        _room.Open("r-4");
        _room.Open("r-5", JournalState.ReRead);
        _room.Vault.Journal.Close(1, WriteOutcome.Refused, "", "");
        ulong before = Attention.Now.Change;
        _room.Close();
        _room.Time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal((2, 1), Counts());
        Assert.True(Attention.Now.Change > before, "a number from before the restart must not be one of now");
        Assert.InRange(Attention.Now.Change, 1UL, (1UL << 53) - 1);
    }

    [Fact]
    public async Task Of_what_many_write_at_once_nothing_is_lost()
    {
        using var room = new VaultRoom(onDisk: false);
        VaultFile vault = room.Vault;
        ulong before = vault.Attention.Now.Change;

        await Parallel.ForEachAsync(Enumerable.Range(0, 64), new ParallelOptions { MaxDegreeOfParallelism = 8 }, (i, _) =>
        {
            vault.Approvals.Ask(Question($"r-{i}"));
            JournalRow row = vault.Journal.Open(VaultRoom.Entry($"r-{i}"));
            if (i % 4 == 0)
                vault.Approvals.Grant($"r-{i}", "bob", "label seen");
            if (i % 8 == 0)
                vault.Journal.Close(row.Id, WriteOutcome.Refused, "", "");
            return ValueTask.CompletedTask;
        });

        Assert.Equal((48, 56, before + 64 + 64 + 16 + 8), (vault.Attention.Now.PendingApprovals, vault.Attention.Now.OpenRows, vault.Attention.Now.Change));
    }

    public void Dispose() => _room.Dispose();

    private static ApprovalRequest Question(string requestId) => new(requestId, new string('a', 64), "phone-1", [1, 2, 3], "Replace it?", "ana");

    private (int, int) Counts() => (Attention.Now.PendingApprovals, Attention.Now.OpenRows);

    private void Asks(int pending, Action write) => Changes((pending, 0), write);

    private void Opens(int rows, Action write) => Changes((0, rows), write);

    /// <summary>One change is told, and this is what there is afterwards.</summary>
    private void Changes((int, int) counts, Action write)
    {
        ulong before = Attention.Now.Change;
        Task changed = Attention.Changed;
        write();
        Assert.Equal((counts, before + 1, true), (Counts(), Attention.Now.Change, changed.IsCompletedSuccessfully));
    }

    private void Nothing(Action write)
    {
        AttentionCounts before = Attention.Now;
        Task changed = Attention.Changed;
        write();
        Assert.Equal((before, false), (Attention.Now, changed.IsCompleted));
    }
}
