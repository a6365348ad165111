using System.Diagnostics;
using System.Diagnostics.Metrics;
using ImeiAgent.Integration.Telemetry.Scenario;
using ImeiAgent.TestKit;
using Xunit;

namespace ImeiAgent.Integration.Telemetry;

/// <summary>docs/telemetry.md and what the programs emit are the same.</summary>
[Collection(ScenarioOnce.Name)]
public sealed class TablesTests(TablesScenario scenario)
{
    [Fact]
    public void All_that_is_emitted_is_in_the_tables()
    {
        Assert.NotEmpty(scenario.Spans.All);
        Assert.All(scenario.Spans.All, span =>
        {
            SpanOfDocs[] rows = [.. NamesOfDocs.Spans.Where(row => Fits(row, span))];
            Assert.True(rows.Length == 1, $"{span.Source.Name} {span.DisplayName} is in {rows.Length} rows");
            Assert.Equal(rows[0].Kind, span.Kind.ToString().ToLowerInvariant());
            Assert.Empty(span.TagObjects.Select(tag => tag.Key).Except(rows[0].Attributes));
            Assert.Empty(span.Events);
        });
        Assert.NotEmpty(scenario.Measurements.All);
        Assert.All(scenario.Measurements.All, measured =>
        {
            Instrument instrument = measured.Instrument;
            MetricOfDocs? row = NamesOfDocs.Metrics.SingleOrDefault(row => row.Meter == instrument.Meter.Name && row.Name == instrument.Name);
            Assert.True(row is not null, $"{instrument.Meter.Name} {instrument.Name} is not in the table");
            Assert.Equal((row.Unit, row.Kind), (instrument.Unit, KindOf(instrument)));
            Assert.Empty(measured.Tags.Keys.Except(row.Attributes));
        });
    }

    // Every name of every room. Attributes of several names that stand in one row are looked for with all of them together.
    [Fact]
    public void All_that_is_in_the_tables_is_emitted()
    {
        List<string> missing = [];
        foreach (IGrouping<int, SpanOfDocs> row in NamesOfDocs.Spans.GroupBy(row => row.Row))
        {
            List<string> found = [];
            foreach (SpanOfDocs name in row)
            {
                Activity[] spans = [.. scenario.Spans.All.Where(span => Fits(name, span))];
                if (spans.Length == 0)
                    missing.Add($"span {name.Text} of {name.Source}");
                found.AddRange(spans.SelectMany(span => span.TagObjects).Select(tag => tag.Key));
            }
            missing.AddRange(row.First().Attributes.Except(found).Select(attribute => $"{attribute} of span {row.First().Text}"));
        }
        foreach (MetricOfDocs row in NamesOfDocs.Metrics)
        {
            Measured[] measured = [.. scenario.Measurements.All.Where(one => one.Instrument.Meter.Name == row.Meter && one.Instrument.Name == row.Name)];
            if (measured.Length == 0)
                missing.Add($"metric {row.Name} of {row.Meter}");
            missing.AddRange(row.Attributes.Except(measured.SelectMany(one => one.Tags.Keys)).Select(attribute => $"{attribute} of metric {row.Name}"));
        }
        Assert.Equal([], missing);
    }

    [Fact]
    public void The_tables_are_read()
    {
        Assert.Contains(NamesOfDocs.Spans, row =>
            row is { Source: "ImeiAgent.Operations", Text: "restore.re_read", Kind: "internal" } && row.Attributes.SetEquals(["imeiagent.detail", "error.type"]));
        Assert.Contains(NamesOfDocs.Metrics, row => row is { Name: "imeiagent.snapshot.size", Unit: "By", Kind: "histogram", Attributes.Count: 0 });
        string[] rooms = ["Agent", "Cli", "Client", "Desktop", "Operations", "Session"];
        Assert.Equal(rooms.Select(room => $"ImeiAgent.{room}"), NamesOfDocs.Spans.Select(row => row.Source).Distinct().Order());
    }

    private static bool Fits(SpanOfDocs row, Activity span) => row.Source == span.Source.Name && row.Name.IsMatch(span.DisplayName);

    private static string KindOf(Instrument instrument) => instrument.GetType().Name.Split('`')[0] switch
    {
        "Histogram" => "histogram",
        "Counter" or "ObservableCounter" => "counter",
        "Gauge" or "ObservableGauge" or "UpDownCounter" or "ObservableUpDownCounter" => "gauge",
        string other => other,
    };
}
