using ImeiAgent.Diag.Messages;
using ImeiAgent.Operations;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Unit.Operations;

/// <summary>What goes wrong on the way to the phone and back: the receipt is true and the old value intact.</summary>
public class RestoreMisfortuneTests
{
    private const string Wanted = "083A65390853468390";
    private const string Lost = "000000000000000000";

    [Fact]
    public async Task A_write_whose_reply_is_lost_is_applied_when_it_is_read_back()
    {
        await using var bench = new Bench(replyTimeout: TimeSpan.FromMilliseconds(400));
        await bench.Registry.RequireAsync("", Bench.Ct);
        bench.Phone.Traps.DropReply(DiagCode.NvWrite, 550);

        RestoreEnded ended = await bench.EndAsync(Bench.Label());

        Assert.Equal(RestoreOutcome.Applied, ended.Receipt.Outcome);
        Assert.Contains("did not acknowledge", ended.Receipt.Advice, StringComparison.Ordinal);
        Assert.Equal(1, bench.Phone.Counters.NvWritesReceived);
    }

    [Fact]
    public async Task A_write_protected_item_is_said_to_be_so()
    {
        await using var bench = new Bench("galaxy-write-protected");

        RestoreEnded ended = await bench.EndAsync(Bench.Label());

        Assert.Equal(OperationError.ItemReadOnly, ended.Failure!.Error);
        bench.AssertEnded(ended, RestoreOutcome.Refused, WriteOutcome.Refused);
        Assert.Equal(Lost, bench.Held());
    }

    [Fact]
    public async Task A_write_that_is_accepted_and_not_stored_is_no_success()
    {
        await using var bench = new Bench(quirks: "ignore-writes=550");

        RestoreEnded ended = await bench.EndAsync(Bench.Label());

        Assert.Equal(OperationError.WriteRolledBack, ended.Failure!.Error);
        Assert.Contains("did not store", ended.Failure.Message, StringComparison.Ordinal);
        bench.AssertEnded(ended, RestoreOutcome.RolledBack, WriteOutcome.RolledBack);
    }

    [Fact]
    public async Task A_value_that_came_out_wrong_is_replaced_by_the_old_one()
    {
        await using var bench = new Bench();
        bench.Phone.Put(1, 550, Convert.FromHexString("080A40990901460000"));
        await bench.Registry.RequireAsync("", Bench.Ct);
        HeldReply write = bench.Phone.Traps.HoldReply(DiagCode.NvWrite, 550);
        Task<RestoreEnded> restore = bench.EndAsync(Bench.Label());
        await write.Reached.WaitAsync(Eventually.Deadline, Bench.Ct);
        bench.Phone.Put(1, 550, Convert.FromHexString("083A65390853468391"));
        write.Release();

        RestoreEnded ended = await restore;

        Assert.Equal(OperationError.WriteRolledBack, ended.Failure!.Error);
        bench.AssertEnded(ended, RestoreOutcome.RolledBack, WriteOutcome.RolledBack);
        Assert.Equal("080A40990901460000", bench.Held());
        Assert.Equal(2, bench.Phone.Counters.NvWritesReceived);
    }

    [Fact]
    public async Task A_phone_that_cannot_store_anything_right_leaves_the_outcome_unknown()
    {
        // The bit is wrong in whatever is stored, so neither the new nor the old value can be had.
        await using var bench = new Bench(quirks: "wear=550");
        bench.Phone.Put(1, 550, Convert.FromHexString("080A40990901460000"));

        RestoreEnded ended = await bench.EndAsync(Bench.Label());

        Assert.Equal(OperationError.WriteOutcomeUnknown, ended.Failure!.Error);
        Assert.Contains("backup snapshot", ended.Failure.Message, StringComparison.Ordinal);
        await AssertOpenAsync(bench, ended);
    }

