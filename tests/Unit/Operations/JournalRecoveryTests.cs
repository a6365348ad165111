using ImeiAgent.Diag.Identity;
using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Operations;
using ImeiAgent.TestKit;
using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Unit.Operations;

/// <summary>An agent was killed while a restore was under way; another one finds the row open.</summary>
public class JournalRecoveryTests
{
    private const string Old = "000000000000000000";
    private const string Wanted = "083A65390853468390";
    private const string Wanted2 = "084A09512430325781";
    private const string Wrong = "083A65390853468391";

    private static readonly Caller s_boss = new("boss", "clients/0b055000", "192.0.2.9", "4bf92f3577b34da6a3ce929d0e0e4736");

    [Theory]
    [InlineData(JournalState.Intent, Wanted, WriteOutcome.Applied)]
    [InlineData(JournalState.Sent, Wanted, WriteOutcome.Applied)]
    [InlineData(JournalState.ReRead, Wanted, WriteOutcome.Applied)]
    [InlineData(JournalState.Intent, Old, WriteOutcome.RolledBack)]
    [InlineData(JournalState.Sent, Old, WriteOutcome.RolledBack)]
    [InlineData(JournalState.ReadBack, Old, WriteOutcome.NotInEffect)]
    [InlineData(JournalState.Reset, Old, WriteOutcome.NotInEffect)]
    public async Task An_open_row_is_settled_by_what_the_phone_holds_before_it_is_offered(JournalState state, string held, WriteOutcome outcome)
    {
        await using var bench = new Bench();
        RestoreRequest request = Bench.Label();
        await OpenRows.LeaveAsync(bench, request, state);
        bench.Phone.Put(1, 550, Convert.FromHexString(held));

        await bench.Registry.RequireAsync("", Bench.Ct);

        JournalRow row = bench.Vault.Journal.FindByRequestId(request.RequestId)!;
        Assert.Equal((JournalState.Closed, outcome), (row.State, row.Outcome));
        Assert.Contains("interrupted", row.Advice, StringComparison.Ordinal);
        Assert.Equal(0, bench.Phone.Counters.NvWritesReceived);
        Assert.Equal("settle-restore", bench.Vault.Audit.List(1)[0].Entry.Action);
    }

