using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Operations;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Unit.Operations;

/// <summary>Restores and the lease on their phone: what a phone receives is counted at the phone.</summary>
public class LeasedRestoreTests
{
    private static readonly Caller s_eva = new("eva", "clients/00000003", "192.0.2.3", "");

    [Fact]
    public async Task Without_a_lease_nothing_is_asked_of_the_phone_and_the_refusal_is_audited()
    {
        await using var bench = new Bench();
        string name = (await bench.Registry.RequireAsync("", Bench.Ct)).Name;
        LeaseView evas = await bench.Leases.AcquireAsync(Bench.Order(name, s_eva), Bench.Ct);
        long before = bench.Phone.Counters.BytesReceived;

        OperationException none = await RefusedAsync(bench, Bench.Label() with { FencingToken = 0 });
        OperationException anothers = await RefusedAsync(bench, Bench.Label() with { FencingToken = evas.Token });

        Assert.All([none, anothers], e => Assert.Equal((OperationError.LeaseRequired, "eva"), (e.Error, e.Fields["holder"])));
        Assert.Equal(before, bench.Phone.Counters.BytesReceived);
        Assert.Equal(2, bench.Vault.Audit.List(10).Count(r => r.Entry is { Action: "restore-imei", Outcome: "refused" } && r.Entry.Detail.Contains("LEASE_REQUIRED", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_validation_needs_none()
    {
        await using var bench = new Bench();

        Assert.Equal(RestoreOutcome.Validated, (await bench.EndAsync(Bench.Label() with { ValidateOnly = true })).Receipt.Outcome);
        Assert.Empty(bench.Leases.List());
    }

    [Fact]
    public async Task The_write_of_a_holder_who_was_robbed_while_the_backup_was_read_never_reaches_the_phone()
    {
        await using var bench = new Bench();
        await bench.Registry.RequireAsync("", Bench.Ct);
        RestoreRequest request = await bench.LeasedAsync(Bench.Label());
        HeldReply read = bench.Phone.Traps.HoldReply(DiagCode.NvRead, NvCatalogue.InGroup(NvGroup.RfCalibration).First().Id.Number);
        Task<OperationException> robbed = RefusedAsync(bench, request);
        await read.Reached.WaitAsync(Eventually.Deadline, Bench.Ct);

        LeaseView taken = bench.Leases.List().Single();
        long token = bench.Leases.Steal(Bench.Order(taken.Device, s_eva) with { Purpose = "a customer waits" }).Lease.Token;
        read.Release();
        OperationException refused = await robbed;

        Assert.Equal((OperationError.LeaseSuperseded, "STOLEN", "eva"), (refused.Error, refused.Fields["end"], refused.Fields["holder"]));
        Assert.Equal(taken.Token + 1, token);
        Assert.Equal((0L, 0L, 0L), (bench.Phone.Counters.NvWritesReceived, bench.Phone.Counters.Requests((byte)DiagCode.NvWrite), bench.Phone.Counters.Requests(0x29)));
        Assert.Equal("000000000000000000", bench.Held());
        Assert.Equal(WriteOutcome.Refused, bench.Vault.Journal.FindByRequestId(request.RequestId)!.Outcome);
        Assert.Equal("refused", bench.Vault.Audit.List(1)[0].Entry.Outcome);
    }

    [Fact]
    public async Task During_the_write_nobody_gets_the_phone_and_after_it_its_lease_can_be_taken()
    {
        await using var bench = new Bench();
        await bench.Registry.RequireAsync("", Bench.Ct);
        HeldReply write = bench.Phone.Traps.HoldReply(DiagCode.NvWrite, 550);
        Task<RestoreEnded> restore = bench.EndAsync(Bench.Label());
        await write.Reached.WaitAsync(Eventually.Deadline, Bench.Ct);
        LeaseView held = bench.Leases.List().Single();
        JournalView underWay = bench.Desk.List("", openOnly: true, 0, "").Rows.Single();

        var busy = Assert.Throws<OperationException>(() => bench.Leases.Steal(Bench.Order(held.Device, s_eva)));
        write.Release();
        Assert.Equal(RestoreOutcome.Applied, (await restore).Receipt.Outcome);
        await bench.Restore.DrainAsync();
        StolenLease stolen = bench.Leases.Steal(Bench.Order(held.Device, s_eva));

        Assert.Equal((OperationError.DeviceBusy, TimeSpan.FromSeconds(5)), (busy.Error, busy.RetryAfter));
        Assert.Equal((held.Token + 1, "local:test"), (stolen.Lease.Token, stolen.Taken!.Holder));
        Assert.Equal((true, "It is under way."), (underWay.IsUnderWay, underWay.Hint));
        JournalView ended = bench.Desk.Get(underWay.Receipt.Journal);
        Assert.Equal((false, JournalState.Closed, ""), (ended.IsUnderWay, ended.State, ended.Hint));
    }

    [Fact]
    public async Task The_right_is_given_back_also_when_the_outcome_stays_unknown()
    {
        await using var bench = new Bench(returnLimit: TimeSpan.FromMilliseconds(200));
        await bench.Registry.RequireAsync("", Bench.Ct);
        HeldReply write = bench.Phone.Traps.HoldReply(DiagCode.NvWrite, 550);
        Task<RestoreEnded> restore = bench.EndAsync(Bench.Label());
        await write.Reached.WaitAsync(Eventually.Deadline, Bench.Ct);

        string journal = bench.Desk.List("", openOnly: true, 0, "").Rows.Single().Receipt.Journal;
        Task settable = UntilNotUnderWayAsync();
        bench.First.Host.Unplug();
        Assert.Equal(RestoreOutcome.Unknown, (await restore).Receipt.Outcome);
        await bench.Restore.DrainAsync();
        // Who waits for news of the journal learns that a person can settle it now.
        await settable.WaitAsync(Eventually.Deadline, Bench.Ct);

        Assert.Equal("eva", bench.Leases.Steal(Bench.Order(bench.Leases.List().Single().Device, s_eva)).Lease.Holder);

        async Task UntilNotUnderWayAsync()
        {
            while (true)
            {
                Task changed = bench.Vault.Attention.Changed;
                if (!bench.Desk.Get(journal).IsUnderWay)
                    return;
                await changed;
            }
        }
    }

    [Fact]
    public async Task A_receipt_is_told_again_without_a_lease()
    {
        await using var bench = new Bench();
        RestoreRequest request = Bench.Label();
        await bench.EndAsync(request);
        LeaseView held = bench.Leases.List().Single();
        bench.Leases.Steal(Bench.Order(held.Device, s_eva));

        RestoreEvent? last = null;
        await foreach (RestoreEvent told in bench.Restore.RunAsync(request, Bench.Ct))
            last = told;

        Assert.Equal((RestoreOutcome.Applied, true), (Assert.IsType<RestoreEnded>(last).Receipt.Outcome, ((RestoreEnded)last).Receipt.Replayed));
    }

    private static async Task<OperationException> RefusedAsync(Bench bench, RestoreRequest request) =>
        await Assert.ThrowsAsync<OperationException>(async () =>
        {
            await foreach (RestoreEvent _ in bench.Restore.RunAsync(request, Bench.Ct))
            {
                // Only how it ends counts.
            }
        });
}
