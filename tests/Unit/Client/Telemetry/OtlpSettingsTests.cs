using ImeiAgent.Client.Telemetry;
using Xunit;

namespace ImeiAgent.Unit.Client.Telemetry;

public class OtlpSettingsTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4317", "traces metrics logs")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=", "")]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=https://collector/v1/traces", "traces")]
    [InlineData("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT=http://collector:4317", "metrics")]
    [InlineData("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT=http://collector:4317", "logs")]
    [InlineData("OTEL_TRACES_EXPORTER=otlp", "traces")]
    [InlineData("OTEL_METRICS_EXPORTER=otlp", "metrics")]
    [InlineData("OTEL_LOGS_EXPORTER=OTLP", "logs")]
    [InlineData("OTEL_LOGS_EXPORTER=none, otlp", "logs")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4317 OTEL_METRICS_EXPORTER=none", "traces logs")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4317 OTEL_LOGS_EXPORTER=", "traces metrics logs")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4317 OTEL_SDK_DISABLED=TRUE", "")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4317 OTEL_SDK_DISABLED=no", "traces metrics logs")]
    [InlineData("OTEL_TRACES_EXPORTER=otlp OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=http/protobuf", "traces")]
    public void Only_what_the_variables_ask_for_is_sent(string variables, string signals)
    {
        OtlpSettings settings = Of(variables);

        Assert.Equal(signals, Names(settings));
        Assert.Equal(signals.Length > 0, settings.Any);
        Assert.Empty(settings.Problems);
    }

    [Theory]
    [InlineData("OTEL_TRACES_EXPORTER=zipkin", "", "OTEL_TRACES_EXPORTER: there is no exporter \"zipkin\" here; otlp or none is expected.")]
    [InlineData("OTEL_METRICS_EXPORTER=otlp,prometheus", "metrics", "OTEL_METRICS_EXPORTER: there is no exporter \"prometheus\" here; otlp or none is expected.")]
    [InlineData("OTEL_LOGS_EXPORTER=\u001b[2J", "", "OTEL_LOGS_EXPORTER: there is no exporter \"\uFFFD[2J\" here; otlp or none is expected.")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=collector:4317", "", "OTEL_EXPORTER_OTLP_ENDPOINT: an address such as http://localhost:4317 is expected.")]
    [InlineData(
        "OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4317 OTEL_EXPORTER_OTLP_LOGS_ENDPOINT=collector", "traces metrics",
        "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: an address such as http://localhost:4317 is expected.")]
    [InlineData(
        "OTEL_TRACES_EXPORTER=otlp OTEL_EXPORTER_OTLP_PROTOCOL=http/json", "", "OTEL_EXPORTER_OTLP_PROTOCOL: grpc or http/protobuf is expected.")]
    public void What_cannot_be_done_is_told_and_not_sent(string variables, string signals, string problem)
    {
        OtlpSettings settings = Of(variables);

        Assert.Equal(signals, Names(settings));
        Assert.Equal([problem], settings.Problems);
    }

    [Fact]
    public void Variables_of_what_is_off_are_not_complained_about() =>
        Assert.Empty(Of("OTEL_SDK_DISABLED=true OTEL_TRACES_EXPORTER=zipkin").Problems.Concat(Of("OTEL_EXPORTER_OTLP_PROTOCOL=http/json").Problems));

    private static OtlpSettings Of(string variables)
    {
        // Split at what begins a variable: values hold blanks too.
        var values = variables.Split("OTEL_", StringSplitOptions.RemoveEmptyEntries)
            .Select(text => $"OTEL_{text}".Trim(' ').Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        return OtlpSettings.Of(values.GetValueOrDefault);
    }

    private static string Names(OtlpSettings settings) => string.Join(
        ' ', new[] { settings.Traces ? "traces" : "", settings.Metrics ? "metrics" : "", settings.Logs ? "logs" : "" }.Where(name => name.Length > 0));
}
