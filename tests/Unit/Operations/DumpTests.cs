using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Operations;
using ImeiAgent.TestKit;
using Xunit;

namespace ImeiAgent.Unit.Operations;

public class DumpTests
{
    [Fact]
    public async Task Every_item_of_both_slots_is_as_the_phone_holds_it()
    {
        await using var bench = new Bench("galaxy");

        List<DumpEvent> events = await RunAsync(bench, new DumpRequest { Ranges = [new(0, 4000), new(65535, 65535)], Slots = [1, 2] });

        NvReading[] items = [.. events.OfType<DumpBatch>().SelectMany(b => b.Items)];
        NvReading[] truth = [.. from slot in new[] { 1, 2 } from item in Enumerable.Range(0, 4001).Append(65535) select bench.Phone.Truth(slot, item)];
        Assert.Equal(truth, items);
        DumpSummary summary = Assert.IsType<DumpSummary>(events[^1]);
        Assert.Equal((8004, truth.Count(t => t.IsActive), 0), (summary.Total, summary.Active, summary.Failed));
        Assert.Equal(summary.Total, summary.Active + summary.Absent);
    }

    [Fact]
    public async Task It_begins_with_a_header_counts_its_batches_and_ends_with_a_summary()
    {
        await using var bench = new Bench("galaxy");

        List<DumpEvent> events = await RunAsync(bench, new DumpRequest { Ranges = [new(0, 3000)] });

        Assert.Equal(3001, Assert.IsType<DumpHeader>(events[0]).Total);
        DumpBatch[] batches = [.. events.OfType<DumpBatch>()];
        Assert.Equal(Enumerable.Range(1, batches.Length).Select(n => (long)n), batches.Select(b => b.Sequence));
        Assert.All(batches, b => Assert.InRange(b.Items.Sum(i => i.IsActive ? 140 : 12), 1, 33_000));
        DumpProgress last = events.OfType<DumpProgress>().Last();
        Assert.Equal((3001, 3001), (last.Done, last.Total));
        Assert.Single(events.OfType<DumpSummary>());
    }

    [Fact]
    public async Task An_item_named_twice_is_read_once_and_the_order_is_kept()
    {
        await using var bench = new Bench("galaxy");

        List<DumpEvent> events = await RunAsync(bench, new DumpRequest { Ranges = [new(550, 552), new(10, 10), new(551, 553)] });

        Assert.Equal([550, 551, 552, 10, 553], events.OfType<DumpBatch>().SelectMany(b => b.Items).Select(i => (int)i.Item.Number));
        Assert.Equal(1, events.OfType<DumpSummary>().Single().Total - 4);
    }

    [Fact]
    public async Task What_is_not_there_can_be_left_out_and_is_still_counted()
    {
        await using var bench = new Bench("galaxy");

        List<DumpEvent> events = await RunAsync(bench, new DumpRequest { Ranges = [new(0, 2000)] }, new WatchRequest { SkipAbsent = true });

        DumpSummary summary = Assert.IsType<DumpSummary>(events[^1]);
        NvReading[] items = [.. events.OfType<DumpBatch>().SelectMany(b => b.Items)];
        Assert.All(items, i => Assert.True(i.IsActive));
        Assert.Equal(2001, summary.Total);
        Assert.Equal(summary.Active, items.Length);
    }

    [Fact]
    public async Task Two_dumps_of_the_same_content_have_the_same_hash_with_or_without_batches()
    {
        await using var bench = new Bench("galaxy");
        var request = new DumpRequest { Ranges = [new(0, 1000)] };

        DumpSummary first = Assert.IsType<DumpSummary>((await RunAsync(bench, request))[^1]);
        List<DumpEvent> second = await RunAsync(bench, request with { SaveSnapshot = true }, new WatchRequest { OmitItems = true });

        Assert.Empty(second.OfType<DumpBatch>());
        DumpSummary summary = Assert.IsType<DumpSummary>(second[^1]);
        Assert.Equal(first.Sha256, summary.Sha256);
        Assert.Equal(summary.Sha256, bench.Backups.Get(summary.Snapshot).Info.Sha256);
    }

    [Fact]
    public async Task An_item_that_is_never_answered_is_noted_and_the_read_goes_on()
    {
        await using var bench = new Bench("galaxy", replyTimeout: TimeSpan.FromMilliseconds(200));
        await bench.Registry.RequireAsync("", Bench.Ct);
        bench.Phone.Traps.DropReply(DiagCode.NvRead, 700, count: 1000);

        List<DumpEvent> events = await RunAsync(bench, new DumpRequest { Ranges = [new(690, 720)] });

        NvReading[] items = [.. events.OfType<DumpBatch>().SelectMany(b => b.Items)];
        Assert.Equal([700], items.Where(i => i.Outcome == NvOutcome.NoReply).Select(i => (int)i.Item.Number));
        Assert.Equal(31, items.Length);
        Assert.Equal(1, Assert.IsType<DumpSummary>(events[^1]).Failed);
    }

    [Fact]
    public async Task A_phone_that_falls_silent_is_waited_for_and_then_given_up()
    {
        await using var bench = new Bench("galaxy", replyTimeout: TimeSpan.FromMilliseconds(100));
        await bench.Registry.RequireAsync("", Bench.Ct);
        bench.Phone.Traps.DropReply(DiagCode.NvRead, count: 1_000_000);

        var request = new DumpRequest { Ranges = [new(0, 65535)], WaitLimit = TimeSpan.FromSeconds(1) };
        var failure = await Assert.ThrowsAsync<OperationException>(() => RunAsync(bench, request));

        Assert.Equal(OperationError.NoReply, failure.Error);
    }

