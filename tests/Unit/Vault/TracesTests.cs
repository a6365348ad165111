using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Unit.Vault;

/// <summary>Traces as they are kept and found again.</summary>
public sealed class TracesTests : IDisposable
{
    private readonly TracesRoom _room = new();

    private Traces Traces => _room.Traces;

    [Fact]
    public void A_span_is_given_back_as_it_was_kept_also_by_the_next_agent()
    {
        SpanRow span = new(
            "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", "b7ad6b7169203331", "ImeiAgent.Session", "DIAG_NV_READ_F", SpanKind.Client,
            new DateTimeOffset(2026, 11, 23, 11, 59, 59, TimeSpan.Zero).AddTicks(1234567), TimeSpan.FromTicks(42_0001), true, "no reply within 2 s", "NO_REPLY",
            new Dictionary<string, string> { ["imeiagent.nv.item"] = "550", ["note"] = "\"ä\"" },
            [new SpanLink("0af7651916cd43dd8448eb211c80319c", "00f067aa0ba902b8"), new SpanLink("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b9")]);

        Assert.True(Traces.Append([span]));
        _room.Close();
        SpanRow found = Assert.Single(Traces.Spans(span.TraceId));

        Assert.Equal(span with { Attributes = found.Attributes, Links = found.Links }, found);
        Assert.Equal(span.Attributes, found.Attributes);
        Assert.Equal(span.Links, found.Links);
        Assert.Equal("", Traces.Problem);
    }

    [Fact]
    public void A_trace_is_summed_up_whatever_the_order_in_which_its_spans_end()
    {
        Traces.Append([TracesRoom.Span(1, 3, parent: 2, name: "restore.read_back", at: 30, error: "NO_REPLY", source: "ImeiAgent.Session")]);
        Assert.Equal(("restore.read_back", "NO_REPLY"), (Traces.Find(TracesRoom.Id(1)).Name, Traces.Find(TracesRoom.Id(1)).Error));

        Traces.Append(
        [
            TracesRoom.Span(1, 2, parent: 1, name: "restore", at: 20, error: "WRITE_OUTCOME_UNKNOWN", attributes: ("imeiagent.device", "devices/a")),
            TracesRoom.Span(1, 4, parent: 2, name: "restore.closed", at: 44),
            TracesRoom.Span(1, 1, parent: 99, name: "imeiagent.v1.ImeiService/WriteImei", at: 10, error: "DATA_LOSS", source: "ImeiAgent.Agent", kind: SpanKind.Server,
                attributes: ("imeiagent.operator", "bench-3")),
            TracesRoom.Span(2, 1, name: "dump"),
        ]);

        TraceRow trace = Traces.Find(TracesRoom.Id(1));
        Assert.Equal(
            ("restore", true, "WRITE_OUTCOME_UNKNOWN", "devices/a", "bench-3", 4, 0L, 0),
            (trace.Name, trace.Failed, trace.Error, trace.Device, trace.Operator, trace.Spans, trace.SpansLeftOut, trace.Recordings));
        Assert.Equal((10, TimeSpan.FromMilliseconds(35)), (trace.Start.Millisecond, trace.Duration));
        Assert.Equal([1, 2, 3, 4], Traces.Spans(TracesRoom.Id(1)).Select(s => Convert.ToInt32(s.SpanId, 16)));
        Assert.Equal((false, "", "dump"), (Traces.Find(TracesRoom.Id(2)).Failed, Traces.Find(TracesRoom.Id(2)).Error, Traces.Find(TracesRoom.Id(2)).Name));
    }

    [Fact]
    public void Those_that_link_to_a_trace_are_found_newest_first()
    {
        SpanLink write = new(TracesRoom.Id(1), "00f067aa0ba902b7"), other = new(TracesRoom.Id(9), "00f067aa0ba902b7");
        for (int i = 1; i <= 5; i++)
            Traces.Append([TracesRoom.Span(i, 1, name: "recovery") with { Links = i switch { 2 or 5 => [other, write], 3 => [write], 4 => [other], _ => [] } }]);

        Assert.Equal([5, 3, 2], Numbers(Traces.LinkedTo(TracesRoom.Id(1), 10)));
        Assert.Equal([5, 3], Numbers(Traces.LinkedTo(TracesRoom.Id(1), 2)));
        Assert.Empty(Traces.LinkedTo(TracesRoom.Id(2), 10));
    }

