using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Operations;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Unit.Operations;

/// <summary>A dump whose phone leaves: it goes on with the same phone and mixes it with no other.</summary>
public class PhoneReturnTests
{
    private static readonly DumpRequest Some = new() { Ranges = [new(0, 3000)], SaveSnapshot = true, By = Caller.Local("test") };

    [Fact]
    public async Task A_phone_that_leaves_and_comes_back_is_read_to_the_end_and_the_content_is_that_of_an_undisturbed_dump()
    {
        await using var bench = new Bench("galaxy");
        string undisturbed = Assert.IsType<DumpSummary>((await bench.DumpAsync(Some))[^1]).Sha256;
        HeldDump held = await HeldDump.AtAsync(bench, 1500, Some);

        bench.First.Host.Unplug();
        await Eventually.HoldsAsync(() => bench.Jobs.List("", 0, "").Jobs[0].State == JobState.WaitingForPhone);
        JobView waiting = bench.Jobs.List("", 0, "").Jobs[0];
        bench.First.Host.Replug();
        List<DumpEvent> events = await held.Events;

        Assert.Equal(undisturbed, Assert.IsType<DumpSummary>(events[^1]).Sha256);
        Assert.Equal(3001, events.OfType<DumpBatch>().Sum(b => b.Items.Count()));
        Assert.Contains("kept", waiting.Hint, StringComparison.Ordinal);
        Assert.InRange(waiting.WaitUntil!.Value - DateTimeOffset.UtcNow, TimeSpan.FromMinutes(9), TimeSpan.FromMinutes(10));
        Assert.Contains(events.OfType<DumpStateChanged>(), e => e.Job.State == JobState.WaitingForPhone);
    }

