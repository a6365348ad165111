using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Operations;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Unit.Operations;

/// <summary>Things that change while a restore looks away: a valid number is never overwritten, and the receipt stays true.</summary>
public class RestoreTruthTests
{
    private const string Wanted = "083A65390853468390";
    private const string OtherValid = "084A09512430325781";
    private const string Lost = "000000000000000000";
    private static readonly byte[] s_otherMeid = [1, 2, 3, 4, 5, 6, 0x99, 0];

    [Fact]
    public async Task A_slot_whose_number_comes_back_between_check_and_backup_is_left_alone()
    {
        await using var bench = new Bench();
        await bench.Registry.RequireAsync("", Bench.Ct);
        HeldReply secondSlot = bench.Phone.Traps.HoldReply(DiagCode.Subsystem, 550);
        Task<OperationException> restore = bench.RefusedAsync(Bench.Label());
        await secondSlot.Reached.WaitAsync(Eventually.Deadline, Bench.Ct);
        bench.Phone.Put(1, 550, Convert.FromHexString(OtherValid));
        secondSlot.Release();

        Assert.Equal(OperationError.EtagMismatch, (await restore).Error);
        Assert.Equal(OtherValid, bench.Held());
    }

    [Fact]
    public async Task A_late_reply_to_an_earlier_read_does_not_make_a_done_write_a_failed_one()
    {
        await using var bench = new Bench(replyTimeout: TimeSpan.FromMilliseconds(300));
        await bench.Registry.RequireAsync("", Bench.Ct);
        HeldReply late = bench.Phone.Traps.HoldReply(DiagCode.NvRead, 550, overtaken: true);
        HeldReply write = bench.Phone.Traps.HoldReply(DiagCode.NvWrite, 550, overtaken: true);
        Task<RestoreEnded> restore = bench.EndAsync(Bench.Label());
        await write.Reached.WaitAsync(Eventually.Deadline, Bench.Ct);
        HeldReply readBack = bench.Phone.Traps.HoldReply(DiagCode.NvRead, 550, overtaken: true);
        write.Release();
        await readBack.Reached.WaitAsync(Eventually.Deadline, Bench.Ct);
        late.Release();
        readBack.Release();

        RestoreEnded ended = await restore;

        Assert.Equal(RestoreOutcome.Applied, ended.Receipt.Outcome);
        Assert.Equal(Wanted, bench.Held());
        Assert.Equal(1, bench.Phone.Counters.NvWritesReceived);
    }

