using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Operations;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Unit.Operations;

/// <summary>Dumps as jobs: whoever comes and goes, what is read is all of one phone.</summary>
public class JobTests
{
    private static readonly DumpRequest Some = new() { Ranges = [new(0, 3000)], SaveSnapshot = true, Operator = "local:test" };

    [Fact]
    public async Task A_phone_that_leaves_and_comes_back_is_read_to_the_end_and_the_content_is_that_of_an_undisturbed_dump()
    {
        await using var bench = new Bench("galaxy");
        string undisturbed = Assert.IsType<DumpSummary>((await bench.DumpAsync(Some))[^1]).Sha256;
        HeldReply held = bench.Phone.Traps.HoldReply(DiagCode.NvRead, 1500);
        Task<List<DumpEvent>> dump = bench.DumpAsync(Some);
        await held.Reached.WaitAsync(Eventually.Deadline, Bench.Ct);

        bench.First.Host.Unplug();
        await Eventually.HoldsAsync(() => bench.Jobs.List("", 0, "").Jobs[0].State == JobState.WaitingForPhone);
        JobView waiting = bench.Jobs.List("", 0, "").Jobs[0];
        bench.First.Host.Replug();
        List<DumpEvent> events = await dump;

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
        await bench.Registry.RequireAsync("", Bench.Ct);
        HeldReply held = bench.Phone.Traps.HoldReply(DiagCode.NvRead, 1500);
        Task<List<DumpEvent>> dump = bench.DumpAsync(Some with { WaitLimit = TimeSpan.FromSeconds(1) });
        await held.Reached.WaitAsync(Eventually.Deadline, Bench.Ct);

        bench.First.Host.Unplug();
        var failure = await Assert.ThrowsAsync<OperationException>(() => dump);

        Assert.Equal(OperationError.DeviceDisconnected, failure.Error);
        JobView job = bench.Jobs.List("", 0, "").Jobs[0];
        Assert.Equal((JobState.Failed, OperationError.DeviceDisconnected), (job.State, job.Error!.Error));
        SnapshotView kept = Assert.Single(bench.Backups.List("", 0, "").Snapshots);
        Assert.InRange(kept.Info.Items, 1400, 1500);
        Assert.Contains("Not complete", Assert.Single(kept.Info.Notes), StringComparison.Ordinal);
    }

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
    public async Task A_phone_that_comes_back_with_another_build_is_not_mixed_with_itself()
    {
        await using var bench = new Bench("galaxy");
        await bench.Registry.RequireAsync("", Bench.Ct);
        HeldReply held = bench.Phone.Traps.HoldReply(DiagCode.NvRead, 1500);
        Task<List<DumpEvent>> dump = bench.DumpAsync(Some);
        await held.Reached.WaitAsync(Eventually.Deadline, Bench.Ct);

        bench.First.Host.Unplug();
        bench.Phone.Flash("MPSS.OTHER.1");
        bench.First.Host.Replug();
        var failure = await Assert.ThrowsAsync<OperationException>(() => dump);

        Assert.Equal(OperationError.DumpSourceChanged, failure.Error);
        Assert.Contains("MPSS.OTHER.1", failure.Message, StringComparison.Ordinal);
        SnapshotView kept = Assert.Single(bench.Backups.List("", 0, "").Snapshots);
        Assert.NotEqual("MPSS.OTHER.1", kept.Info.Identity.Build);
        Assert.InRange(kept.Info.Items, 1400, 1500);
    }

    [Fact]
    public async Task Cancelling_stops_the_traffic_within_one_window()
    {
        await using var bench = new Bench("galaxy");
        await bench.Registry.RequireAsync("", Bench.Ct);
        HeldReply held = bench.Phone.Traps.HoldReply(DiagCode.NvRead, 1500);
        Task<List<DumpEvent>> dump = bench.DumpAsync(Some);
        await held.Reached.WaitAsync(Eventually.Deadline, Bench.Ct);

        long before = bench.Phone.Counters.Requests(DiagCode.NvRead);
        JobView job = await bench.Jobs.CancelAsync(bench.Jobs.List("", 0, "").Jobs[0].Name, unlessShared: false, Bench.Ct);
        held.Release();
        var failure = await Assert.ThrowsAsync<OperationException>(() => dump);
        // The phone serves in order: with this answer, whatever was sent ahead has reached it.
        await new ReadItem(bench.Registry, TimeProvider.System).RunAsync("", 65535, 1, Bench.Ct);

        Assert.Equal((JobState.Cancelled, OperationError.JobCancelled), (job.State, failure.Error));
        Assert.InRange(bench.Phone.Counters.Requests(DiagCode.NvRead) - before, 1, 64);
        Assert.Empty(bench.Backups.List("", 0, "").Snapshots);
    }

