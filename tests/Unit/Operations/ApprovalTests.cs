using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Operations;
using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Unit.Operations;

/// <summary>What the policy leaves to a second person.</summary>
public class ApprovalTests
{
    private const string Bytes1 = "083A65390853468390";
    private const string Bytes2 = "084A09512430325781";

    [Fact]
    public async Task A_valid_number_is_replaced_only_after_a_supervisor_approved_that_request()
    {
        await using Bench bench = Regenerated();
        RestoreRequest request = Bench.Label();
        OperationException refused = await bench.RefusedAsync(request);
        Assert.Equal((OperationError.ImeiIntact, request.RequestId), (refused.Error, refused.Fields["approval"]));
        Approval asked = Assert.Single(bench.Approvals.List(pendingOnly: true));
        Assert.DoesNotMatch(@"\d{14}", asked.Request.Question);

        bench.Approvals.Approve(request.RequestId, "box put a number of its own there", Caller.Local("boss"));
        RestoreReceipt receipt = (await bench.EndAsync(request)).Receipt;

        Assert.Equal(RestoreOutcome.Applied, receipt.Outcome);
        Assert.Equal(("local:boss", "box put a number of its own there"), (receipt.ApprovedBy, receipt.ApprovalReason));
        Assert.Equal(Bytes1, bench.Held());
        Assert.Contains(bench.Vault.Audit.List(10), r => r.Entry is { Action: "approve-restore", Operator: "local:boss" });
        Assert.Empty(bench.Approvals.List(pendingOnly: true));
    }

    [Fact]
    public async Task An_approval_is_of_no_use_to_another_request()
    {
        await using Bench bench = Regenerated();
        RestoreRequest request = Bench.Label();
        await bench.RefusedAsync(request);
        bench.Approvals.Approve(request.RequestId, "seen the box", Caller.Local("boss"));

        Assert.Equal(OperationError.ImeiIntact, (await bench.RefusedAsync(Bench.Label())).Error);
        Assert.Equal(OperationError.RequestIdReused, (await bench.RefusedAsync(request with { Reason = "another reason" })).Error);
        Assert.Equal("local:boss", bench.Vault.Approvals.Find(request.RequestId)!.ApprovedBy);
        Assert.Equal(Bytes2, bench.Held());
    }

    [Fact]
    public async Task An_approval_is_void_when_the_phone_holds_something_else_since()
    {
        await using Bench bench = Regenerated();
        RestoreRequest request = Bench.Label();
        await bench.RefusedAsync(request);
        bench.Approvals.Approve(request.RequestId, "seen the box", Caller.Local("boss"));
        // The same number with the spare digit 0: as valid, and not what was approved.
        bench.Phone.Put(1, 550, Convert.FromHexString("084A09512430325701"));

        Assert.Equal(OperationError.ImeiIntact, (await bench.RefusedAsync(request)).Error);
    }

    [Fact]
    public async Task A_plan_and_its_write_are_approved_as_one()
    {
        await using Bench bench = Regenerated();
        RestoreRequest request = Bench.Label();
        RestoreRequest plan = request with { ValidateOnly = true };
        await bench.RefusedAsync(plan);

        bench.Approvals.Approve(request.RequestId, "seen the box", Caller.Local("boss"));

        Assert.Equal(RestoreOutcome.Validated, (await bench.EndAsync(plan)).Receipt.Outcome);
        Assert.Equal(RestoreOutcome.Applied, (await bench.EndAsync(request)).Receipt.Outcome);
    }

    [Fact]
    public async Task A_number_that_another_phone_has_cannot_be_approved()
    {
        await using Bench bench = Regenerated();
        bench.Plug("galaxy", seed: 2);
        await bench.Registry.RequireAsync("/dev/sim2", Bench.Ct);
        RestoreRequest request = Bench.Label() with { Device = "/dev/sim1" };

        OperationException refused = await bench.RefusedAsync(request);

        Assert.Equal(OperationError.ImeiInUse, refused.Error);
        Assert.DoesNotContain("approval", refused.Fields.Keys);
        Assert.Equal(OperationError.ApprovalNotFound,
            Assert.Throws<OperationException>(() => bench.Approvals.Approve(request.RequestId, "please", Caller.Local("boss"))).Error);
    }

    [Fact]
    public async Task A_snapshot_of_a_phone_that_lost_its_serial_numbers_is_taken_when_a_supervisor_confirms_it()
    {
        await using var bench = new Bench("galaxy", replyTimeout: TimeSpan.FromMilliseconds(200));
        var dump = new DumpRequest { Ranges = [new(0, 0), new(550, 550), new(1943, 1943)], Slots = [1, 2], SaveSnapshot = true };
        string snapshot = Assert.IsType<DumpSummary>((await bench.DumpAsync(dump))[^1]).Snapshot;
        bench.First.Host.Unplug();
        bench.Phone.Traps.DropReply(DiagCode.Esn, count: 1000);
        bench.Phone.Erase(1, NvItemId.Esn.Number);
        bench.Phone.Erase(1, NvItemId.Meid.Number);
        bench.Phone.Put(1, 550, new byte[9]);
        bench.First.Host.Replug();
        await TestKit.Eventually.HoldsAsync(() => bench.Registry.List().Any(p => p.State == PhoneState.Ready && p.Name == "devices/port-sim1"));
        RestoreRequest request = Bench.From(snapshot) with { Device = "devices/port-sim1" };

        OperationException refused = await bench.RefusedAsync(request);
        Assert.Equal((OperationError.SnapshotOfOtherPhone, request.RequestId), (refused.Error, refused.Fields["approval"]));
        bench.Approvals.Approve(request.RequestId, "the board number is on the ticket", Caller.Local("boss"));

        Assert.Equal(RestoreOutcome.Applied, (await bench.EndAsync(request)).Receipt.Outcome);
        Assert.Equal(Bytes1, bench.Held());
    }

    /// <summary>A phone whose slot 1 holds a valid number that is not its own, as a service box leaves it.</summary>
    private static Bench Regenerated()
    {
        var bench = new Bench();
        bench.Phone.Put(1, 550, Convert.FromHexString(Bytes2));
        return bench;
    }
}