    [Theory]
    [InlineData(JournalState.Checked)]
    [InlineData(JournalState.BackedUp)]
    public async Task A_row_that_had_sent_nothing_is_refused_by_the_next_agent_also_without_the_phone(JournalState state)
    {
        await using var bench = new Bench();
        RestoreRequest request = Bench.Label();
        await OpenRows.LeaveAsync(bench, request, state);
        bench.First.Host.Unplug();

        RestoreEnded again = await bench.EndAsync(request);

        Assert.Equal((RestoreOutcome.Refused, true), (again.Receipt.Outcome, again.Receipt.Replayed));
        Assert.Contains("before anything was sent", again.Receipt.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slot_that_holds_neither_value_gets_its_old_one_back()
    {
        await using var bench = new Bench();
        RestoreRequest request = Bench.Label();
        await OpenRows.LeaveAsync(bench, request, JournalState.Sent);
        bench.Phone.Put(1, 550, Convert.FromHexString(Wrong));

        Phone phone = await bench.ReadyAsync();

        Assert.Equal(WriteOutcome.RolledBack, bench.Vault.Journal.FindByRequestId(request.RequestId)!.Outcome);
        Assert.Equal(Old, bench.Held());
        Assert.Equal(1, bench.Phone.Counters.NvWritesReceived);
        // What was put back may be in the phone's memory only: it was restarted, and looked at once more.
        Assert.Equal(1, bench.Phone.Counters.Requests((byte)DiagCode.Control));
        Assert.Equal(ImeiSlotState.Blank, phone.Last.Slot(1).Content.State);
    }

    [Fact]
    public async Task Of_two_slots_that_were_torn_apart_both_get_their_old_values_back()
    {
        await using var bench = new Bench();
        RestoreRequest request = Bench.Both();
        await OpenRows.LeaveAsync(bench, request, JournalState.Intent, slots: [OpenRows.Slot1, OpenRows.Slot2]);
        bench.Phone.Put(1, 550, Convert.FromHexString(Wanted));

        await bench.ReadyAsync();

        Assert.Equal(WriteOutcome.RolledBack, bench.Vault.Journal.FindByRequestId(request.RequestId)!.Outcome);
        Assert.Equal((Old, null), (bench.Held(1), bench.Held(2)));
    }

    [Fact]
    public async Task A_second_slot_that_was_inactive_is_zeroed_and_counts_as_old_from_then_on()
    {
        await using var bench = new Bench();
        RestoreRequest request = Bench.Both();
        await OpenRows.LeaveAsync(bench, request, JournalState.Intent, slots: [OpenRows.Slot1, OpenRows.Slot2]);
        bench.Phone.Put(2, 550, Convert.FromHexString(Wanted2));

        await bench.ReadyAsync();

        Assert.Equal(WriteOutcome.RolledBack, bench.Vault.Journal.FindByRequestId(request.RequestId)!.Outcome);
        Assert.Equal((Old, Old), (bench.Held(1), bench.Held(2)));
    }

    [Fact]
    public async Task A_valid_number_that_is_neither_is_left_alone_and_keeps_the_phone_until_a_person_closes_the_row()
    {
        await using var bench = new Bench();
        RestoreRequest request = Bench.Label();
        long id = await OpenRows.LeaveAsync(bench, request, JournalState.Sent);
        bench.Phone.Put(1, 550, Convert.FromHexString(Wanted2));

        var refused = await Assert.ThrowsAsync<OperationException>(() => bench.Registry.RequireAsync("", Bench.Ct));
        Assert.Equal(OperationError.JournalOpen, refused.Error);
        Assert.Contains($"journal/{id}", refused.Message, StringComparison.Ordinal);
        Assert.Equal(JournalState.Sent, bench.Vault.Journal.Find(id)!.State);

        JournalView closed = await bench.Desk.SettleAsync(
            new SettleRequest { Name = $"journal/{id}", ByHand = true, Reason = "compared with the label", By = Caller.Local("ana") }, Bench.Ct);

        Assert.Equal((JournalState.Closed, RestoreOutcome.Unknown, "local:ana: compared with the label"),
            (closed.State, closed.Receipt.Outcome, closed.Receipt.SettledBy));
        await bench.Registry.RequireAsync("", Bench.Ct);
        Assert.Equal((Wanted2, 0), (bench.Held(), bench.Phone.Counters.NvWritesReceived));
    }

    [Fact]
    public async Task A_phone_that_was_left_offline_is_brought_back_into_service()
    {
        await using var bench = new Bench(quirks: "reset-delay=50ms");
        RestoreRequest request = Bench.Label();
        long id = await OpenRows.LeaveAsync(bench, request, JournalState.Intent);
        bench.Vault.Journal.NoteOffline(id, true);

        await Eventually.HoldsAsync(() => bench.Registry.List().Any(p => p.State == PhoneState.Ready));

        Assert.Equal(1, bench.Phone.Counters.Requests(DiagCode.Control));
        JournalRow row = bench.Vault.Journal.Find(id)!;
        Assert.Equal((WriteOutcome.RolledBack, false), (row.Outcome, row.Offline));
    }

    [Fact]
    public async Task A_phone_that_was_locked_again_meanwhile_is_settled_with_the_code_of_a_person()
    {
        await using var bench = new Bench("galaxy-spc-locked");
        RestoreRequest request = Bench.Both();
        long id = await OpenRows.LeaveAsync(bench, request, JournalState.Intent, slots: [OpenRows.Slot1, OpenRows.Slot2]);
        bench.Phone.Put(1, 550, Convert.FromHexString(Wanted));
        var refused = await Assert.ThrowsAsync<OperationException>(() => bench.Registry.RequireAsync("", Bench.Ct));
        Assert.Equal(OperationError.JournalOpen, refused.Error);
        // It tries by itself again and again, without the code in vain, and not without end.
        await Eventually.HoldsAsync(() => bench.Vault.Journal.Find(id)!.PutBacks == 2);

        JournalView closed = await bench.Desk.SettleAsync(
            new SettleRequest { Name = $"{id}", Spc = "613908", Reason = "code from the operator", By = s_boss }, Bench.Ct);

        Assert.Equal((JournalState.Closed, RestoreOutcome.RolledBack, "boss: code from the operator"), (closed.State, closed.Receipt.Outcome, closed.Receipt.SettledBy));
        // What was written to the phone then is hers on record: who, from where, why, and in which call.
        AuditEntry row = bench.Vault.Audit.List(1)[0].Entry;
        Assert.Equal(("settle-restore", "rolledback", $"journal/{id}"), (row.Action, row.Outcome, row.Journal));
        Assert.Equal((s_boss.Name, s_boss.Id, s_boss.Station, s_boss.TraceId), (row.Operator, row.Client, row.Station, row.TraceId));
        Assert.EndsWith("Reason: code from the operator", row.Detail, StringComparison.Ordinal);
        Assert.Equal((Old, 1L), (bench.Held(), bench.Phone.Counters.Requests(DiagCode.Spc)));
    }

    [Fact]
    public async Task A_phone_whose_row_cannot_be_settled_is_not_offered()
    {
        await using var bench = new Bench();
        await OpenRows.LeaveAsync(bench, Bench.Label());
        bench.BreakVault("journal");

        await Eventually.HoldsAsync(() => bench.Registry.List().Any(p => p.State == PhoneState.Unsettled));

        Assert.Contains("vault", bench.Registry.List()[0].Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_row_of_another_phone_that_once_had_the_same_name_stays_open()
    {
        // Names end with four digits of a hash: after a restart the other of two phones that share them may have the shorter name.
        await using var bench = new Bench();
        RestoreRequest request = Bench.Label();
        await OpenRows.LeaveAsync(bench, request, of: identity => identity with { Esn = "80ABCDEF", Meid = "99000000000001" });

        await bench.Registry.RequireAsync("", Bench.Ct);

        Assert.Equal(JournalState.Intent, bench.Vault.Journal.FindByRequestId(request.RequestId)!.State);
    }

    [Fact]
    public async Task A_phone_that_does_not_tell_who_it_is_proves_nothing()
    {
        await using var bench = new Bench(replyTimeout: TimeSpan.FromMilliseconds(200));
        bench.Phone.Traps.DropReply(DiagCode.Esn, count: 1000);
        bench.Phone.Erase(1, NvItemId.Esn.Number);
        bench.Phone.Erase(1, NvItemId.Meid.Number);
        RestoreRequest request = Bench.Label();
        await OpenRows.LeaveAsync(bench, request);

        Phone phone = await bench.Registry.RequireAsync("", Bench.Ct);

        JournalRow row = bench.Vault.Journal.FindByRequestId(request.RequestId)!;
        Assert.Equal((phone.Name, "devices/port-sim1"), (row.Entry.Device, phone.Name));
        Assert.Equal((JournalState.Closed, WriteOutcome.Unknown), (row.State, row.Outcome));
    }
}