    [Fact]
    public async Task Two_that_ask_for_the_same_share_one_dump_and_each_gets_all_of_it()
    {
        await using var bench = new Bench("galaxy");
        await bench.Registry.RequireAsync("", Bench.Ct);
        HeldReply held = bench.Phone.Traps.HoldReply(DiagCode.NvRead, 1500);
        Task<List<DumpEvent>> first = bench.DumpAsync(Some);
        await held.Reached.WaitAsync(Eventually.Deadline, Bench.Ct);
        Task<List<DumpEvent>> second = bench.DumpAsync(Some with { Operator = "local:other" });
        await Eventually.HoldsAsync(() => bench.Jobs.List("", 0, "").Jobs.Count == 1 && held.Reached.IsCompleted);
        (JobView other, bool otherShared) = await bench.Jobs.StartAsync(Some with { Ranges = [new(0, 10)] }, Bench.Ct);
        held.Release();

        DumpHeader[] headers = [Assert.IsType<DumpHeader>((await first)[0]), Assert.IsType<DumpHeader>((await second)[0])];

        Assert.Equal([false, true], headers.Select(h => h.Shared));
        Assert.Equal(headers[0].Job, headers[1].Job);
        Assert.False(otherShared);
        Assert.NotEqual(headers[0].Job, other.Name);
        Assert.Equal((await first).OfType<DumpBatch>().SelectMany(b => b.Items), (await second).OfType<DumpBatch>().SelectMany(b => b.Items));
    }

    [Fact]
    public async Task A_job_that_several_watch_is_not_ended_by_one_of_them()
    {
        await using var bench = new Bench("galaxy");
        await bench.Registry.RequireAsync("", Bench.Ct);
        HeldReply held = bench.Phone.Traps.HoldReply(DiagCode.NvRead, 1500);
        Task<List<DumpEvent>> first = bench.DumpAsync(Some), second = bench.DumpAsync(Some);
        await held.Reached.WaitAsync(Eventually.Deadline, Bench.Ct);
        string name = bench.Jobs.List("", 0, "").Jobs[0].Name;
        await Task.WhenAll(Task.Delay(50, Bench.Ct));

        JobView goesOn = await bench.Jobs.CancelAsync(name, unlessShared: true, Bench.Ct);
        held.Release();

        Assert.False(goesOn.HasEnded);
        Assert.IsType<DumpSummary>((await first)[^1]);
        Assert.IsType<DumpSummary>((await second)[^1]);
    }

    [Fact]
    public async Task A_watcher_gets_the_batches_from_the_one_it_asks_for_while_it_runs_and_after_the_end()
    {
        await using var bench = new Bench("galaxy");
        List<DumpEvent> all = await bench.DumpAsync(Some with { Ranges = [new(0, 12000)] });
        string job = Assert.IsType<DumpHeader>(all[0]).Job;
        DumpBatch[] batches = [.. all.OfType<DumpBatch>()];
        Assert.InRange(batches.Length, 3, 100);

        foreach (long from in (long[])[0, 1, 2, batches.Length, batches.Length + 1])
        {
            var later = new List<DumpEvent>();
            await foreach (DumpEvent told in bench.Jobs.WatchAsync(job, new WatchRequest { FromSequence = from }, Bench.Ct))
                later.Add(told);
            Assert.Equal(
                batches.Where(b => b.Sequence >= from).Select(b => (b.Sequence, string.Join(' ', b.Items))),
                later.OfType<DumpBatch>().Select(b => (b.Sequence, string.Join(' ', b.Items))));
            Assert.Equal(all[^1], later[^1]);
        }
    }

