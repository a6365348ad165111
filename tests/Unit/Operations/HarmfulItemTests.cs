using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Operations;
using ImeiAgent.TestKit;
using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Unit.Operations;

/// <summary>Items that a phone does not survive the reading of are found, and no others are blamed.</summary>
public class HarmfulItemTests
{
    private static readonly DumpRequest Some = new() { Ranges = [new(0, 3000)], SaveSnapshot = true, By = Caller.Local("test") };

    [Fact]
    public async Task An_item_that_reboots_the_phone_is_found_skipped_and_remembered_for_the_model()
    {
        await using var bench = new Bench("galaxy", "crash-on=700,reset-delay=20ms");

        DumpSummary summary = Assert.IsType<DumpSummary>((await bench.DumpAsync(Some with { Ranges = [new(650, 750)] }))[^1]);

        Assert.Equal((101, 1, 0), (summary.Total, summary.Skipped, summary.Failed));
        SnapshotView kept = bench.Backups.Get(summary.Snapshot);
        Assert.True(bench.Vault.Snapshots.Load(kept.Info.Name).Find(1, new NvItemId(700))!.Value.IsSkipped);
        Assert.Contains(kept.Info.Notes, note => note.Contains("Item 700", StringComparison.Ordinal));
        SkippedItem skip = Assert.Single(new Skips(bench.Vault, TimeProvider.System).List(kept.Info.Identity.Model)).Item;
        Assert.Equal((700, 1, ""), (skip.Item.Number, skip.Slot, skip.Operator));
        Assert.InRange(bench.Phone.Counters.Crashes, 2, 3);

        JobView job = bench.Jobs.List("", 0, "").Jobs[0];
        Assert.Equal(kept.Info.Notes, job.Notes);
        Assert.Equal(2, job.Notes.Count);

        // The next dump does not ask for it, until somebody takes it off the list.
        long crashed = bench.Phone.Counters.Crashes;
        Assert.Equal(1, Assert.IsType<DumpSummary>((await bench.DumpAsync(Some with { Ranges = [new(650, 751)] }))[^1]).Skipped);
        Assert.Equal(crashed, bench.Phone.Counters.Crashes);
        new Skips(bench.Vault, TimeProvider.System).Remove(skip.Model, 1, 700);
        Assert.Empty(new Skips(bench.Vault, TimeProvider.System).List(""));
    }

    [Fact]
    public async Task An_item_that_hangs_the_phone_is_found_and_skipped_when_the_phone_was_plugged_in_anew()
    {
        await using var bench = new Bench("galaxy", "hang-on=700", replyTimeout: TimeSpan.FromMilliseconds(100));
        Task<List<DumpEvent>> dump = bench.DumpAsync(Some with { Ranges = [new(650, 750)] });

        while (!dump.IsCompleted)
        {
            await Task.WhenAny(dump, Task.Delay(100, Bench.Ct));
            if (bench.Jobs.List("", 0, "").Jobs is [{ State: JobState.WaitingForPhone }])
            {
                bench.First.Host.Unplug();
                bench.First.Host.Replug();
            }
        }

        DumpSummary summary = Assert.IsType<DumpSummary>((await dump)[^1]);
        Assert.Equal((101, 1, 0), (summary.Total, summary.Skipped, summary.Failed));
        Assert.Equal([(ushort)700], bench.Vault.Learned.Skips(null).Select(skip => skip.Item.Number));
    }

    [Fact]
    public async Task Items_without_an_answer_are_noted_and_not_blamed_while_others_are_answered()
    {
        await using var bench = new Bench("galaxy", replyTimeout: TimeSpan.FromMilliseconds(50));
        await bench.Registry.RequireAsync("", Bench.Ct);
        foreach (int item in Enumerable.Range(700, 7))
            bench.Phone.Traps.DropReply(DiagCode.NvRead, item, count: 1000);

        DumpSummary summary = Assert.IsType<DumpSummary>((await bench.DumpAsync(Some with { Ranges = [new(650, 706)] }))[^1]);

        Assert.Equal((57, 7, 0), (summary.Total, summary.Failed, summary.Skipped));
        Assert.Empty(bench.Vault.Learned.Skips(null));
    }

    [Fact]
    public async Task Beside_a_dump_that_loses_the_phone_no_item_of_another_dump_is_blamed()
    {
        await using var bench = new Bench("galaxy", "crash-on=700,reset-delay=20ms");
        HeldDump held = await HeldDump.AtAsync(bench, 640, Some with { Ranges = [new(640, 760)] });
        Task<List<DumpEvent>> second = bench.DumpAsync(Some with { Ranges = [new(1000, 9000)] });
        await Eventually.HoldsAsync(() => bench.Jobs.List("", 0, "").Jobs.Count == 2);
        held.Reply.Release();

        Assert.Equal((1, 0), Skipped(await held.Events));
        Assert.Equal((0, 0), Skipped(await second));
        Assert.Equal([(ushort)700], bench.Vault.Learned.Skips(null).Select(skip => skip.Item.Number));

        static (int, int) Skipped(List<DumpEvent> events) => events[^1] is DumpSummary summary ? (summary.Skipped, summary.Failed) : (-1, -1);
    }
}
