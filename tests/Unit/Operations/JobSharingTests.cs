using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Operations;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Unit.Operations;

/// <summary>Many may want a dump: whoever comes, goes or stands still, each gets all of it.</summary>
public class JobSharingTests
{
    private static readonly DumpRequest Some = new() { Ranges = [new(0, 3000)], SaveSnapshot = true, By = Caller.Local("test") };

    [Fact]
    public async Task Two_that_ask_for_the_same_share_one_dump_and_each_gets_all_of_it()
    {
        await using var bench = new Bench("galaxy");
        HeldDump held = await HeldDump.AtAsync(bench, 1500, Some);
        Task<List<DumpEvent>> second = bench.DumpAsync(Some with { By = Caller.Local("other") });
        await Eventually.HoldsAsync(() => bench.Jobs.List("", 0, "").Jobs.Count == 1 && held.Reply.Reached.IsCompleted);
        (JobView other, bool otherShared) = await bench.Jobs.StartAsync(Some with { Ranges = [new(0, 10)] }, Bench.Ct);
        held.Reply.Release();

        DumpHeader[] headers = [Assert.IsType<DumpHeader>((await held.Events)[0]), Assert.IsType<DumpHeader>((await second)[0])];

        Assert.Equal([false, true], headers.Select(h => h.Shared));
        Assert.Equal(headers[0].Job, headers[1].Job);
        Assert.False(otherShared);
        Assert.NotEqual(headers[0].Job, other.Name);
        Assert.Equal((await held.Events).OfType<DumpBatch>().SelectMany(b => b.Items), (await second).OfType<DumpBatch>().SelectMany(b => b.Items));
    }

    [Fact]
    public async Task A_job_that_several_watch_is_not_ended_by_one_of_them()
    {
        await using var bench = new Bench("galaxy");
        HeldDump held = await HeldDump.AtAsync(bench, 1500, Some);
        await using IAsyncEnumerator<DumpEvent> second = bench.Jobs.ReadAsync(Some, new WatchRequest(), Bench.Ct).GetAsyncEnumerator(Bench.Ct);
        Assert.True(await second.MoveNextAsync());
        Assert.True(Assert.IsType<DumpHeader>(second.Current).Shared);

        JobView goesOn = await bench.Jobs.CancelAsync(held.Job, Some.By, unlessShared: true, Bench.Ct);
        held.Reply.Release();

        Assert.False(goesOn.HasEnded);
        Assert.IsType<DumpSummary>((await held.Events)[^1]);
        DumpEvent last = second.Current;
        while (await second.MoveNextAsync())
            last = second.Current;
        Assert.IsType<DumpSummary>(last);
    }

    [Fact]
    public async Task What_somebody_else_asked_for_is_not_ended_by_one_who_gives_up_twice()
    {
        await using var bench = new Bench("galaxy");
        HeldDump held = await HeldDump.AtAsync(bench, 1500, Some);
        Caller other = Caller.Local("other"), third = Caller.Local("third");
        Assert.True((await bench.Jobs.StartAsync(Some with { By = other }, Bench.Ct)).Shared);

        // A call that is sent again because its answer was lost; and one of somebody who never asked for it.
        Caller[] leavers = [other, other, other, third];
        foreach (Caller by in leavers)
            Assert.False((await bench.Jobs.CancelAsync(held.Job, by, unlessShared: true, Bench.Ct)).HasEnded);
        Task<JobView> last = bench.Jobs.CancelAsync(held.Job, Some.By, unlessShared: true, Bench.Ct);
        held.Reply.Release();

        Assert.Equal(JobState.Cancelled, (await last).State);
        await Assert.ThrowsAsync<OperationException>(() => held.Events);
    }

    [Fact]
    public async Task Who_asked_at_two_desks_gives_up_at_both()
    {
        await using var bench = new Bench("galaxy");
        HeldDump held = await HeldDump.AtAsync(bench, 1500, Some);
        await bench.Jobs.StartAsync(Some, Bench.Ct);

        Assert.False((await bench.Jobs.CancelAsync(held.Job, Some.By, unlessShared: true, Bench.Ct)).HasEnded);
        // Under whatever name they go by then.
        Task<JobView> second = bench.Jobs.CancelAsync(held.Job, Some.By with { Name = "renamed" }, unlessShared: true, Bench.Ct);
        held.Reply.Release();

        Assert.Equal(JobState.Cancelled, (await second).State);
        await Assert.ThrowsAsync<OperationException>(() => held.Events);
    }

    [Fact]
    public async Task Who_begins_to_watch_is_told_first_what_the_job_is_doing()
    {
        await using var bench = new Bench("galaxy");
        HeldDump held = await HeldDump.AtAsync(bench, 1500, Some);

        await using IAsyncEnumerator<DumpEvent> watch = bench.Jobs.WatchAsync(held.Job, new WatchRequest(), Bench.Ct).GetAsyncEnumerator(Bench.Ct);
        Assert.True(await watch.MoveNextAsync() && watch.Current is DumpHeader && await watch.MoveNextAsync());

        Assert.Equal(JobState.Running, Assert.IsType<DumpStateChanged>(watch.Current).Job.State);
        held.Reply.Release();
        await held.Events;
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
}
