using ImeiAgent.Client.Telemetry;
using OpenTelemetry.Exporter;
using Xunit;

namespace ImeiAgent.Unit.Client.Telemetry;

public class OtlpSignalTests
{
    [Fact]
    public void What_is_said_of_one_signal_counts_for_it_alone()
    {
        var environment = new Dictionary<string, string?>
        {
            ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = " http://collector:4318/custom ",
            ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"] = "http/protobuf",
            ["OTEL_EXPORTER_OTLP_TRACES_HEADERS"] = "tenant=7",
            ["OTEL_EXPORTER_OTLP_TRACES_TIMEOUT"] = "1234",
        };
        OtlpExporterOptions traces = new() { Endpoint = new Uri("http://other:1") }, logs = new() { Endpoint = new Uri("http://other:1"), Headers = "" };

        OtlpSignal.Apply(traces, OtlpSignal.Traces, environment.GetValueOrDefault);
        OtlpSignal.Apply(logs, OtlpSignal.Logs, environment.GetValueOrDefault);

        Assert.Equal(("http://collector:4318/custom", OtlpExportProtocol.HttpProtobuf, "tenant=7", 1234), (traces.Endpoint.ToString(), traces.Protocol, traces.Headers, traces.TimeoutMilliseconds));
        Assert.Equal(("http://other:1/", ""), (logs.Endpoint.ToString(), logs.Headers));
    }
}
