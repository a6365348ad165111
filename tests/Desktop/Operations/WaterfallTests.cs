using Bunit;
using Google.Protobuf.WellKnownTypes;
using ImeiAgent.Client;
using ImeiAgent.Client.Desktop.Operations;
using ImeiAgent.V1;
using MudBlazor.Services;
using Xunit;

namespace ImeiAgent.Desktop.Operations;

// The tree of a trace as a table.
public sealed class WaterfallTests : BunitContext
{
    private static readonly DateTime s_begin = new(2026, 11, 24, 8, 0, 0, DateTimeKind.Utc);

    public WaterfallTests()
    {
        Services.AddMudServices();
        JSInterop.Mode = JSRuntimeMode.Loose;
    }

    [Fact]
    public void A_step_lies_a_level_below_the_one_it_is_a_part_of_and_its_bar_where_it_was()
    {
        var table = Draw(Span("a", "", 0, 1000, "restore"), Span("b", "a", 250, 500, "restore.sent"), Span("c", "b", 250, 100, "DIAG_NV_WRITE_F"));

        Assert.Equal(["1", "2", "3"], table.FindAll("tbody tr").Select(row => row.GetAttribute("aria-level")));
        Assert.Equal(["true", "true", null], table.FindAll("tbody tr").Select(row => row.GetAttribute("aria-expanded")));
        Assert.Equal(["margin-left: 0%; width: max(100%, 2px)", "margin-left: 25%; width: max(50%, 2px)", "margin-left: 25%; width: max(10%, 2px)"],
            table.FindAll(".bar").Select(bar => bar.GetAttribute("style")));
        Assert.Equal(["250 ms", "500 ms"], table.FindAll("tbody tr")[1].QuerySelectorAll(".number").Select(cell => cell.TextContent));
    }

    [Fact]
    public void What_lies_below_a_closed_step_is_not_there_until_it_is_opened_and_steps_below_keep_their_own_state()
    {
        var table = Draw(Span("a", "", 0, 10, "one"), Span("b", "a", 1, 8, "two"), Span("c", "b", 2, 5, "three"), Span("d", "a", 9, 1, "four"));

        table.FindAll("button.toggle")[1].Click();
        Assert.Equal(["one", "two", "four"], Shown(table));
        table.FindAll("button.toggle")[0].Click();
        Assert.Equal(["one"], Shown(table));
        table.FindAll("button.toggle")[0].Click();
        Assert.Equal(["one", "two", "four"], Shown(table));
        table.FindAll("button.toggle")[1].Click();
        Assert.Equal(["one", "two", "three", "four"], Shown(table));
    }

    [Fact]
    public void What_failed_says_why_in_words_and_other_traces_are_linked()
    {
        TraceSpan failed = Span("a", "", 0, 10, "recovery");
        (failed.Failed, failed.StatusMessage) = (true, "the phone\u001b[2J is gone");
        failed.Links.Add(new TraceLink { TraceId = "4a02e56241bbc5e0d2722d5cffeca374", SpanId = "0123456789abcdef" });
        var row = Draw(failed).Find("tbody tr");

        Assert.Contains("failed", row.ClassList);
        // What could play tricks with a screen is gone.
        Assert.Contains("the phone\uFFFD[2J is gone", row.QuerySelector(".failure")!.TextContent, StringComparison.Ordinal);
        Assert.Equal("/at/shop/traces/4a02e56241bbc5e0d2722d5cffeca374", row.QuerySelector("a")!.GetAttribute("href"));
    }

    private IRenderedComponent<Waterfall> Draw(params TraceSpan[] spans) =>
        Render<Waterfall>(parameters => parameters.Add(one => one.Tree, TraceTree.Of(spans)).Add(one => one.Agent, "shop"));

    private static string[] Shown(IRenderedComponent<Waterfall> table) =>
        [.. table.FindAll("tbody tr").Where(row => !row.HasAttribute("hidden")).Select(row => row.QuerySelector(".mono")!.TextContent)];

    private static TraceSpan Span(string id, string parent, int start, int took, string name) => new()
    {
        SpanId = id,
        ParentSpanId = parent,
        Name = name,
        StartTime = s_begin.AddMilliseconds(start).ToTimestamp(),
        Duration = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(took)),
    };
}
