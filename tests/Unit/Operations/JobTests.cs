using ImeiAgent.Diag.Messages;
using ImeiAgent.Operations;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Unit.Operations;

/// <summary>Dumps as jobs: the next agent goes on with them, they can be cancelled, and what is asked wrongly is refused.</summary>
public class JobTests
{
    private static readonly DumpRequest Some = new() { Ranges = [new(0, 3000)], SaveSnapshot = true, By = Caller.Local("test") };

    [Fact]
    public async Task The_next_agent_takes_a_job_up_where_the_last_batch_reached_the_disk()
    {
        await using var bench = new Bench("galaxy");
        string undisturbed = Assert.IsType<DumpSummary>((await bench.DumpAsync(Some))[^1]).Sha256;
        HeldReply held = bench.Phone.Traps.HoldReply(DiagCode.NvRead, 1500);
        (JobView job, _) = await bench.Jobs.StartAsync(Some, Bench.Ct);
        await held.Reached.WaitAsync(Eventually.Deadline, Bench.Ct);

        await bench.StopJobsAsync();
        held.Release();
        long before = bench.Phone.Counters.Requests(DiagCode.NvRead);
        JobView ended = await bench.Jobs.WaitAsync(job.Name, Eventually.Deadline, Bench.Ct);

        Assert.Equal((JobState.Succeeded, undisturbed), (ended.State, ended.Summary?.Sha256));
        Assert.InRange(bench.Phone.Counters.Requests(DiagCode.NvRead) - before, 1400, 1700);
    }

    [Fact]
    public async Task Cancelling_stops_the_traffic_within_one_window()
    {
        await using var bench = new Bench("galaxy");
        HeldDump held = await HeldDump.AtAsync(bench, 1500, Some);

        long before = bench.Phone.Counters.Requests(DiagCode.NvRead);
        JobView job = await bench.Jobs.CancelAsync(bench.Jobs.List("", 0, "").Jobs[0].Name, Caller.Local("test"), unlessShared: false, Bench.Ct);
        held.Reply.Release();
        var failure = await Assert.ThrowsAsync<OperationException>(() => held.Events);
        // The phone serves in order: with this answer, whatever was sent ahead has reached it.
        await new ReadItem(bench.Registry, TimeProvider.System).RunAsync("", 65535, 1, Bench.Ct);

        Assert.Equal((JobState.Cancelled, OperationError.JobCancelled), (job.State, failure.Error));
        Assert.InRange(bench.Phone.Counters.Requests(DiagCode.NvRead) - before, 1, 64);
        Assert.Empty(bench.Backups.List("", 0, "").Snapshots);
    }

    [Fact]
    public async Task The_window_a_phone_was_found_to_take_is_remembered_for_its_model_and_build()
    {
        await using var bench = new Bench("galaxy");
        Phone phone = await bench.Registry.RequireAsync("", Bench.Ct);
        (string model, string build) = (phone.Last.Identity.Model, phone.Last.Identity.Build);
        Assert.Null(bench.Vault.Learned.Window(model, build));

        await bench.DumpAsync(Some);
        int? learned = bench.Vault.Learned.Window(model, build);
        bench.Vault.Learned.RememberWindow(model, build, 3);
        HeldDump held = await HeldDump.AtAsync(bench, 0, Some);
        int begins = bench.Jobs.List("", 0, "").Jobs[0].Progress.Window;
        held.Reply.Release();
        await held.Events;

        Assert.Equal((8, 3), (learned, begins));
    }

    [Fact]
    public async Task What_is_asked_wrongly_is_refused()
    {
        await using var bench = new Bench("galaxy");

        await RefusedAsync("wait_limit", new DumpRequest { Ranges = [new(0, 1)], WaitLimit = TimeSpan.FromDays(2) });
        await RefusedAsync("ranges", new DumpRequest { Ranges = [new(0, 1)], Quick = true });
        await RefusedAsync("ranges", new DumpRequest());
        Assert.Equal(OperationError.JobNotFound, Assert.Throws<OperationException>(() => bench.Jobs.Get("jobs/none")).Error);
        Assert.Equal(OperationError.SkipNotFound, Assert.Throws<OperationException>(() => new Skips(bench.Vault, TimeProvider.System).Remove("X", 1, 5)).Error);

        async Task RefusedAsync(string field, DumpRequest request)
        {
            var refused = await Assert.ThrowsAsync<OperationException>(() => bench.Jobs.StartAsync(request, Bench.Ct));
            Assert.Equal((OperationError.ArgumentInvalid, field), (refused.Error, refused.Fields["field"]));
        }
    }
}