    [Fact]
    public void A_trace_without_an_operation_is_named_after_its_longest_call()
    {
        SpanRow[] calls = [.. new[] { ("GetDevice", 3), ("WatchJob", 90), ("GetJob", 5) }.Select((call, n) =>
            TracesRoom.Span(1, n + 1, name: call.Item1, at: n, source: "ImeiAgent.Agent", kind: SpanKind.Server) with { Duration = TimeSpan.FromMilliseconds(call.Item2) })];
        Traces.Append(calls);

        Assert.Equal("WatchJob", Traces.Find(TracesRoom.Id(1)).Name);
    }

    [Fact]
    public void A_span_that_is_told_twice_is_kept_once()
    {
        Traces.Append([TracesRoom.Span(1, 1), TracesRoom.Span(1, 1)]);
        Traces.Append([TracesRoom.Span(1, 1)]);

        Assert.Equal((1, 0L), (Traces.Find(TracesRoom.Id(1)).Spans, Traces.Lost));
    }

    [Fact]
    public void Lists_are_newest_first_in_pages_and_of_what_is_asked_for()
    {
        for (int i = 1; i <= 6; i++)
            Traces.Append([TracesRoom.Span(i, 1, error: i % 3 == 0 ? "NO_REPLY" : "", attributes: ("imeiagent.device", i % 2 == 0 ? "devices/even" : "devices/odd"))]);

        Assert.Equal([6, 5, 4, 3, 2, 1], Numbers(Traces.List(false, null, 10, null)));
        IReadOnlyList<TraceRow> page = Traces.List(false, null, 4, null);
        Assert.Equal([2, 1], Numbers(Traces.List(false, null, 4, page[^1].Number)));
        Assert.Equal([6, 3], Numbers(Traces.List(true, null, 10, null)));
        Assert.Equal([5, 3, 1], Numbers(Traces.List(false, "devices/odd", 10, null)));
        Assert.Equal([3], Numbers(Traces.List(true, "devices/odd", 10, null)));
    }

    [Fact]
    public void A_trace_is_found_by_a_beginning_that_no_other_has()
    {
        Traces.Append([TracesRoom.Span(0x12345678, 1), TracesRoom.Span(0x12345699, 1), TracesRoom.Span(0x2aaaaaaa, 1)]);

        Assert.Equal(TracesRoom.Id(0x12345678), Traces.Find("1234567").TraceId);
        Assert.Equal(TracesRoom.Id(0x2aaaaaaa), Traces.Find("2AAA").TraceId);
        Assert.Equal(
            [TracesRoom.Id(0x12345678), TracesRoom.Id(0x12345699)],
            Assert.Throws<TraceNotFoundException>(() => Traces.Find("123456")).Candidates.Order(StringComparer.Ordinal));
        foreach (string unknown in (string[])["", "2aa", "2aab", "2aaaz", "%", TracesRoom.Id(0x2aaaaaaa) + "a"])
            Assert.Empty(Assert.Throws<TraceNotFoundException>(() => Traces.Find(unknown)).Candidates);
    }

    [Fact]
    public void A_recording_waits_for_its_spans_and_makes_its_trace_a_failed_one()
    {
        Assert.True(Traces.KeepRecording(TracesRoom.Id(7), "devices/a", "/dev/ttyUSB0", "NO_REPLY", 12, new byte[] { 0x0A, 0x0D, 0x0D, 0x0A }, "12:00 > 26"));
        TraceRow early = Traces.Find(TracesRoom.Id(7));
        Traces.Append([TracesRoom.Span(7, 1, name: "dump")]);
        TraceRow late = Traces.Find(TracesRoom.Id(7));

        Assert.Equal(("", true, "NO_REPLY", "devices/a", 0, 1), (early.Name, early.Failed, early.Error, early.Device, early.Spans, early.Recordings));
        Assert.Equal(("dump", true, "NO_REPLY", "devices/a", 1, 1), (late.Name, late.Failed, late.Error, late.Device, late.Spans, late.Recordings));
        RecordingRow row = Assert.Single(Traces.Recordings(TracesRoom.Id(7)));
        Assert.Equal(new RecordingRow(1, TracesRoom.Id(7), _room.Time.GetUtcNow(), "devices/a", "/dev/ttyUSB0", "NO_REPLY", 12), row);
        Assert.Equal(("0A0D0D0A", "12:00 > 26"), (Convert.ToHexString(Traces.Recording(1)!.Pcapng), Traces.Recording(1)!.Text));
        Assert.Null(Traces.Recording(2));
        Assert.False(Traces.KeepRecording("", "devices/a", "/dev/ttyUSB0", "NO_REPLY", 1, default, ""));
        Assert.Equal(1, Traces.Lost);
    }

    public void Dispose() => _room.Dispose();

    private static IEnumerable<int> Numbers(IEnumerable<TraceRow> traces) => traces.Select(t => Convert.ToInt32(t.TraceId[..8], 16));
}