    [Fact]
    public async Task A_phone_that_stays_away_fails_the_job_and_what_was_read_is_kept_as_not_complete()
    {
        await using var bench = new Bench("galaxy");
        HeldDump held = await HeldDump.AtAsync(bench, 1500, Some with { WaitLimit = TimeSpan.FromSeconds(1) });

        bench.First.Host.Unplug();
        var failure = await Assert.ThrowsAsync<OperationException>(() => held.Events);

        Assert.Equal(OperationError.DeviceDisconnected, failure.Error);
        JobView job = bench.Jobs.List("", 0, "").Jobs[0];
        Assert.Equal((JobState.Failed, OperationError.DeviceDisconnected), (job.State, job.Error!.Error));
        SnapshotView kept = Assert.Single(bench.Backups.List("", 0, "").Snapshots);
        Assert.InRange(kept.Info.Items, 1400, 1500);
        Assert.Contains("Not complete", Assert.Single(kept.Info.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_phone_that_comes_back_with_another_build_is_not_mixed_with_itself()
    {
        await using var bench = new Bench("galaxy");
        HeldDump held = await HeldDump.AtAsync(bench, 1500, Some);

        bench.First.Host.Unplug();
        bench.Phone.Flash("MPSS.OTHER.1");
        bench.First.Host.Replug();
        var failure = await Assert.ThrowsAsync<OperationException>(() => held.Events);

        Assert.Equal(OperationError.DumpSourceChanged, failure.Error);
        Assert.Contains("MPSS.OTHER.1", failure.Message, StringComparison.Ordinal);
        SnapshotView kept = Assert.Single(bench.Backups.List("", 0, "").Snapshots);
        Assert.NotEqual("MPSS.OTHER.1", kept.Info.Identity.Build);
        Assert.InRange(kept.Info.Items, 1400, 1500);
    }

    [Fact]
    public async Task A_cable_that_is_pulled_again_and_again_blames_no_item()
    {
        await using var bench = new Bench("galaxy");
        await bench.Registry.RequireAsync("", Bench.Ct);
        Task<List<DumpEvent>>? dump = null;
        foreach (int item in (int[])[500, 900, 901, 1400])
        {
            HeldReply held = bench.Phone.Traps.HoldReply(DiagCode.NvRead, item);
            dump ??= bench.DumpAsync(Some);
            await held.Reached.WaitAsync(Eventually.Deadline, Bench.Ct);
            bench.First.Host.Unplug();
            bench.First.Host.Replug();
        }

        DumpSummary summary = Assert.IsType<DumpSummary>((await dump!)[^1]);

        Assert.Equal((3001, 0, 0), (summary.Total, summary.Skipped, summary.Failed));
        Assert.Empty(bench.Vault.Learned.Skips(null));
    }

    [Fact]
    public async Task A_phone_that_comes_back_on_another_port_is_read_to_the_end()
    {
        await using var bench = new Bench("galaxy");
        await using var sockets = new Sockets(bench, "/dev/left", "/dev/right");
        sockets.Plug("/dev/left", bench.First);
        HeldDump held = await HeldDump.AtAsync(sockets.Jobs, sockets.Registry, bench.Phone, 1500, Some);

        sockets.Pull("/dev/left");
        sockets.Plug("/dev/right", bench.First);
        List<DumpEvent> events = await held.Events;

        Assert.IsType<DumpSummary>(events[^1]);
        Assert.Equal(Truth(bench.Phone, 3001), events.OfType<DumpBatch>().SelectMany(b => b.Items));
        PhoneView before = Assert.IsType<DumpHeader>(events[0]).Phone;
        Assert.Equal(("/dev/left", "/dev/right"), (before.Port, sockets.Registry.Get(before.Name).Port));
    }

    [Fact]
    public async Task Another_phone_on_the_port_ends_the_dump_and_nothing_of_it_is_kept()
    {
        await using var bench = new Bench("galaxy");
        RunningPhone<MemoryHost> other = bench.Plug("galaxy", seed: 2);
        await using var sockets = new Sockets(bench, "/dev/left");
        sockets.Plug("/dev/left", bench.First);
        HeldDump held = await HeldDump.AtAsync(sockets.Jobs, sockets.Registry, bench.Phone, 1500, Some with { WaitLimit = TimeSpan.FromSeconds(3) });

        sockets.Pull("/dev/left");
        sockets.Plug("/dev/left", other);
        var failure = await Assert.ThrowsAsync<OperationException>(() => held.Events);

        Assert.NotEqual(bench.Phone.Esn, other.Phone.Esn);
        Assert.Equal(OperationError.DumpSourceChanged, failure.Error);
        Assert.Contains(sockets.Registry.Get("").Name, failure.Message, StringComparison.Ordinal);
        SnapshotInfo kept = Assert.Single(bench.Backups.List("", 0, "").Snapshots).Info;
        Assert.InRange(kept.Items, 1400, 1500);
        Assert.Equal(Truth(bench.Phone, kept.Items), bench.Vault.Snapshots.Load(kept.Name).Readings);
        // It was asked who it is, and for nothing else.
        Assert.InRange(other.Phone.Counters.Requests(DiagCode.NvRead), 1, 10);
    }

    [Fact]
    public async Task A_phone_that_tells_no_serial_number_is_not_taken_up_again()
    {
        await using var bench = new Bench("galaxy", replyTimeout: TimeSpan.FromMilliseconds(300));
        bench.Phone.Traps.DropReply(DiagCode.Esn, count: 1000);
        bench.Phone.Erase(1, NvItemId.Esn.Number);
        bench.Phone.Erase(1, NvItemId.Meid.Number);
        HeldDump held = await HeldDump.AtAsync(bench, 1500, Some);

        bench.First.Host.Unplug();
        bench.First.Host.Replug();
        var failure = await Assert.ThrowsAsync<OperationException>(() => held.Events);

        Assert.Equal(OperationError.DumpSourceChanged, failure.Error);
        Assert.Contains("neither ESN nor MEID", failure.Message, StringComparison.Ordinal);
        Assert.InRange(Assert.Single(bench.Backups.List("", 0, "").Snapshots).Info.Items, 1400, 1500);
    }

    private static IEnumerable<NvReading> Truth(SimulatedPhone phone, int items) => Enumerable.Range(0, items).Select(item => phone.Truth(1, item));
}