    [Fact]
    public async Task A_watcher_that_stands_still_loses_nothing_and_holds_up_nobody()
    {
        await using var bench = new Bench("galaxy");
        var request = Some with { Ranges = [new(0, 65535)] };
        await using IAsyncEnumerator<DumpEvent> slow = bench.Jobs.ReadAsync(request, new WatchRequest(), Bench.Ct).GetAsyncEnumerator(Bench.Ct);
        Assert.True(await slow.MoveNextAsync());
        string job = Assert.IsType<DumpHeader>(slow.Current).Job;

        JobView ended = await bench.Jobs.WaitAsync(job, Eventually.Deadline, Bench.Ct);
        var items = new List<NvReading>();
        while (await slow.MoveNextAsync())
            items.AddRange((slow.Current as DumpBatch)?.Items ?? []);

        Assert.Equal(JobState.Succeeded, ended.State);
        Assert.Equal(Enumerable.Range(0, 65536).Select(item => bench.Phone.Truth(1, item)), items);
    }

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
        await bench.Registry.RequireAsync("", Bench.Ct);
        HeldReply held = bench.Phone.Traps.HoldReply(DiagCode.NvRead, 640);
        Task<List<DumpEvent>> first = bench.DumpAsync(Some with { Ranges = [new(640, 760)] });
        await held.Reached.WaitAsync(Eventually.Deadline, Bench.Ct);
        Task<List<DumpEvent>> second = bench.DumpAsync(Some with { Ranges = [new(1000, 9000)] });
        await Eventually.HoldsAsync(() => bench.Jobs.List("", 0, "").Jobs.Count == 2);
        held.Release();

        Assert.Equal((1, 0), Skipped(await first));
        Assert.Equal((0, 0), Skipped(await second));
        Assert.Equal([(ushort)700], bench.Vault.Learned.Skips(null).Select(skip => skip.Item.Number));

