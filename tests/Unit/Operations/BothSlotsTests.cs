using ImeiAgent.Diag.Identity;
using ImeiAgent.Diag.Messages;
using ImeiAgent.Operations;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Unit.Operations;

/// <summary>Two slots in one restore: both or none.</summary>
public class BothSlotsTests
{
    private const string Bytes1 = "083A65390853468390";
    private const string Bytes2 = "084A09512430325781";
    private const string Lost = "000000000000000000";

    [Fact]
    public async Task Both_are_written_and_read_back()
    {
        await using var bench = new Bench();

        RestoreReceipt receipt = (await bench.EndAsync(Bench.Both())).Receipt;

        Assert.Equal(RestoreOutcome.Applied, receipt.Outcome);
        Assert.Equal((Bytes1, Bytes2), (bench.Held(1), bench.Held(2)));
        Assert.Equal([(1, ImeiSlotState.Blank, "356938035643809"), (2, ImeiSlotState.Blank, "490154203237518")],
            receipt.Slots.Select(s => (s.Slot, s.OldState, s.NewImei.Reveal())));
        JournalRow row = bench.Vault.Journal.FindByRequestId(receipt.RequestId)!;
        Assert.Equal((64, JournalRow.Hash(row)), (receipt.Sha256.Length, receipt.Sha256));
        Assert.Equal((receipt.Evidence, receipt.Operator), ("photo of the label", "local:test"));
    }

    [Fact]
    public async Task One_that_cannot_be_stored_right_takes_the_other_back_with_it()
    {
        await using var bench = new Bench(quirks: "wear-once=550");
        bench.Phone.Put(2, 550, Convert.FromHexString(Lost));

        RestoreEnded ended = await bench.EndAsync(Bench.Both());

        Assert.Equal((RestoreOutcome.RolledBack, OperationError.WriteRolledBack), (ended.Receipt.Outcome, ended.Failure!.Error));
        Assert.Equal((Lost, Lost), (bench.Held(1), bench.Held(2)));
        Assert.Equal(WriteOutcome.RolledBack, bench.Vault.Journal.FindByRequestId(ended.Receipt.RequestId)!.Outcome);
    }

    [Fact]
    public async Task A_cable_that_is_pulled_between_the_two_leaves_none()
    {
        await using var bench = new Bench();
        await bench.Registry.RequireAsync("", Bench.Ct);
        HeldReply first = bench.Phone.Traps.HoldReply(DiagCode.NvWrite, 550);
        Task<RestoreEnded> restore = bench.EndAsync(Bench.Both());
        await first.Reached.WaitAsync(Eventually.Deadline, Bench.Ct);
        Assert.Equal(Bytes1, bench.Held(1));
        bench.First.Host.Unplug();
        bench.First.Host.Replug();

        RestoreEnded ended = await restore;

        Assert.Equal(RestoreOutcome.RolledBack, ended.Receipt.Outcome);
        Assert.Equal((Lost, null), (bench.Held(1), bench.Held(2)));
    }

    [Fact]
    public async Task A_lost_answer_to_the_first_does_not_keep_the_second_from_being_written()
    {
        await using var bench = new Bench(replyTimeout: TimeSpan.FromMilliseconds(300));
        await bench.Registry.RequireAsync("", Bench.Ct);
        bench.Phone.Traps.DropReply(DiagCode.NvWrite, 550);

        RestoreReceipt receipt = (await bench.EndAsync(Bench.Both())).Receipt;

        Assert.Equal(RestoreOutcome.Applied, receipt.Outcome);
        Assert.Equal((Bytes1, Bytes2, 2L), (bench.Held(1), bench.Held(2), bench.Phone.Counters.NvWritesReceived));
    }

    [Fact]
    public async Task A_write_once_slot_that_takes_neither_the_new_nor_the_old_value_leaves_the_row_open_for_a_person()
    {
        await using var bench = new Bench(quirks: "write-once=550");
        await bench.EndAsync(Bench.Label("490154203237518", slot: 2));
        bench.Phone.Erase(2, 550);

        RestoreEnded ended = await bench.EndAsync(Bench.Both());

        Assert.Equal(RestoreOutcome.Unknown, ended.Receipt.Outcome);
        Assert.Contains("NV_READONLY", ended.Failure!.Message, StringComparison.Ordinal);
        Assert.Equal(Bytes1, bench.Held(1));
        await Eventually.HoldsAsync(() => bench.Registry.List().All(p => p.State == PhoneState.Unsettled));
        Assert.Single(bench.Vault.Journal.ListOpen());
    }

    [Fact]
    public async Task A_slot_that_holds_its_number_already_is_left_alone_and_the_other_written()
    {
        await using var bench = new Bench("galaxy");
        bench.Phone.Erase(2, 550);

        RestoreReceipt receipt = (await bench.EndAsync(Bench.Both())).Receipt;

        Assert.Equal((RestoreOutcome.Applied, 1L), (receipt.Outcome, bench.Phone.Counters.NvWritesReceived));
        Assert.Equal((Bytes1, Bytes2), (bench.Held(1), bench.Held(2)));
    }

    [Fact]
    public async Task One_number_for_both_is_refused()
    {
        await using var bench = new Bench();

        OperationException refused = await bench.RefusedAsync(Bench.Both("356938035643809", "35693803564380"));

        Assert.Equal(OperationError.ImeiInUse, refused.Error);
    }

    [Fact]
    public async Task Numbers_that_are_mixed_up_are_refused_when_the_phone_was_seen_with_them()
    {
        await using var bench = new Bench("galaxy");
        await bench.Registry.RequireAsync("", Bench.Ct);
        bench.Phone.Put(1, 550, new byte[9]);
        bench.Phone.Erase(2, 550);

        OperationException refused = await bench.RefusedAsync(Bench.Both("490154203237518", "356938035643809"));

        Assert.Equal(OperationError.ImeiInUse, refused.Error);
        Assert.Contains("other slot", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_phone_without_a_way_to_the_second_says_so_and_gets_none()
    {
        await using var bench = new Bench("galaxy-single-sim");
        bench.Phone.Put(1, 550, new byte[9]);

        OperationException refused = await bench.RefusedAsync(Bench.Both());

        Assert.Equal(OperationError.SlotUnreachable, refused.Error);
        Assert.Contains("offers no way to SIM 2", refused.Message, StringComparison.Ordinal);
        Assert.Equal(Lost, bench.Held(1));
    }

    [Fact]
    public async Task The_code_of_a_locked_phone_is_sent_once_for_both()
    {
        await using var bench = new Bench("galaxy-spc-locked");

        RestoreReceipt receipt = (await bench.EndAsync(Bench.Both() with { Spc = "613908" })).Receipt;

        Assert.Equal(RestoreOutcome.Applied, receipt.Outcome);
        Assert.Equal(1, bench.Phone.Counters.Requests(DiagCode.Spc));
    }
}
