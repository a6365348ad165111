using ImeiAgent.Operations;
using ImeiAgent.TestKit;
using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Unit.Operations;

/// <summary>Dumps outlive a vault that fails.</summary>
public class JobVaultTests
{
    private static readonly DumpRequest Some = new() { Ranges = [new(0, 3000)], SaveSnapshot = true, By = Caller.Local("test") };

    [Fact]
    public async Task A_vault_that_fails_ends_the_watch_and_the_next_agent_goes_on()
    {
        await using var bench = new Bench("galaxy");
        string undisturbed = Assert.IsType<DumpSummary>((await bench.DumpAsync(Some))[^1]).Sha256;
        HeldDump held = await HeldDump.AtAsync(bench, 1500, Some);

        bench.BreakVault("job_batches");
        held.Reply.Release();
        var failure = await Assert.ThrowsAsync<OperationException>(() => held.Events);
        bench.MendVault("job_batches");
        Assert.Equal(JobState.Failed, (await bench.Jobs.WaitAsync(held.Job, Eventually.Deadline, Bench.Ct)).State);
        var again = await Assert.ThrowsAsync<OperationException>(async () =>
        {
            await foreach (DumpEvent told in bench.Jobs.WatchAsync(held.Job, new WatchRequest(), Bench.Ct))
                Assert.IsNotType<DumpSummary>(told);
        });
        Assert.Equal(OperationError.VaultUnavailable, again.Error);
        await bench.StopJobsAsync();

        Assert.Equal(OperationError.VaultUnavailable, failure.Error);
        Assert.Equal(undisturbed, (await bench.Jobs.WaitAsync(held.Job, Eventually.Deadline, Bench.Ct)).Summary?.Sha256);
    }

    [Fact]
    public async Task A_job_whose_vault_failed_can_be_ended_when_the_vault_works_again()
    {
        await using var bench = new Bench("galaxy");
        HeldDump held = await HeldDump.AtAsync(bench, 1500, Some);
        bench.BreakVault("job_batches");
        held.Reply.Release();
        await Assert.ThrowsAsync<OperationException>(() => held.Events);
        bench.MendVault("job_batches");

        await bench.Jobs.CancelAsync(held.Job, Caller.Local("test"), unlessShared: false, Bench.Ct);
        await bench.StopJobsAsync();

        Assert.Equal((JobState.Failed, OperationError.VaultUnavailable), (bench.Jobs.Get(held.Job).State, bench.Jobs.Get(held.Job).Error!.Error));
    }

    [Fact]
    public async Task A_vault_that_fails_at_the_end_leaves_neither_a_snapshot_nor_doubled_notes()
    {
        await using var bench = new Bench("galaxy");
        string model = (await bench.Registry.RequireAsync("", Bench.Ct)).Last.Identity.Model;
        new Skips(bench.Vault, TimeProvider.System).Add(model, 1, 700, "a test", "local:test");
        HeldDump held = await HeldDump.AtAsync(bench, 1500, Some);

        bench.BreakVault("snapshots");
        held.Reply.Release();
        var failure = await Assert.ThrowsAsync<OperationException>(() => held.Events);
        bench.MendVault("snapshots");

        Assert.Equal(OperationError.VaultUnavailable, failure.Error);
        Assert.Empty(bench.Backups.List("", 0, "").Snapshots);
        JobRow open = Assert.Single(bench.Vault.Jobs.ListUnended());
        Assert.Equal((3001, 0), (open.Tally.Done, open.Notes.Count));
        await bench.StopJobsAsync();
        JobView ended = await bench.Jobs.WaitAsync(held.Job, Eventually.Deadline, Bench.Ct);
        SnapshotView kept = Assert.Single(bench.Backups.List("", 0, "").Snapshots);
        Assert.Equal((JobState.Succeeded, kept.Name), (ended.State, ended.Summary?.Snapshot));
        Assert.Contains("skipped", Assert.Single(ended.Notes), StringComparison.Ordinal);
        Assert.Equal(ended.Notes, kept.Info.Notes);
    }
}