        static (int, int) Skipped(List<DumpEvent> events) => events[^1] is DumpSummary summary ? (summary.Skipped, summary.Failed) : (-1, -1);
    }

    [Fact]
    public async Task Of_one_phone_eight_dumps_run_at_once_and_no_more()
    {
        await using var bench = new Bench("galaxy");
        await bench.Registry.RequireAsync("", Bench.Ct);
        HeldReply held = bench.Phone.Traps.HoldReply(DiagCode.NvRead, 100);
        await bench.Jobs.StartAsync(Some with { Ranges = [new(100, 200)] }, Bench.Ct);
        await held.Reached.WaitAsync(Eventually.Deadline, Bench.Ct);
        for (int n = 1; n < 8; n++)
            await bench.Jobs.StartAsync(Some with { Ranges = [new(200 + n, 300)] }, Bench.Ct);

        var refused = await Assert.ThrowsAsync<OperationException>(() => bench.Jobs.StartAsync(Some with { Ranges = [new(300, 301)] }, Bench.Ct));
        (_, bool shared) = await bench.Jobs.StartAsync(Some with { Ranges = [new(100, 200)] }, Bench.Ct);
        held.Release();

        Assert.Equal(OperationError.DeviceBusy, refused.Error);
        Assert.True(shared);
    }

    [Fact]
    public async Task A_quick_dump_of_a_phone_with_data_in_every_second_item_works()
    {
        await using var bench = new Bench("galaxy");
        for (int item = 1; item < 40_000; item += 2)
            bench.Phone.Put(1, item, [1]);
        await bench.DumpAsync(new DumpRequest { Ranges = [new(0, 65535)], SaveSnapshot = true });

        DumpSummary quick = Assert.IsType<DumpSummary>((await bench.DumpAsync(new DumpRequest { Quick = true }))[^1]);

        Assert.InRange(quick.Active, 20_000, 30_000);
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
    public async Task A_quick_dump_reads_what_was_active_before_and_identity_and_rf_items_and_says_what_it_leaves_out()
    {
        await using var bench = new Bench("galaxy");
        List<DumpEvent> first = await bench.DumpAsync(new DumpRequest { Quick = true });
        await bench.DumpAsync(new DumpRequest { Ranges = [new(0, 65535)], SaveSnapshot = true });
        List<DumpEvent> second = await bench.DumpAsync(new DumpRequest { Quick = true, SaveSnapshot = true });

        int[] always = [.. new[] { NvGroup.Identity, NvGroup.RfCalibration, NvGroup.Radio }.SelectMany(NvCatalogue.InGroup).Select(e => (int)e.Id.Number).Distinct().Order()];
        int[] active = [.. Enumerable.Range(0, 65536).Where(item => bench.Phone.Truth(1, item).IsActive)];
        Assert.Equal(always, Items(first));
        Assert.Equal(always.Union(active).Order(), Items(second));
        Assert.Contains("no earlier snapshot", Assert.Single(Assert.IsType<DumpHeader>(first[0]).Notes), StringComparison.Ordinal);
        string note = Assert.Single(Assert.IsType<DumpHeader>(second[0]).Notes);
        Assert.Contains($"{65536 - always.Union(active).Count():N0} are not read", note, StringComparison.Ordinal);
        Assert.Contains(note, bench.Backups.Get(Assert.IsType<DumpSummary>(second[^1]).Snapshot).Info.Notes);

        static IEnumerable<int> Items(List<DumpEvent> events) => events.OfType<DumpBatch>().SelectMany(b => b.Items).Select(i => (int)i.Item.Number);
    }

    [Fact]
    public async Task A_vault_that_fails_ends_the_watch_and_the_next_agent_goes_on()
    {
        await using var bench = new Bench("galaxy");
        string undisturbed = Assert.IsType<DumpSummary>((await bench.DumpAsync(Some))[^1]).Sha256;
        HeldReply held = bench.Phone.Traps.HoldReply(DiagCode.NvRead, 1500);
        Task<List<DumpEvent>> dump = bench.DumpAsync(Some);
        await held.Reached.WaitAsync(Eventually.Deadline, Bench.Ct);
        string job = bench.Jobs.List("", 0, "").Jobs[0].Name;

        bench.BreakVault("job_batches");
        held.Release();
        var failure = await Assert.ThrowsAsync<OperationException>(() => dump);
        bench.MendVault("job_batches");
        Assert.Equal(JobState.Failed, (await bench.Jobs.WaitAsync(job, Eventually.Deadline, Bench.Ct)).State);
        var again = await Assert.ThrowsAsync<OperationException>(async () =>
        {
            await foreach (DumpEvent told in bench.Jobs.WatchAsync(job, new WatchRequest(), Bench.Ct))
                Assert.IsNotType<DumpSummary>(told);
        });
        Assert.Equal(OperationError.VaultUnavailable, again.Error);
        await bench.StopJobsAsync();

        Assert.Equal(OperationError.VaultUnavailable, failure.Error);
        Assert.Equal(undisturbed, (await bench.Jobs.WaitAsync(job, Eventually.Deadline, Bench.Ct)).Summary?.Sha256);
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
        HeldReply held = bench.Phone.Traps.HoldReply(DiagCode.NvRead, 0);
        Task<List<DumpEvent>> next = bench.DumpAsync(Some);
        await held.Reached.WaitAsync(Eventually.Deadline, Bench.Ct);
        int begins = bench.Jobs.List("", 0, "").Jobs[0].Progress.Window;
        held.Release();
        await next;

        Assert.Equal((8, 3), (learned, begins));
    }

    [Fact]
    public async Task A_job_whose_vault_failed_can_be_ended_when_the_vault_works_again()
    {
        await using var bench = new Bench("galaxy");
        await bench.Registry.RequireAsync("", Bench.Ct);
        HeldReply held = bench.Phone.Traps.HoldReply(DiagCode.NvRead, 1500);
        Task<List<DumpEvent>> dump = bench.DumpAsync(Some);
        await held.Reached.WaitAsync(Eventually.Deadline, Bench.Ct);
        string job = bench.Jobs.List("", 0, "").Jobs[0].Name;
        bench.BreakVault("job_batches");
        held.Release();
        await Assert.ThrowsAsync<OperationException>(() => dump);
        bench.MendVault("job_batches");

        await bench.Jobs.CancelAsync(job, unlessShared: false, Bench.Ct);
        await bench.StopJobsAsync();

        Assert.Equal((JobState.Failed, OperationError.VaultUnavailable), (bench.Jobs.Get(job).State, bench.Jobs.Get(job).Error!.Error));
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