    [Fact]
    public async Task A_slot_that_was_inactive_and_came_out_wrong_is_zeroed_and_said_to_be()
    {
        await using var bench = new Bench();
        bench.Phone.Erase(1, 550);
        await bench.Registry.RequireAsync("", Bench.Ct);
        HeldReply write = bench.Phone.Traps.HoldReply(DiagCode.NvWrite, 550);
        Task<RestoreEnded> restore = bench.EndAsync(Bench.Label());
        await write.Reached.WaitAsync(Eventually.Deadline, Bench.Ct);
        bench.Phone.Put(1, 550, Convert.FromHexString("083A65390853468391"));
        write.Release();

        RestoreEnded ended = await restore;

        Assert.Equal(RestoreOutcome.RolledBack, ended.Receipt.Outcome);
        Assert.Contains("was inactive", ended.Receipt.Advice, StringComparison.Ordinal);
        Assert.Equal(Lost, bench.Held());
    }

    [Fact]
    public async Task A_busy_phone_is_asked_again()
    {
        await using var bench = new Bench(quirks: "busy=0.3");

        RestoreEnded ended = await bench.EndAsync(Bench.Label());

        Assert.Equal(RestoreOutcome.Applied, ended.Receipt.Outcome);
        Assert.Equal(Wanted, bench.Held());
    }

    [Fact]
    public async Task A_phone_that_is_pulled_out_after_the_write_and_stays_away_leaves_the_outcome_unknown_until_it_comes()
    {
        await using var bench = new Bench(returnLimit: TimeSpan.FromMilliseconds(100));
        await bench.Registry.RequireAsync("", Bench.Ct);
        HeldReply write = bench.Phone.Traps.HoldReply(DiagCode.NvWrite, 550);
        RestoreRequest request = Bench.Label();
        Task<RestoreEnded> restore = bench.EndAsync(request);
        await write.Reached.WaitAsync(Eventually.Deadline, Bench.Ct);
        bench.First.Host.Unplug();

        RestoreEnded ended = await restore;

        Assert.Equal((RestoreOutcome.Unknown, OperationError.WriteOutcomeUnknown), (ended.Receipt.Outcome, ended.Failure!.Error));
        Assert.Contains("connect the phone", ended.Failure.Message, StringComparison.Ordinal);
        Assert.Equal(JournalState.Sent, bench.Vault.Journal.FindByRequestId(request.RequestId)!.State);
        bench.First.Host.Replug();
        await Eventually.HoldsAsync(() => bench.Registry.List().Any(p => p.State == PhoneState.Ready));
        RestoreReceipt settled = (await bench.EndAsync(request)).Receipt;
        Assert.Equal((RestoreOutcome.Applied, true), (settled.Outcome, settled.Replayed));
    }

    [Fact]
    public async Task A_phone_that_is_pulled_out_after_the_write_and_comes_back_is_read_before_the_restore_ends()
    {
        await using var bench = new Bench();
        await bench.Registry.RequireAsync("", Bench.Ct);
        HeldReply write = bench.Phone.Traps.HoldReply(DiagCode.NvWrite, 550);
        Task<RestoreEnded> restore = bench.EndAsync(Bench.Label());
        await write.Reached.WaitAsync(Eventually.Deadline, Bench.Ct);
        bench.First.Host.Unplug();
        bench.First.Host.Replug();

        RestoreEnded ended = await restore;

        Assert.Equal(RestoreOutcome.Applied, ended.Receipt.Outcome);
        Assert.Equal(1, bench.Phone.Counters.NvWritesReceived);
        await bench.Registry.RequireAsync("", Bench.Ct);
    }

    [Theory]
    [InlineData("snapshots")]
    [InlineData("journal")]
    public async Task Nothing_is_sent_when_the_vault_cannot_be_written(string table)
    {
        await using var bench = new Bench();
        await bench.Registry.RequireAsync("", Bench.Ct);
        bench.BreakVault(table);

        var refused = await Assert.ThrowsAsync<OperationException>(() => bench.RunAsync(Bench.Label()));

        Assert.Equal(OperationError.VaultUnavailable, refused.Error);
        Assert.Equal(0, bench.Phone.Counters.NvWritesReceived);
        Assert.Equal(Lost, bench.Held());
    }

