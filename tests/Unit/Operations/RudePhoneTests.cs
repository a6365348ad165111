using ImeiAgent.Diag.Messages;
using ImeiAgent.Operations;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Unit.Operations;

/// <summary>Phones, cables and vaults that fail at the worst moment of a restore: no receipt says what the phone does not hold.</summary>
public class RudePhoneTests
{
    private const string Wanted = "083A65390853468390";
    private const string Lost = "000000000000000000";

    [Fact]
    public async Task A_phone_that_refuses_everything_while_it_starts_is_waited_for_after_its_restart()
    {
        await using var bench = new Bench(quirks: "reset-delay=50ms");
        int opened = 0, asked = 0;
        bench.Through = port =>
        {
            opened++;
            return new SerialServer(port) { Refuses = request => opened == 2 && NeedsMemory(request) && (request[0] == DiagCode.Esn ? ++asked : asked) <= 3 };
        };

        RestoreReceipt receipt = (await bench.EndAsync(Bench.Label() with { Restart = true })).Receipt;

        Assert.Equal((RestoreOutcome.Applied, true), (receipt.Outcome, receipt.Restarted));
        Assert.Equal((Wanted, 4), (bench.Held(), asked));
        Assert.StartsWith("devices/sm-g991u-", (await bench.Registry.RequireAsync("", Bench.Ct)).Name, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Wanted)]
    [InlineData("083A65390853468391")]
    public async Task A_phone_that_starts_together_with_the_agent_is_offered_only_when_its_row_was_settled(string torn)
    {
        await using var bench = new Bench();
        RestoreRequest request = Bench.Both();
        long id = await OpenRows.LeaveAsync(bench, request, slots: [OpenRows.Slot1, OpenRows.Slot2]);
        bench.Phone.Put(1, 550, Convert.FromHexString(torn));
        int refused = 0;
        bool isBooting = true;
        bench.Through = port => new SerialServer(port) { Refuses = asked => isBooting && NeedsMemory(asked) && ++refused > 0 };

        await Eventually.HoldsAsync(() => refused > 10 || bench.Registry.List()[0].State != PhoneState.Probing);
        Assert.Equal((PhoneState.Probing, JournalState.Intent), (bench.Registry.List()[0].State, bench.Vault.Journal.Find(id)!.State));
        isBooting = false;
        await bench.ReadyAsync();

        Assert.Equal(WriteOutcome.RolledBack, bench.Vault.Journal.Find(id)!.Outcome);
        Assert.Equal((Lost, null), (bench.Held(1), bench.Held(2)));
        Assert.Equal(RestoreOutcome.Applied, (await bench.EndAsync(Bench.Label())).Receipt.Outcome);
        Assert.Equal(Wanted, bench.Held());
    }

    [Fact]
    public async Task A_phone_that_went_away_while_it_was_put_offline_is_brought_back_into_service_when_it_comes()
    {
        await using var bench = new Bench(quirks: "reset-delay=50ms,writes-need-offline", returnLimit: TimeSpan.FromMilliseconds(200));
        await bench.Registry.RequireAsync("", Bench.Ct);
        HeldReply offline = bench.Phone.Traps.HoldReply(DiagCode.Control);
        Task<RestoreEnded> restore = bench.EndAsync(Bench.Label());
        await offline.Reached.WaitAsync(Eventually.Deadline, Bench.Ct);
        bench.First.Host.Unplug();

        RestoreEnded ended = await restore;
        JournalRow open = Assert.Single(bench.Vault.Journal.ListOpen());
        Assert.Equal((RestoreOutcome.Unknown, true), (ended.Receipt.Outcome, open.Offline));
        bench.First.Host.Replug();
        await Eventually.HoldsAsync(() => bench.Registry.List()[0].State == PhoneState.Ready);

        JournalRow row = bench.Vault.Journal.Find(open.Id)!;
        Assert.Equal((WriteOutcome.RolledBack, false), (row.Outcome, row.Offline));
        Assert.Equal((Lost, 2L), (bench.Held(), bench.Phone.Counters.Requests(DiagCode.Control)));
    }

