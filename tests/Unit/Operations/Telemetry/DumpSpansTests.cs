using System.Diagnostics;
using ImeiAgent.Diag.Messages;
using ImeiAgent.Operations;
using ImeiAgent.TestKit;
using Xunit;

namespace ImeiAgent.Unit.Operations.Telemetry;

/// <summary>The spans of a dump: a trace of its own, few however many items there are, linked with those who have to do with it.</summary>
public sealed class DumpSpansTests : IDisposable
{
    private readonly SpanRecorder _spans = new();

    [Fact]
    public async Task A_full_dump_of_both_slots_stays_under_350_spans_and_tells_every_item()
    {
        await using var bench = new Bench("galaxy");
        (JobView job, _, IReadOnlyList<Activity> spans) = await DumpAsync(bench, new DumpRequest { Ranges = [new ItemRange(0, 65535)], Slots = [1, 2], SaveSnapshot = true });

        Assert.InRange(spans.Count, 250, 350);
        Activity[] segments = [.. spans.Where(span => span.DisplayName == "dump.segment")];
        Assert.Equal(256, segments.Length);
        Assert.Equal(131072, segments.Sum(span => (int)span.GetTagItem("imeiagent.items")!));
        Assert.Equal(job.Summary!.Active, segments.Sum(span => (int)span.GetTagItem("imeiagent.items.active")!));
        Assert.Equal(job.Summary.Absent, segments.Sum(span => (int)span.GetTagItem("imeiagent.items.absent")!));
        Assert.Equal((1, 0, 511), Ends(segments[0]));
        Assert.Equal((2, 65024, 65535), Ends(segments[^1]));
        Activity keep = Assert.Single(spans, span => span.DisplayName == "dump.keep");
        Assert.True((int)keep.GetTagItem("imeiagent.snapshot.bytes")! > 131072);
    }

    [Fact]
    public async Task A_dump_has_a_trace_of_its_own_and_links_both_ways_with_the_call_that_asked()
    {
        await using var bench = new Bench("galaxy");
        (JobView job, Activity root, IReadOnlyList<Activity> spans) = await DumpAsync(bench, new DumpRequest { Ranges = [new ItemRange(0, 600)] });

        Activity dump = Assert.Single(spans, span => span.DisplayName == "dump");
        Assert.NotEqual(root.TraceId, dump.TraceId);
        Assert.Equal(dump.Id, job.Traceparent);
        Assert.Equal(default, dump.ParentSpanId);
        Assert.Equal(root.Context.SpanId, Assert.Single(dump.Links).Context.SpanId);
        Assert.Contains(root.Links, link => link.Context.TraceId == dump.TraceId);
        Assert.Equal((job.Name, "succeeded", 601), (dump.GetTagItem("imeiagent.job"), dump.GetTagItem("imeiagent.outcome"), dump.GetTagItem("imeiagent.items")));
        Assert.Equal([256, 256, 89], spans.Where(span => span.DisplayName == "dump.segment").Select(span => (int)span.GetTagItem("imeiagent.items")!));
    }

    [Fact]
    public async Task A_watcher_links_to_the_job_it_watches()
    {
        await using var bench = new Bench("galaxy");
        (JobView job, _, _) = await DumpAsync(bench, new DumpRequest { Ranges = [new ItemRange(0, 20)] });
        using Activity watcher = SpanRecorder.Root("watcher");
        await foreach (DumpEvent _ in bench.Jobs.WatchAsync(job.Name, new WatchRequest(), Bench.Ct))
        {
        }

        ActivityLink link = Assert.Single(watcher.Links);
        Assert.Equal(job.Traceparent[3..35], link.Context.TraceId.ToHexString());
    }

    [Fact]
    public async Task An_item_that_is_not_answered_is_told_with_its_number_and_the_others_are_not()
    {
        await using var bench = new Bench("galaxy", replyTimeout: TimeSpan.FromMilliseconds(200));
        bench.Phone.Traps.DropReply(DiagCode.NvRead, 20, count: 1000);
        (_, _, IReadOnlyList<Activity> spans) = await DumpAsync(bench, new DumpRequest { Ranges = [new ItemRange(0, 40)] });

        Activity item = Assert.Single(spans, span => span.DisplayName == "dump.item" && span.Status == ActivityStatusCode.Error);
        Assert.Equal((1, 20, "none"), (item.GetTagItem("imeiagent.nv.slot"), item.GetTagItem("imeiagent.nv.item"), item.GetTagItem("imeiagent.answer")));
        Assert.Equal(1, (int)Assert.Single(spans, span => span.DisplayName == "dump.segment").GetTagItem("imeiagent.items.failed")!);
    }

    [Fact]
    public async Task However_many_items_fail_64_are_told_one_by_one()
    {
        await using var bench = new Bench("galaxy");
        await bench.ReadyAsync();
        bench.Phone.Quirks = bench.Phone.Quirks with { Busy = 1 };
        (JobView job, _, IReadOnlyList<Activity> spans) = await DumpAsync(bench, new DumpRequest { Ranges = [new ItemRange(1000, 1079)] });

        Assert.Equal(80, job.Summary!.Failed);
        Assert.Equal(64, spans.Count(span => span.DisplayName == "dump.item"));
    }

    [Fact]
    public async Task A_dump_that_the_next_agent_takes_up_goes_on_in_the_same_trace()
    {
        await using var bench = new Bench("galaxy", "latency=2ms");
        await bench.ReadyAsync();
        (JobView job, _) = await bench.Jobs.StartAsync(new DumpRequest { Ranges = [new ItemRange(0, 3000)] }, Bench.Ct);
        await Eventually.HoldsAsync(() => bench.Jobs.Get(job.Name).Progress.Sequence > 0);
        await bench.StopJobsAsync();
        await bench.Jobs.WaitAsync(job.Name, TimeSpan.FromMinutes(1), Bench.Ct);

        ActivityTraceId trace = ActivityContext.Parse(job.Traceparent, null).TraceId;
        await Eventually.HoldsAsync(() => _spans.Of(trace).Count(span => span.DisplayName == "dump") == 2);
        Activity[] dumps = [.. _spans.Of(trace).Where(span => span.DisplayName == "dump")];
        Assert.Equal(["interrupted", "succeeded"], dumps.Select(span => (string)span.GetTagItem("imeiagent.outcome")!));
        Assert.Equal(dumps[0].SpanId, dumps[1].ParentSpanId);
    }

    public void Dispose() => _spans.Dispose();

    private static (object? Slot, object? First, object? Last) Ends(Activity segment) =>
        (segment.GetTagItem("imeiagent.nv.slot"), segment.GetTagItem("imeiagent.nv.first"), segment.GetTagItem("imeiagent.nv.last"));

    private async Task<(JobView Job, Activity Root, IReadOnlyList<Activity> Spans)> DumpAsync(Bench bench, DumpRequest request)
    {
        await bench.ReadyAsync();
        using Activity root = SpanRecorder.Root();
        (JobView job, _) = await bench.Jobs.StartAsync(request, Bench.Ct);
        root.Stop();
        job = await bench.Jobs.WaitAsync(job.Name, TimeSpan.FromMinutes(2), Bench.Ct);
        ActivityTraceId trace = ActivityContext.Parse(job.Traceparent, null).TraceId;
        // The job's end is on the disk a moment before its span ends.
        await Eventually.HoldsAsync(() => _spans.Of(trace).Any(span => span.DisplayName == "dump"));
        return (job, root, _spans.Of(trace));
    }
}
