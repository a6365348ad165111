using Google.Protobuf.WellKnownTypes;
using ImeiAgent.Client;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Unit.Client;

public class TraceTextTests
{
    private const string Id = "4bf92f3577b34da6a3ce929d0e0e4736";

    private static readonly DateTime s_start = new(2026, 11, 24, 14, 0, 6, 250, DateTimeKind.Utc);

    [Fact]
    public void A_failed_restore_is_a_tree_with_bars_answers_errors_links_and_the_command_for_its_recording()
    {
        TraceSpan write = Span("b", "a", "DIAG_NV_WRITE_F", 1200, 4, ("imeiagent.nv.item", "550"), ("imeiagent.answer", "READONLY_S"));
        write.Failed = true;
        write.Attributes["error.type"] = "ITEM_READ_ONLY";
        write.StatusMessage = "The phone keeps item 550 as it is.";
        TraceSpan check = Span("c", "a", "restore.checked", 0, 600, ("imeiagent.detail", "slot 1 is blank"));
        check.Links.Add(new TraceLink { TraceId = "0af7651916cd43dd8448eb211c80319c", SpanId = "b7ad6b7169203331" });
        GetTraceResponse trace = new()
        {
            Trace = new TraceSummary
            {
                TraceId = Id,
                Name = "imeiagent.v1.ImeiService/WriteImei",
                StartTime = s_start.ToTimestamp(),
                Duration = Took(2400),
                Failed = true,
                Error = "ITEM_READ_ONLY",
                Device = "devices/sm-g991u-3f2a",
                Operator = "local:ana",
                SpanCount = 5,
            },
            // Not in their order, and the first one's parent is the client's, which the agent does not keep.
            Spans = { write, Span("a", "f", "imeiagent.v1.ImeiService/WriteImei", 0, 2400), check },
            Recordings = { new PortRecording { Number = 3, Device = "devices/sm-g991u-3f2a", Port = "/dev/ttyUSB0", Error = "ITEM_READ_ONLY", RecordCount = 1200 } },
        };

        Assert.Equal(
            """
            trace 4bf92f3577b34da6a3ce929d0e0e4736
            imeiagent.v1.ImeiService/WriteImei  2026-11-24 14:00:06.250 UTC  2.40 s  devices/sm-g991u-3f2a  by local:ana  failed: ITEM_READ_ONLY

            imeiagent.v1.ImeiService/WriteImei    0.0 ms    2.40 s  ████████████████████████
              restore.checked                     0.0 ms    600 ms  ██████                   slot 1 is blank
                -> trace 0af7651916cd43dd8448eb211c80319c
              DIAG_NV_WRITE_F 550                 1.20 s    4.0 ms              ▏            READONLY_S
                ! ITEM_READ_ONLY: The phone keeps item 550 as it is.
            2 further spans are not shown.

            recording 3  1,200 packets  devices/sm-g991u-3f2a  /dev/ttyUSB0  ITEM_READ_ONLY
              imei trace frames 4bf92f3577b34da6a3ce929d0e0e4736 --number 3 -o 4bf92f35-3.pcapng

            """.ReplaceLineEndings("\n"),
            TraceText.Waterfall(trace, 120));
    }

    [Fact]
    public void Hundreds_of_siblings_that_went_well_are_one_line_and_what_failed_among_them_stands_alone()
    {
        GetTraceResponse trace = new() { Trace = new TraceSummary { TraceId = Id }, Spans = { Span("a", "", "dump", 0, 3000) } };
        for (int i = 0; i < 256; i++)
            trace.Spans.Add(Span($"s{i:000}", "a", "dump.segment", 10 * i, i == 7 ? 300 : 10));
        trace.Spans.Add(Span("i1", "s003", "dump.item", 31, 5));
        trace.Spans[21].Failed = true; // The segment that begins after 200 ms.

        string[] lines = Lines(TraceText.Waterfall(trace, 120));

        Assert.Equal(
            [
                "dump                   0.0 ms    3.00 s  ████████████████████████",
                "  dump.segment x255    0.0 ms    2.56 s  ████████████████████     each 10 ms to 300 ms, 1 span inside",
                "  dump.segment         200 ms     10 ms   ▏",
                "    ! failed",
            ],
            lines[1..]);
    }

    [Fact]
    public void A_few_siblings_and_siblings_with_other_answers_are_shown_one_by_one()
    {
        GetTraceResponse trace = new() { Trace = new TraceSummary { TraceId = Id }, Spans = { Span("a", "", "identify", 0, 100) } };
        for (int i = 0; i < 4; i++)
            trace.Spans.Add(Span($"d{i}", "a", "DIAG_VERNO_F", i, 1, ("imeiagent.answer", "DONE")));
        trace.Spans.Add(Span("d9", "a", "DIAG_VERNO_F", 9, 1, ("imeiagent.answer", "BAD_CMD")));

        string[] lines = Lines(TraceText.Waterfall(trace, 120));

        Assert.Equal(["DONE", "DONE", "DONE", "DONE", "BAD_CMD"], lines[2..].Select(line => line.Split(' ')[^1]));
    }