    [Fact]
    public async Task Progress_is_told_while_the_phone_is_silent()
    {
        await using var bench = new Bench("galaxy");
        await bench.Registry.RequireAsync("", Bench.Ct);
        var held = bench.Phone.Traps.HoldReply(DiagCode.NvRead, 600);

        var told = new List<DumpEvent>();
        await foreach (DumpEvent e in bench.Jobs.ReadAsync(new DumpRequest { Ranges = [new(590, 610)] }, new WatchRequest(), Bench.Ct))
        {
            told.Add(e);
            if (e is DumpProgress { Done: > 0 })
                held.Release();
        }

        Assert.True(told.OfType<DumpProgress>().First().Done < 21);
        Assert.Equal(21, told.OfType<DumpProgress>().Last().Done);
    }

    [Fact]
    public async Task What_was_read_is_handed_over_while_the_next_reply_is_awaited()
    {
        await using var bench = new Bench("galaxy");
        await bench.Registry.RequireAsync("", Bench.Ct);
        var held = bench.Phone.Traps.HoldReply(DiagCode.NvRead, item: 20);

        int received = 0;
        bool handedOver = false;
        await foreach (DumpEvent told in bench.Jobs.ReadAsync(new DumpRequest { Ranges = [new(0, 40)] }, new WatchRequest(), Bench.Ct))
        {
            received += (told as DumpBatch)?.Items.Count() ?? 0;
            if (received != 20 || handedOver)
                continue;
            handedOver = true;
            held.Release();
        }

        Assert.True(handedOver);
        Assert.Equal(41, received);
    }

    [Fact]
    public async Task A_busy_nv_task_is_asked_again()
    {
        await using var bench = new Bench("galaxy", "busy=0.05");

        List<DumpEvent> events = await RunAsync(bench, new DumpRequest { Ranges = [new(500, 800)] });

        Assert.Equal(0, Assert.IsType<DumpSummary>(events[^1]).Failed);
    }

    [Fact]
    public async Task A_second_slot_that_the_phone_does_not_offer_is_an_error_or_a_note()
    {
        await using var bench = new Bench("galaxy-single-sim");
        var request = new DumpRequest { Ranges = [new(0, 10)], Slots = [1, 2] };

        var failure = await Assert.ThrowsAsync<OperationException>(() => RunAsync(bench, request));
        List<DumpEvent> events = await RunAsync(bench, request with { SkipUnreachableSlots = true });

        Assert.Equal(OperationError.SlotUnreachable, failure.Error);
        Assert.Single(Assert.IsType<DumpHeader>(events[0]).Notes);
        Assert.Equal(11, Assert.IsType<DumpSummary>(events[^1]).Total);
    }

    [Fact]
    public async Task A_read_of_two_phones_that_were_swapped_behind_an_open_port_is_not_kept()
    {
        await using var bench = new Bench("galaxy");
        await bench.Registry.RequireAsync("", Bench.Ct);
        var held = bench.Phone.Traps.HoldReply(DiagCode.NvRead, 600);
        Task<List<DumpEvent>> dump = RunAsync(bench, new DumpRequest { Ranges = [new(590, 610)], SaveSnapshot = true });
        await held.Reached.WaitAsync(Eventually.Deadline, Bench.Ct);
        bench.Phone.Put(1, NvItemId.Meid.Number, [1, 2, 3, 4, 5, 6, 0x99, 0]);
        held.Release();

        var failure = await Assert.ThrowsAsync<OperationException>(() => dump);

        Assert.Equal(OperationError.DumpSourceChanged, failure.Error);
        Assert.Empty(bench.Backups.List("", 0, "").Snapshots);
    }

    [Fact]
    public async Task A_read_is_kept_when_the_phone_leaves_right_after_it()
    {
        await using var bench = new Bench("galaxy");
        await bench.Registry.RequireAsync("", Bench.Ct);
        var held = bench.Phone.Traps.HoldReply(DiagCode.Verno);
        Task<List<DumpEvent>> dump = RunAsync(bench, new DumpRequest { Ranges = [new(590, 610)], SaveSnapshot = true });
        await held.Reached.WaitAsync(Eventually.Deadline, Bench.Ct);
        bench.First.Host.Unplug();

        DumpSummary summary = Assert.IsType<DumpSummary>((await dump)[^1]);

        Assert.Equal(summary.Sha256, bench.Backups.Get(summary.Snapshot).Info.Sha256);
        Assert.Contains("left", Assert.Single(bench.Backups.Get(summary.Snapshot).Info.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_snapshot_says_that_items_are_missing_from_it()
    {
        await using var bench = new Bench("galaxy", replyTimeout: TimeSpan.FromMilliseconds(200));
        await bench.Registry.RequireAsync("", Bench.Ct);
        bench.Phone.Traps.DropReply(DiagCode.NvRead, 700, count: 1000);

        List<DumpEvent> events = await RunAsync(bench, new DumpRequest { Ranges = [new(690, 720)], SaveSnapshot = true });

        string note = Assert.Single(bench.Backups.Get(Assert.IsType<DumpSummary>(events[^1]).Snapshot).Info.Notes);
        Assert.Contains("1 item", note, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5, 4)]
    [InlineData(0, 65536)]
    [InlineData(-1, 4)]
    public async Task A_range_that_is_none_is_refused(int first, int last)
    {
        await using var bench = new Bench("galaxy");

        var failure = await Assert.ThrowsAsync<OperationException>(() => RunAsync(bench, new DumpRequest { Ranges = [new(first, last)] }));

        Assert.Equal((OperationError.ArgumentInvalid, "ranges"), (failure.Error, failure.Fields["field"]));
    }

    private static Task<List<DumpEvent>> RunAsync(Bench bench, DumpRequest request, WatchRequest? watch = null) => bench.DumpAsync(request, watch);
}
