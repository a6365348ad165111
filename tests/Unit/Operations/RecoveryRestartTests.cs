using ImeiAgent.Diag.Messages;
using ImeiAgent.Operations;
using ImeiAgent.Session;
using ImeiAgent.TestKit;
using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Unit.Operations;

/// <summary>Open rows whose phone is restarted before they are settled, and several of one phone.</summary>
public class RecoveryRestartTests
{
    private const string Old = "000000000000000000";
    private const string Wanted = "083A65390853468390";
    private const string Wanted2 = "084A09512430325781";

    [Theory]
    [InlineData(JournalState.Sent, Wanted, Wanted, WriteOutcome.Applied)]
    [InlineData(JournalState.Sent, Old, Old, WriteOutcome.RolledBack)]
    [InlineData(JournalState.Sent, Wanted, Old, WriteOutcome.RolledBack)]
    [InlineData(JournalState.ReadBack, Wanted, Old, WriteOutcome.NotInEffect)]
    [InlineData(JournalState.Sent, Old, Wanted, WriteOutcome.Applied)]
    public async Task A_phone_that_was_left_offline_is_settled_by_what_it_holds_after_its_restart(JournalState state, string before, string after, WriteOutcome outcome)
    {
        await using var bench = new Bench(quirks: "reset-delay=50ms");
        long id = await LeaveOfflineAsync(bench, state);
        bench.Phone.Put(1, 550, Convert.FromHexString(before));
        AtReset(bench, () => bench.Phone.Put(1, 550, Convert.FromHexString(after)));

        await Eventually.HoldsAsync(() => bench.Registry.List()[0].State == PhoneState.Ready);

        JournalRow row = bench.Vault.Journal.Find(id)!;
        Assert.Equal((JournalState.Closed, outcome, false), (row.State, row.Outcome, row.Offline));
        Assert.Equal((after, 1L, 0L), (bench.Held(), bench.Phone.Counters.Requests(DiagCode.Control), bench.Phone.Counters.NvWritesReceived));
    }

    [Fact]
    public async Task A_phone_that_was_left_offline_is_restarted_once_also_when_the_vault_cannot_note_that_it_was()
    {
        await using var bench = new Bench(quirks: "reset-delay=50ms");
        long id = await LeaveOfflineAsync(bench, JournalState.Sent);
        AtReset(bench, () => bench.FreezeVault("journal"));

        await Eventually.HoldsAsync(() => bench.Registry.List()[0].State == PhoneState.Unsettled);
        Assert.Contains("vault", bench.Registry.List()[0].Hint, StringComparison.Ordinal);
        // It tries again and again.
        long asked = bench.Phone.Counters.Requests(DiagCode.Esn);
        await Eventually.HoldsAsync(() =>
        {
            bench.Registry.Recovery.Ask();
            return bench.Phone.Counters.Requests(DiagCode.Esn) >= asked + 3;
        });
        JournalRow open = bench.Vault.Journal.Find(id)!;
        Assert.Equal((JournalState.Sent, true, 1L), (open.State, open.Offline, bench.Phone.Counters.Requests(DiagCode.Control)));

        bench.ThawVault();
        await Eventually.HoldsAsync(() =>
        {
            bench.Registry.Recovery.Ask();
            return bench.Registry.List()[0].State == PhoneState.Ready;
        });

        JournalRow row = bench.Vault.Journal.Find(id)!;
        Assert.Equal((WriteOutcome.RolledBack, false), (row.Outcome, row.Offline));
        Assert.Equal(1, bench.Phone.Counters.Requests(DiagCode.Control));
    }

    [Fact]
    public async Task Two_open_rows_of_a_phone_are_both_settled_the_oldest_first()
    {
        await using var bench = new Bench();
        Phone phone;
        await using (PhoneRegistry first = bench.NewRegistry([PortSpec.Parse("/dev/sim1")]))
            phone = await first.RequireAsync("", Bench.Ct);
        long older = OpenRows.Leave(bench, phone, Bench.Label(), JournalState.Sent);
        long newer = OpenRows.Leave(bench, phone, Bench.Label("490154203237518", slot: 2), JournalState.Sent, slots: [OpenRows.Slot2]);
        bench.Phone.Put(2, 550, Convert.FromHexString(Wanted2));

        await bench.Registry.RequireAsync("", Bench.Ct);

        Assert.Equal((WriteOutcome.RolledBack, WriteOutcome.Applied), (bench.Vault.Journal.Find(older)!.Outcome, bench.Vault.Journal.Find(newer)!.Outcome));
        Assert.Equal(["journal/2", "journal/1"], bench.Vault.Audit.List(2).Select(row => row.Entry.Detail.Split(':')[0]));
        Assert.Equal(0, bench.Phone.Counters.NvWritesReceived);
    }

    [Fact]
    public async Task A_phone_that_tells_no_serial_number_is_not_offered_while_an_open_row_may_be_its()
    {
        await using var bench = new Bench(replyTimeout: TimeSpan.FromMilliseconds(200));
        long id = await OpenRows.LeaveAsync(bench, Bench.Label());
        bench.Phone.Traps.DropReply(DiagCode.Esn, count: 1000);
        bench.Phone.Erase(1, 0);
        bench.Phone.Erase(1, 1943);

        await Eventually.HoldsAsync(() => bench.Registry.List()[0].State is PhoneState.Unsettled or PhoneState.Ready);

        PhoneView shown = bench.Registry.List()[0];
        Assert.Equal((PhoneState.Unsettled, $"journal/{id}"), (shown.State, shown.Journal));
        Assert.Equal(JournalState.Intent, bench.Vault.Journal.Find(id)!.State);
        Assert.Equal(0, bench.Phone.Counters.NvWritesReceived);
    }

    private static async Task<long> LeaveOfflineAsync(Bench bench, JournalState state)
    {
        long id = await OpenRows.LeaveAsync(bench, Bench.Label(), state);
        bench.Vault.Journal.NoteOffline(id, true);
        return id;
    }

    /// <summary>Does something just before the phone is told to restart.</summary>
    private static void AtReset(Bench bench, Action happens) => bench.Through = port => new SerialServer(port)
    {
        Refuses = request =>
        {
            if (request[0] == DiagCode.Control)
                happens();
            return false;
        },
    };
}