    [Fact]
    public async Task A_vault_that_fails_after_the_write_does_not_hide_the_outcome()
    {
        await using var bench = new Bench();
        await bench.Registry.RequireAsync("", Bench.Ct);
        HeldReply write = bench.Phone.Traps.HoldReply(DiagCode.NvWrite, 550);
        Task<RestoreEnded> restore = bench.EndAsync(Bench.Label());
        await write.Reached.WaitAsync(Eventually.Deadline, Bench.Ct);
        bench.BreakVault("journal");
        write.Release();

        RestoreEnded ended = await restore;

        Assert.Equal(RestoreOutcome.Applied, ended.Receipt.Outcome);
        Assert.Contains("keep this receipt", ended.Receipt.Advice, StringComparison.Ordinal);
        Assert.Equal(Wanted, bench.Held());
    }

    [Fact]
    public async Task Cancelling_after_the_intent_changes_nothing()
    {
        await using var bench = new Bench();
        await bench.Registry.RequireAsync("", Bench.Ct);
        HeldReply write = bench.Phone.Traps.HoldReply(DiagCode.NvWrite, 550);
        using var cancel = new CancellationTokenSource();
        RestoreRequest request = Bench.Label();
        IAsyncEnumerator<RestoreEvent> events = bench.Restore.RunAsync(await bench.LeasedAsync(request), cancel.Token).GetAsyncEnumerator(Bench.Ct);
        Assert.True(await events.MoveNextAsync());
        await write.Reached.WaitAsync(Eventually.Deadline, Bench.Ct);

        await cancel.CancelAsync();
        await events.DisposeAsync();
        write.Release();
        await bench.Restore.DrainAsync();

        Assert.Equal(WriteOutcome.Applied, bench.Vault.Journal.FindByRequestId(request.RequestId)!.Outcome);
        Assert.Equal(Wanted, bench.Held());
    }

    [Fact]
    public async Task Cancelling_before_the_intent_ends_it_with_nothing_sent()
    {
        await using var bench = new Bench();
        await bench.Registry.RequireAsync("", Bench.Ct);
        HeldReply read = bench.Phone.Traps.HoldReply(DiagCode.NvRead, 550);
        using var cancel = new CancellationTokenSource();
        Task<RestoreEvent> first = FirstAsync(bench.Restore.RunAsync(await bench.LeasedAsync(Bench.Label()), cancel.Token));
        await read.Reached.WaitAsync(Eventually.Deadline, Bench.Ct);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal(0, bench.Phone.Counters.NvWritesReceived);
        Assert.Empty(bench.Vault.Journal.ListOpen());
    }

    [Fact]
    public async Task A_second_restore_at_the_same_phone_is_told_to_wait()
    {
        await using var bench = new Bench();
        await bench.Registry.RequireAsync("", Bench.Ct);
        HeldReply write = bench.Phone.Traps.HoldReply(DiagCode.NvWrite, 550);
        Task<RestoreEnded> first = bench.EndAsync(Bench.Label());
        await write.Reached.WaitAsync(Eventually.Deadline, Bench.Ct);

        var refused = await Assert.ThrowsAsync<OperationException>(() => bench.RunAsync(Bench.Label("490154203237518", slot: 2)));
        write.Release();

        Assert.Equal(OperationError.DeviceBusy, refused.Error);
        Assert.Equal(RestoreOutcome.Applied, (await first).Receipt.Outcome);
    }

    /// <summary>The row is not closed, and the phone is kept from everybody for it.</summary>
    private static async Task AssertOpenAsync(Bench bench, RestoreEnded ended)
    {
        Assert.Equal(RestoreOutcome.Unknown, ended.Receipt.Outcome);
        Assert.Equal(ended.Receipt.Journal, $"journal/{Assert.Single(bench.Vault.Journal.ListOpen()).Id}");
        await Eventually.HoldsAsync(() => bench.Registry.List().All(p => p.State == PhoneState.Unsettled));
    }

    private static async Task<RestoreEvent> FirstAsync(IAsyncEnumerable<RestoreEvent> events)
    {
        await foreach (RestoreEvent told in events)
            return told;
        throw new InvalidOperationException("no event");
    }
}
