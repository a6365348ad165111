using ImeiAgent.Operations;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.Session;
using ImeiAgent.TestKit;
using ImeiAgent.Vault;
using Microsoft.Extensions.Logging.Abstractions;
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
        Bench.EraseSerials(bench.Phone);
        bench.Phone.Put(1, 550, new byte[9]);
        bench.First.Host.Replug();
        await Eventually.HoldsAsync(() => bench.Registry.List().Any(p => p.State == PhoneState.Ready && p.Name == "devices/port-sim1"));
        RestoreRequest request = Bench.From(snapshot) with { Device = "devices/port-sim1" };

        OperationException refused = await bench.RefusedAsync(request);
        Assert.Equal((OperationError.SnapshotOfOtherPhone, request.RequestId), (refused.Error, refused.Fields["approval"]));
        bench.Approvals.Approve(request.RequestId, "the board number is on the ticket", Caller.Local("boss"));

        Assert.Equal(RestoreOutcome.Applied, (await bench.EndAsync(request)).Receipt.Outcome);
        Assert.Equal(Bytes1, bench.Held());
    }

    [Theory]
    [InlineData("slot")]
    [InlineData("label")]
    [InlineData("evidence")]
    [InlineData("restart")]
    [InlineData("device")]
    public async Task What_a_supervisor_reads_is_not_exchanged_for_something_else_under_its_id(string changed)
    {
        await using Bench bench = Regenerated();
        // With the spare digit 0: a valid number there too, so that the other slot needs an approval as well.
        bench.Phone.Put(2, 550, Convert.FromHexString("084A09512430325701"));
        RestoreRequest harmless = Bench.Label();
        RestoreRequest evil = changed switch
        {
            "slot" => harmless.WithSlot(s => s with { Slot = 2 }),
            "label" => harmless.WithSlot(s => s with { Label = "35693803564380" }),
            "evidence" => harmless with { Evidence = "another photo" },
            "restart" => harmless with { Restart = true },
            _ => harmless with { Device = "/dev/sim1" },
        };
        await bench.RefusedAsync(harmless);
        string read = Assert.Single(bench.Approvals.List(pendingOnly: true)).Request.Question;

        OperationException before = await bench.RefusedAsync(evil);
        Assert.Equal(read, Assert.Single(bench.Approvals.List(pendingOnly: true)).Request.Question);
        bench.Approvals.Approve(harmless.RequestId, "as read", Caller.Local("boss"));
        OperationException after = await bench.RefusedAsync(evil);

        Assert.Equal((OperationError.RequestIdReused, OperationError.RequestIdReused), (before.Error, after.Error));
        Assert.Equal(RestoreOutcome.Applied, (await bench.EndAsync(harmless)).Receipt.Outcome);
        Assert.Equal((Bytes1, "084A09512430325701"), (bench.Held(1), bench.Held(2)));
    }

    [Fact]
    public async Task An_approval_holds_for_a_day_and_can_be_given_anew()
    {
        await using Bench bench = Regenerated();
        RestoreRequest request = Bench.Label();
        await bench.RefusedAsync(request);
        bench.Approvals.Approve(request.RequestId, "seen the box", Caller.Local("boss"));
        RestoreRequest plan = request with { ValidateOnly = true };

        Assert.Equal(RestoreOutcome.Validated, (await bench.EndLaterAsync(plan, TimeSpan.FromHours(23))).Receipt.Outcome);
        var late = await Assert.ThrowsAsync<OperationException>(() => bench.EndLaterAsync(plan, TimeSpan.FromHours(25)));
        Assert.Equal((OperationError.ImeiIntact, request.RequestId), (late.Error, late.Fields["approval"]));
        Assert.Single(bench.Approvals.List(pendingOnly: true));
        bench.Approvals.Approve(request.RequestId, "seen it again", Caller.Local("other-boss"));
        RestoreReceipt receipt = (await bench.EndAsync(request)).Receipt;

        Assert.Equal((RestoreOutcome.Applied, "local:other-boss", "seen it again"), (receipt.Outcome, receipt.ApprovedBy, receipt.ApprovalReason));
        Assert.Equal(["local:other-boss", "local:boss"], bench.Vault.Audit.List(10).Where(r => r.Entry.Action == "approve-restore").Select(r => r.Entry.Operator));
    }

    [Fact]
    public async Task The_question_has_all_that_was_found_however_much_the_one_who_asks_has_to_say()
    {
        await using var bench = new Bench("galaxy");
        bench.Phone.Put(1, 550, Convert.FromHexString(Bytes2));
        bench.Phone.Put(2, 550, Convert.FromHexString(Bytes1));
        string phone = (await bench.Registry.RequireAsync("", Bench.Ct)).Name;
        string reason = new('r', 500);
        string found = $" | Slot 1 of {phone} holds the valid IMEI 49015420*****18. To replace it by 35693803*****09 would be a change, not a repair."
            + $" Slot 2 of {phone} holds the valid IMEI 35693803*****09. To replace it by 49015420*****18 would be a change, not a repair.";

        await bench.RefusedAsync(Bench.Both() with { Reason = reason, Evidence = "the evidence" });
        await bench.RefusedAsync(Bench.Both() with { Reason = reason, Evidence = new string('e', 200), By = Caller.Local(new string('o', 100)), ValidateOnly = true });

        IReadOnlyList<Approval> asked = bench.Approvals.List(pendingOnly: true);
        Assert.Equal($"Asked by local:test: {reason} Evidence: the evidence{found}", asked[1].Request.Question);
        Assert.Equal(1000, asked[0].Request.Question.Length);
        Assert.EndsWith($"e…{found}", asked[0].Request.Question, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_number_in_the_reason_is_masked_in_the_question_and_on_record()
    {
        await using Bench bench = Regenerated();

        await bench.RefusedAsync(Bench.Label() with { Reason = "box says 356938035643809", Evidence = "photo 490154203237518" });

        string question = Assert.Single(bench.Approvals.List(pendingOnly: true)).Request.Question;
        Assert.StartsWith("Asked by local:test: box says 35693803*****09 Evidence: photo 49015420*****18 | ", question, StringComparison.Ordinal);
        AuditRow audited = Assert.Single(bench.Vault.Audit.List(10), r => r.Entry.Action == "restore-imei");
        Assert.All((string[])[question, audited.Entry.Detail], text => Assert.DoesNotMatch(@"\d{14}", text));
    }

    [Fact]
    public async Task An_approval_for_a_phone_without_serial_numbers_is_void_once_it_was_unplugged()
    {
        await using var bench = new Bench("galaxy", replyTimeout: TimeSpan.FromMilliseconds(200));
        RunningPhone<MemoryHost> thief = bench.Plug("galaxy-imei-lost", seed: 2);
        PortSpec port = PortSpec.Parse("/dev/sim1"), behind = port;
        await using (PhoneRegistry healthy = bench.NewRegistry([port]))
            await healthy.RequireAsync("", Bench.Ct);
        Bench.EraseSerials(bench.Phone);
        Bench.EraseSerials(thief.Phone);
        bench.Phone.Put(1, 550, new byte[9]);
        await using PhoneRegistry registry = bench.NewRegistry([port], (_, ct) => bench.OpenAsync(behind, ct));
        var restore = new RestoreImei(registry, bench.Vault, bench.Leases, TimeProvider.System, NullLogger<RestoreImei>.Instance);
        RestoreRequest request = Bench.Label() with { Device = "devices/port-sim1" };
        OperationException asked = await RefusedAsync(restore, await bench.LeasedAsync(request, registry));
        Assert.Equal((OperationError.ImeiInUse, request.RequestId), (asked.Error, asked.Fields["approval"]));
        bench.Approvals.Approve(request.RequestId, "seen this board", Caller.Local("boss"));

        behind = PortSpec.Parse("/dev/sim2");
        bench.First.Host.Unplug();
        await Eventually.HoldsAsync(() => registry.List() is [{ State: PhoneState.Ready }] && thief.Phone.Counters.AllRequests > 0);
        OperationException refused = await RefusedAsync(restore, await bench.LeasedAsync(request, registry));

        Assert.Equal((OperationError.ImeiInUse, request.RequestId), (refused.Error, refused.Fields["approval"]));
        Assert.True(bench.Vault.Approvals.Find(request.RequestId)!.IsPending);
        Assert.Equal(0, thief.Phone.Counters.NvWritesReceived);
    }

    private static Task<OperationException> RefusedAsync(RestoreImei restore, RestoreRequest request) =>
        Assert.ThrowsAsync<OperationException>(() => restore.RunAsync(request, Bench.Ct).LastAsync(Bench.Ct).AsTask());

    /// <summary>A phone whose slot 1 holds a valid number that is not its own, as a service box leaves it.</summary>
    private static Bench Regenerated()
    {
        var bench = new Bench();
        bench.Phone.Put(1, 550, Convert.FromHexString(Bytes2));
        return bench;
    }
}