    [Fact]
    public async Task A_value_that_was_lost_with_the_power_before_the_restart_is_not_applied()
    {
        await using var bench = new Bench(quirks: "reset-delay=50ms,reset-needs-offline,store-late");
        await bench.Registry.RequireAsync("", Bench.Ct);
        HeldReply refused = bench.Phone.Traps.HoldReply(DiagCode.Control);
        HeldReply offline = bench.Phone.Traps.HoldReply(DiagCode.Control);
        refused.Release();
        Task<RestoreEnded> restore = bench.EndAsync(Bench.Label() with { Restart = true });
        await offline.Reached.WaitAsync(Eventually.Deadline, Bench.Ct);
        Assert.Equal(Wanted, bench.Held());
        bench.First.Host.LosePower();
        bench.First.Host.Replug();

        RestoreEnded ended = await restore;

        Assert.Equal((RestoreOutcome.NotInEffect, OperationError.WriteNotInEffect), (ended.Receipt.Outcome, ended.Failure!.Error));
        Assert.Equal(Lost, bench.Held());
    }

    [Fact]
    public async Task A_phone_that_loses_its_power_at_every_write_is_put_back_twice_and_then_left_to_a_person()
    {
        await using var bench = new Bench(quirks: "wear=550");
        bench.Phone.Put(1, 550, Convert.FromHexString("080A40990901460000"));
        await bench.Registry.RequireAsync("", Bench.Ct);
        HeldReply write = bench.Phone.Traps.HoldReply(DiagCode.NvWrite, 550);
        Task<RestoreEnded> restore = bench.EndAsync(Bench.Label());
        await write.Reached.WaitAsync(Eventually.Deadline, Bench.Ct);
        HeldReply putBack = bench.Phone.Traps.HoldReply(DiagCode.NvWrite, 550);
        write.Release();
        while (await Task.WhenAny(putBack.Reached, restore) != restore)
        {
            putBack = bench.Phone.Traps.HoldReply(DiagCode.NvWrite, 550);
            bench.First.Host.LosePower();
            bench.First.Host.Replug();
        }

        RestoreEnded ended = await restore;
        await Eventually.HoldsAsync(() => bench.Registry.List()[0].State == PhoneState.Unsettled);

        Assert.Equal((RestoreOutcome.Unknown, OperationError.WriteOutcomeUnknown), (ended.Receipt.Outcome, ended.Failure!.Error));
        Assert.Equal((2, 3L), (Assert.Single(bench.Vault.Journal.ListOpen()).PutBacks, bench.Phone.Counters.NvWritesReceived));
    }

    [Fact]
    public async Task A_vault_that_fails_just_before_the_intent_leaves_no_row_that_keeps_the_phone()
    {
        await using var bench = new Bench();
        RestoreRequest request = Bench.Label();
        await bench.Registry.RequireAsync("", Bench.Ct);
        // The phone is asked who it is when the restore begins, and once more when its backup is in the journal.
        bench.Phone.Traps.HoldReply(DiagCode.Esn).Release();
        HeldReply again = bench.Phone.Traps.HoldReply(DiagCode.Esn);
        Task<RestoreEnded> restore = bench.EndAsync(request);
        await again.Reached.WaitAsync(Eventually.Deadline, Bench.Ct);
        Assert.Equal(JournalState.BackedUp, Assert.Single(bench.Vault.Journal.ListOpen()).State);
        bench.BreakVault("journal");
        again.Release();

        var refused = await Assert.ThrowsAsync<OperationException>(() => restore);
        bench.MendVault("journal");
        bench.Registry.Recovery.Ask();
        await Eventually.HoldsAsync(() => bench.Vault.Journal.ListOpen().Count == 0);

        Assert.Equal(OperationError.VaultUnavailable, refused.Error);
        RestoreEnded repeated = await bench.EndAsync(request);
        Assert.Equal((RestoreOutcome.Refused, true), (repeated.Receipt.Outcome, repeated.Receipt.Replayed));
        Assert.Equal((Lost, 0L), (bench.Held(), bench.Phone.Counters.NvWritesReceived));
    }

    /// <summary>What a phone cannot answer before its NV memory is there.</summary>
    private static bool NeedsMemory(ReadOnlySpan<byte> request) => request[0] is DiagCode.Esn or DiagCode.NvRead or DiagCode.NvWrite or DiagCode.Subsystem;
}
