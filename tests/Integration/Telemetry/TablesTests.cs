using System.Diagnostics;
using System.Diagnostics.Metrics;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Integration.Telemetry;

/// <summary>docs/telemetry.md and what the programs emit are the same.</summary>
public sealed class TablesTests
{
    // The rooms whose every name the scenario below brings forth, and the names that it does not.
    private static readonly string[] s_complete = ["ImeiAgent.Agent"];
    private static readonly string[] s_notInScenario = ["imeiagent.traces.dropped"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_that_is_emitted_is_in_the_tables()
    {
        using var telling = new Telling();
        await RunScenarioAsync();

        Assert.NotEmpty(telling.Spans);
        Assert.All(telling.Spans, span =>
        {
            SpanOfDocs[] rows = [.. NamesOfDocs.Spans.Where(row => Fits(row, span))];
            Assert.True(rows.Length == 1, $"{span.Source.Name} {span.DisplayName} is in {rows.Length} rows");
            Assert.Equal(rows[0].Kind, span.Kind.ToString().ToLowerInvariant());
            Assert.Empty(span.TagObjects.Select(tag => tag.Key).Except(rows[0].Attributes));
            Assert.Empty(span.Events);
        });
        Assert.NotEmpty(telling.Measured);
        Assert.All(telling.Measured, measured =>
        {
            Instrument instrument = measured.Instrument;
            MetricOfDocs? row = NamesOfDocs.Metrics.SingleOrDefault(row => row.Meter == instrument.Meter.Name && row.Name == instrument.Name);
            Assert.True(row is not null, $"{instrument.Meter.Name} {instrument.Name} is not in the table");
            Assert.Equal((row.Unit, row.Kind), (instrument.Unit, KindOf(instrument)));
            Assert.Empty(measured.Tags.Keys.Except(row.Attributes));
        });
    }

    [Fact]
    public async Task All_that_is_in_the_tables_is_emitted()
    {
        using var telling = new Telling();
        await RunScenarioAsync();

        foreach (SpanOfDocs row in NamesOfDocs.Spans.Where(row => s_complete.Contains(row.Source) && !s_notInScenario.Contains(row.Text)))
        {
            Activity[] spans = [.. telling.Spans.Where(span => Fits(row, span))];
            Assert.True(spans.Length > 0, $"No span {row.Text} of {row.Source}");
            Assert.Equal([], row.Attributes.Except(spans.SelectMany(span => span.TagObjects).Select(tag => tag.Key)));
        }
        IReadOnlyList<Measured> all = telling.Measured;
        foreach (MetricOfDocs row in NamesOfDocs.Metrics.Where(row => s_complete.Contains(row.Meter) && !s_notInScenario.Contains(row.Name)))
        {
            Measured[] measured = [.. all.Where(one => one.Instrument.Meter.Name == row.Meter && one.Instrument.Name == row.Name)];
            Assert.True(measured.Length > 0, $"Nothing of {row.Meter} {row.Name}");
            Assert.Equal([], row.Attributes.Except(measured.SelectMany(one => one.Tags.Keys)));
        }
    }

    [Fact]
    public void The_tables_are_read()
    {
        Assert.Contains(NamesOfDocs.Spans, row => row is { Source: "ImeiAgent.Operations", Text: "restore.re_read", Kind: "internal" } && row.Attributes.SetEquals(["imeiagent.detail"]));
        Assert.Contains(NamesOfDocs.Metrics, row => row is { Name: "imeiagent.snapshot.size", Unit: "By", Kind: "histogram", Attributes.Count: 0 });
    }

    // A phone is identified, refused a restore without a lease, and restored with one.
    private static async Task RunScenarioAsync()
    {
        await using RunningPhone<PhoneSimulator.PtyHost> phone = Phones.OnPty();
        await using TellingAgent agent = await TellingAgent.StartAsync(phone.Host.Path);
        string name = await agent.PhoneAsync();
        await new DeviceService.DeviceServiceClient(agent.Channel).IdentifyDeviceAsync(new IdentifyDeviceRequest { Device = name }, cancellationToken: Ct);
        Assert.Equal("LEASE_REQUIRED", (await TellingAgent.CallAsync(options => Restoring.RunAsync(agent.Channel, Restoring.Order(name), options))).Reason);
        Assert.Equal("", (await TellingAgent.CallAsync(options => Restoring.LeasedAsync(agent.Channel, name, options))).Reason);
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
