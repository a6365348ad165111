using ImeiAgent.Diag.Messages;
using ImeiAgent.Operations;
using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Unit.Operations;

/// <summary>A restore looks again after the phone restarted, and leaves it in service.</summary>
public class RestartTests
{
    private const string Bytes1 = "083A65390853468390";
    private const string Lost = "000000000000000000";

    private static RestoreRequest Request => Bench.Label() with { Restart = true };

    [Fact]
    public async Task A_value_that_stays_is_applied_and_said_to_have_been_seen_after_the_restart()
    {
        await using var bench = new Bench(quirks: "reset-delay=50ms");

        List<RestoreEvent> events = await bench.RunAsync(Request);

        RestoreReceipt receipt = Assert.IsType<RestoreEnded>(events[^1]).Receipt;
        Assert.Equal((RestoreOutcome.Applied, true), (receipt.Outcome, receipt.Restarted));
        Assert.Equal(
            [RestorePhase.Checked, RestorePhase.BackedUp, RestorePhase.Intent, RestorePhase.Sent, RestorePhase.ReadBack, RestorePhase.Reset, RestorePhase.ReRead, RestorePhase.Closed],
            events.OfType<RestoreProgress>().Select(p => p.Phase));
        Assert.Equal(1, bench.Phone.Counters.Requests(DiagCode.Control));
        await bench.Registry.RequireAsync("", Bench.Ct);
        Assert.DoesNotContain("Restart the phone", receipt.Advice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("revert=550")]
    [InlineData("revert=550,silent-reset")]
    public async Task A_value_that_is_gone_after_the_restart_is_not_in_effect(string quirks)
    {
        await using var bench = new Bench(quirks: $"reset-delay=50ms,{quirks}");

        RestoreEnded ended = await bench.EndAsync(Request);

        Assert.Equal((RestoreOutcome.NotInEffect, OperationError.WriteNotInEffect), (ended.Receipt.Outcome, ended.Failure!.Error));
        Assert.Equal(Lost, bench.Held());
        JournalRow row = bench.Vault.Journal.FindByRequestId(ended.Receipt.RequestId)!;
        Assert.Equal((JournalState.Closed, WriteOutcome.NotInEffect), (row.State, row.Outcome));
    }

    [Fact]
    public async Task Of_two_slots_that_do_not_both_stay_none_stays()
    {
        // The second slot is reverted behind the phone's back while it restarts.
        await using var bench = new Bench(quirks: "reset-delay=600ms");
        Task<RestoreEnded> restore = bench.EndAsync(Bench.Both() with { Restart = true });
        await bench.Phone.Counters.RequestArrivesAsync(DiagCode.Control, 1, Bench.Ct);
        bench.Phone.Put(2, 550, Convert.FromHexString(Lost));

        RestoreEnded ended = await restore;

        Assert.Equal(RestoreOutcome.NotInEffect, ended.Receipt.Outcome);
        Assert.Equal((Lost, Lost), (bench.Held(1), bench.Held(2)));
    }

    [Fact]
    public async Task A_phone_that_obeys_no_reset_keeps_its_value_and_the_receipt_says_that_it_was_not_restarted()
    {
        await using var bench = new Bench(quirks: "no-control");

        RestoreReceipt receipt = (await bench.EndAsync(Request)).Receipt;

        Assert.Equal((RestoreOutcome.Applied, false), (receipt.Outcome, receipt.Restarted));
        Assert.Contains("BAD_CMD", receipt.Advice, StringComparison.Ordinal);
        Assert.Contains("Restart the phone", receipt.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_phone_that_wants_to_be_offline_for_a_reset_goes_offline_only_for_it()
    {
        await using var bench = new Bench(quirks: "reset-delay=50ms,reset-needs-offline");

        RestoreReceipt receipt = (await bench.EndAsync(Request)).Receipt;

        Assert.Equal((RestoreOutcome.Applied, true), (receipt.Outcome, receipt.Restarted));
        Assert.Equal(3, bench.Phone.Counters.Requests(DiagCode.Control));
        Assert.False(bench.Vault.Journal.FindByRequestId(receipt.RequestId)!.Offline);
    }

    [Fact]
    public async Task A_phone_that_takes_writes_only_offline_is_brought_back_into_service_also_when_no_restart_was_asked_for()
    {
        await using var bench = new Bench(quirks: "reset-delay=50ms,writes-need-offline");

        RestoreReceipt receipt = (await bench.EndAsync(Bench.Label())).Receipt;

        Assert.Equal((RestoreOutcome.Applied, true), (receipt.Outcome, receipt.Restarted));
        Assert.Equal(Bytes1, bench.Held());
        Assert.Equal(2, bench.Phone.Counters.Requests(DiagCode.Control));
    }

    [Fact]
    public async Task A_write_that_fails_offline_brings_the_phone_back_into_service_too()
    {
        await using var bench = new Bench("galaxy-write-protected", "reset-delay=50ms,writes-need-offline");

        RestoreEnded ended = await bench.EndAsync(Bench.Label());

        Assert.Equal((RestoreOutcome.Refused, OperationError.ItemReadOnly), (ended.Receipt.Outcome, ended.Failure!.Error));
        Assert.Equal(2, bench.Phone.Counters.Requests(DiagCode.Control));
        Assert.True(ended.Receipt.Restarted);
    }

    [Fact]
    public async Task A_phone_that_does_not_come_back_from_its_restart_is_settled_when_it_does()
    {
        await using var bench = new Bench(quirks: "reset-delay=1500ms", returnLimit: TimeSpan.FromMilliseconds(200));
        RestoreRequest request = Request;

        RestoreEnded ended = await bench.EndAsync(request);

        Assert.Equal((RestoreOutcome.Unknown, OperationError.WriteOutcomeUnknown), (ended.Receipt.Outcome, ended.Failure!.Error));
        Assert.Equal(JournalState.Reset, bench.Vault.Journal.FindByRequestId(request.RequestId)!.State);
        await TestKit.Eventually.HoldsAsync(() => bench.Registry.List().Any(p => p.State == PhoneState.Ready));
        RestoreReceipt settled = (await bench.EndAsync(request)).Receipt;
        Assert.Equal((RestoreOutcome.Applied, true), (settled.Outcome, settled.Replayed));
    }
}