    [Fact]
    public void A_sentence_is_said_once_at_the_innermost_step_and_goes_over_to_further_lines_at_blanks()
    {
        const string Sentence = "The identity items of devices/a could not be read, so there is no backup.";
        GetTraceResponse trace = new() { Trace = new TraceSummary { TraceId = Id } };
        foreach ((string id, string parent, string name, string why) in (ReadOnlySpan<(string, string, string, string)>)
            [("a", "", "call", Sentence), ("b", "a", "restore", Sentence), ("c", "b", "restore.backed_up", Sentence), ("d", "c", "DIAG_NV_READ_F", "no reply")])
        {
            TraceSpan span = Span(id, parent, name, 0, 100, ("error.type", "NO_REPLY"));
            (span.Failed, span.StatusMessage) = (true, why);
            trace.Spans.Add(span);
        }

        Assert.Equal(
            [
                "  ! NO_REPLY",
                "    ! NO_REPLY",
                "      ! NO_REPLY: The identity items of devices/a could not",
                "        be read, so there is no backup.",
                "        ! NO_REPLY: no reply",
            ],
            Lines(TraceText.Waterfall(trace, 60))[1..].Where(line => !line.Contains("100 ms", StringComparison.Ordinal)));
    }

    [Fact]
    public void What_was_asked_again_and_what_came_broken_is_told_and_sets_a_request_apart_from_its_like()
    {
        GetTraceResponse trace = new() { Trace = new TraceSummary { TraceId = Id }, Spans = { Span("a", "", "identify", 0, 100) } };
        for (int i = 0; i < 5; i++)
            trace.Spans.Add(Span($"d{i}", "a", "DIAG_NV_READ_F", i, 1, ("imeiagent.answer", "NV_DONE"), ("imeiagent.sends", "1")));
        trace.Spans.Add(Span("e1", "a", "DIAG_NV_READ_F", 7, 1, ("imeiagent.answer", "NV_DONE"), ("imeiagent.sends", "2"), ("imeiagent.bad_frames", "1")));
        trace.Spans.Add(Span("e2", "a", "DIAG_NV_READ_F", 8, 1, ("imeiagent.answer", "none"), ("imeiagent.sends", "3"), ("imeiagent.bad_frames", "3")));
        trace.Spans.Add(Span("e3", "a", "DIAG_NV_READ_F", 9, 1, ("imeiagent.answer", "none"), ("imeiagent.sends", "0")));

        Assert.Equal(
            ["NV_DONE, each 1.0 ms to 1.0 ms", "NV_DONE, sent 2 times, 1 bad frame", "none, sent 3 times, 3 bad frames", "none, never sent"],
            Lines(TraceText.Waterfall(trace, 120))[2..].Select(line => line[(line.LastIndexOf("  ", StringComparison.Ordinal) + 2)..].TrimStart('▏', ' ')));
    }

    [Fact]
    public void Long_names_are_cut_and_what_does_not_fit_gets_a_line_of_its_own()
    {
        GetTraceResponse trace = new()
        {
            Trace = new TraceSummary { TraceId = Id },
            Spans = { Span("a", "", "a.name.that.is.much.longer.than.the.column", 0, 61_500, ("imeiagent.answer", "NOT_ACTIVE")) },
        };

        Assert.Equal(
            [
                "a.name.that.i…    0.0 ms  1:01 min  ████████████████████████",
                "  NOT_ACTIVE",
            ],
            Lines(TraceText.Waterfall(trace, 20))[1..]);
    }

    [Fact]
    public void Spans_that_are_each_others_parents_or_have_no_times_are_shown_once_and_no_text_is_a_command()
    {
        const string Evil = "\u001B]0;owned\u0007\n\u202E";
        GetTraceResponse trace = new()
        {
            Trace = new TraceSummary { TraceId = Evil, Name = Evil, Device = Evil, Operator = Evil, Failed = true, Error = Evil },
            Spans =
            {
                new TraceSpan { SpanId = "a", ParentSpanId = "b", Name = "first" + Evil, Failed = true, StatusMessage = Evil },
                new TraceSpan { SpanId = "b", ParentSpanId = "a", Name = "second", Attributes = { ["imeiagent.answer"] = Evil }, Links = { new TraceLink { TraceId = Evil } } },
                new TraceSpan { SpanId = "c", ParentSpanId = "c", Name = "third" },
            },
            Recordings = { new PortRecording { Port = Evil, Device = Evil, Error = Evil } },
        };

        string text = TraceText.Waterfall(trace, 120);

        Assert.DoesNotContain(text, c => (char.IsControl(c) && c != '\n') || c == '\u202E');
        Assert.All((string[])["first", "second", "third"], name => Assert.Single(text.Split('\n'), line => line.TrimStart().StartsWith(name, StringComparison.Ordinal)));
        Assert.Equal("trace \n", TraceText.Waterfall(new GetTraceResponse(), 80)[..7]);
    }

    [Fact]
    public void A_chain_deeper_than_any_trace_is_shown_whole()
    {
        GetTraceResponse trace = new() { Trace = new TraceSummary { TraceId = Id } };
        for (int i = 0; i < 20_000; i++)
            trace.Spans.Add(Span($"{i:000000}", i == 0 ? "" : $"{i - 1:000000}", "deep", i, 1));

        Assert.Equal(20_000, Lines(TraceText.Waterfall(trace, 120)).Count(line => line.TrimStart().StartsWith("deep ", StringComparison.Ordinal)));
    }

    private static TraceSpan Span(string id, string parent, string name, double start, double took, params (string Key, string Value)[] attributes)
    {
        TraceSpan span = new() { SpanId = id, ParentSpanId = parent, Name = name, StartTime = s_start.AddMilliseconds(start).ToTimestamp(), Duration = Took(took) };
        foreach ((string key, string value) in attributes)
            span.Attributes[key] = value;
        return span;
    }

    private static Duration Took(double milliseconds) => Duration.FromTimeSpan(TimeSpan.FromMilliseconds(milliseconds));

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
