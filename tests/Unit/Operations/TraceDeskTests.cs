using System.Diagnostics;
using ImeiAgent.Operations;
using ImeiAgent.Unit.Vault;
using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Unit.Operations;

/// <summary>What somebody reads of the traces, and takes along.</summary>
public class TraceDeskTests
{
    private static readonly Caller Ana = new("ana", "clients/0b055000", "192.0.2.9", "4bf92f3577b34da6a3ce929d0e0e4736");

    [Fact]
    public async Task Pages_lead_to_the_first_trace()
    {
        await using var bench = new Bench();
        bench.Vault.Traces.Append([.. Enumerable.Range(1, 5).Select(i => TracesRoom.Span(i, 1, attributes: ("imeiagent.device", "devices/a")))]);
        var desk = new TraceDesk(bench.Registry, bench.Vault);

        TracePage first = desk.List(false, "devices/a", 3, "");
        TracePage second = desk.List(false, "devices/a", 3, first.NextPage);

        Assert.Equal([5, 4, 3, 2, 1], first.Traces.Concat(second.Traces).Select(t => Convert.ToInt32(t.TraceId[..8], 16)));
        Assert.Equal(("", 3), (second.NextPage, first.Traces.Count));
        Assert.Empty(desk.List(false, "devices/b", 0, "").Traces);
        foreach (string wrong in (string[])["x", "0", "-1"])
            Assert.Equal(OperationError.ArgumentInvalid, Assert.Throws<OperationException>(() => desk.List(false, "", 0, wrong)).Error);
    }

    [Fact]
    public async Task Frames_are_given_out_on_record_and_the_last_when_none_is_named()
    {
        await using var bench = new Bench();
        bench.Vault.Traces.Append([TracesRoom.Span(1, 1), TracesRoom.Span(2, 1)]);
        foreach (byte content in (byte[])[1, 2])
            bench.Vault.Traces.KeepRecording(TracesRoom.Id(1), "devices/a", "/dev/sim1", "NO_REPLY", 1, new[] { content }, "");
        var desk = new TraceDesk(bench.Registry, bench.Vault);

        Assert.Equal([2], desk.ExportFrames("00000001", 0, Ana).ToArray());
        Assert.Equal([1], desk.ExportFrames("00000001", 1, Ana).ToArray());
        foreach ((string id, long number) in ((string, long)[])[("00000001", 3), ("00000002", 1), ("00000002", 0), ("0000", 1), ("ffff", 1)])
            Assert.Equal(OperationError.TraceNotFound, Assert.Throws<OperationException>(() => desk.ExportFrames(id, number, Ana)).Error);

        Assert.Equal(
            [$"recording 1 of trace {TracesRoom.Id(1)}", $"recording 2 of trace {TracesRoom.Id(1)}"],
            bench.Vault.Audit.List(10).Where(r => r.Entry is { Action: "export-frames", Operator: "ana", Device: "devices/a" }).Select(r => r.Entry.Detail));
    }

    [Fact]
    public void A_span_is_kept_with_its_numbers_masked_and_its_texts_bounded()
    {
        using var source = new ActivitySource("ImeiAgent.Operations");
        using var listener = new ActivityListener { ShouldListenTo = one => one == source, Sample = (ref _) => ActivitySamplingResult.AllData };
        ActivitySource.AddActivityListener(listener);
        var job = new ActivityContext(ActivityTraceId.CreateFromString("0af7651916cd43dd8448eb211c80319c"), ActivitySpanId.CreateFromString("b7ad6b7169203331"), ActivityTraceFlags.None);

        using Activity parent = source.StartActivity("restore", ActivityKind.Server)!;
        using Activity span = source.StartActivity("restore.checked", ActivityKind.Client, default(ActivityContext), links: [new ActivityLink(job)])!;
        span.SetTag("imeiagent.detail", "ticket of 356938035643809\nand\tmore").SetTag("long", new string('x', 5000)).SetTag("imeiagent.slots", 2).SetTag("error.type", "IMEI_INTACT");
        for (int i = 0; i < 100; i++)
            span.SetTag($"extra.{i}", i);
        span.SetStatus(ActivityStatusCode.Error, "SIM 1 holds 490154203237518");
        span.Stop();
        SpanRow row = SpanRows.Of(span);

        Assert.Equal(("ImeiAgent.Operations", "restore.checked", SpanKind.Client, true, "IMEI_INTACT"), (row.Source, row.Name, row.Kind, row.Failed, row.ErrorType));
        Assert.Equal(("SIM 1 holds 49015420*****18", "ticket of 35693803*****09?and?more", "2"), (row.StatusMessage, row.Attributes["imeiagent.detail"], row.Attributes["imeiagent.slots"]));
        Assert.Equal((1003, 64), (row.Attributes["long"].Length, row.Attributes.Count));
        Assert.Equal([new SpanLink("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331")], row.Links);
        Assert.Equal((span.TraceId.ToHexString(), span.ParentSpanId == default ? "" : parent.SpanId.ToHexString()), (row.TraceId, row.ParentId));
        Assert.Equal(("", SpanKind.Server, false), (SpanRows.Of(parent).ErrorType, SpanRows.Of(parent).Kind, SpanRows.Of(parent).Failed));
    }
}