    [Fact]
    public async Task A_valid_number_that_stands_there_after_the_write_is_not_overwritten_by_the_lost_one()
    {
        await using var bench = new Bench();
        await bench.Registry.RequireAsync("", Bench.Ct);
        HeldReply write = bench.Phone.Traps.HoldReply(DiagCode.NvWrite, 550);
        Task<RestoreEnded> restore = bench.EndAsync(Bench.Label());
        await write.Reached.WaitAsync(Eventually.Deadline, Bench.Ct);
        bench.Phone.Put(1, 550, Convert.FromHexString(OtherValid));
        write.Release();

        RestoreEnded ended = await restore;

        Assert.Equal(RestoreOutcome.Unknown, ended.Receipt.Outcome);
        Assert.Contains("valid", ended.Failure!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("490154203237518", ended.Failure.Message, StringComparison.Ordinal);
        Assert.Equal(OtherValid, bench.Held());
        Assert.Equal(1, bench.Phone.Counters.NvWritesReceived);
    }

    [Fact]
    public async Task Another_phone_behind_the_same_open_port_is_not_written()
    {
        await using var bench = new Bench();
        string name = (await bench.Registry.RequireAsync("", Bench.Ct)).Name;
        bench.Phone.Put(1, NvItemId.Meid.Number, s_otherMeid);

        OperationException refused = await bench.RefusedAsync(Bench.Label() with { Device = name });

        Assert.Equal(OperationError.DeviceDisconnected, refused.Error);
        Assert.Equal(Lost, bench.Held());
        await Eventually.HoldsAsync(() => bench.Registry.List().Any(p => p.State == PhoneState.Ready && p.Name != name));
    }

    [Fact]
    public async Task One_number_is_not_written_to_two_phones_at_once()
    {
        await using var bench = new Bench();
        RunningPhone<MemoryHost> second = bench.Plug("galaxy-imei-lost", seed: 2);
        await bench.Registry.RequireAsync("/dev/sim1", Bench.Ct);
        await bench.Registry.RequireAsync("/dev/sim2", Bench.Ct);
        HeldReply write = bench.Phone.Traps.HoldReply(DiagCode.NvWrite, 550);
        Task<RestoreEnded> first = bench.EndAsync(Bench.Label() with { Device = "/dev/sim1" });
        await write.Reached.WaitAsync(Eventually.Deadline, Bench.Ct);

        var refused = await Assert.ThrowsAsync<OperationException>(() => bench.RunAsync(Bench.Label() with { Device = "/dev/sim2" }));
        write.Release();

        Assert.Equal(OperationError.ImeiInUse, refused.Error);
        Assert.Equal(0, second.Phone.Counters.NvWritesReceived);
        Assert.Equal(RestoreOutcome.Applied, (await first).Receipt.Outcome);
    }

    [Fact]
    public async Task A_request_id_in_other_letters_is_the_same_request()
    {
        await using var bench = new Bench(quirks: "ignore-writes=550");
        RestoreRequest request = Bench.Label() with { RequestId = "0f8fad5b-d9cb-469f-a165-70867728950e" };
        await bench.EndAsync(request);

        RestoreEnded again = await bench.EndAsync(request with { RequestId = "0F8FAD5B-D9CB-469F-A165-70867728950E" });

        Assert.True(again.Receipt.Replayed);
        Assert.Equal(1, bench.Phone.Counters.NvWritesReceived);
    }

    [Fact]
    public async Task A_row_that_the_vault_could_not_close_is_settled_when_the_request_comes_again()
    {
        await using var bench = new Bench();
        await bench.Registry.RequireAsync("", Bench.Ct);
        HeldReply write = bench.Phone.Traps.HoldReply(DiagCode.NvWrite, 550);
        RestoreRequest request = Bench.Label();
        Task<RestoreEnded> restore = bench.EndAsync(request);
        await write.Reached.WaitAsync(Eventually.Deadline, Bench.Ct);
        bench.BreakVault("journal");
        write.Release();
        await restore;
        bench.MendVault("journal");

        RestoreEnded again = await bench.EndAsync(request);

        Assert.Equal((RestoreOutcome.Applied, true), (again.Receipt.Outcome, again.Receipt.Replayed));
        Assert.Empty(bench.Vault.Journal.ListOpen());
        Assert.Equal(1, bench.Phone.Counters.NvWritesReceived);
    }

    [Fact]
    public async Task A_row_that_the_vault_could_not_close_is_settled_before_the_next_restore_changes_its_slot()
    {
        await using var bench = new Bench();
        await bench.Registry.RequireAsync("", Bench.Ct);
        HeldReply write = bench.Phone.Traps.HoldReply(DiagCode.NvWrite, 550);
        RestoreRequest request = Bench.Label();
        Task<RestoreEnded> restore = bench.EndAsync(request);
        await write.Reached.WaitAsync(Eventually.Deadline, Bench.Ct);
        bench.Phone.Put(1, 550, Convert.FromHexString(Lost));
        bench.BreakVault("journal");
        write.Release();
        Assert.Equal(RestoreOutcome.RolledBack, (await restore).Receipt.Outcome);
        bench.MendVault("journal");

        Assert.Equal(RestoreOutcome.Applied, (await bench.EndAsync(Bench.Label())).Receipt.Outcome);

        Assert.Equal(WriteOutcome.RolledBack, bench.Vault.Journal.FindByRequestId(request.RequestId)!.Outcome);
    }
}
