using System.Net;
using System.Net.Sockets;
using ImeiAgent.TestKit;
using Xunit;

namespace ImeiAgent.Integration.Telemetry;

/// <summary>imei-desktop as a process, an agent that it loses and finds again in another, and a collector in a third.</summary>
public sealed class DesktopOtlpTests : IDisposable
{
    private const string Watch = "imeiagent.v1.WatchService/WatchDevices";

    // OpenTelemetry's numbers of severities.
    private const int Information = 9, Warning = 13;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    // The name of the agent's address is in spans and records: it must not leave as it is.
    private string Endpoint => $"unix:{_folder.File("run/of-356938035643809.sock")}";

    [Theory]
    [InlineData("grpc")]
    [InlineData("http/protobuf")]
    public async Task Traces_metrics_and_logs_of_the_window_arrive(string protocol)
    {
        Requires.Signals();
        await using OtlpReceiver receiver = await OtlpReceiver.StartAsync();
        Dictionary<string, string?> environment = new()
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = protocol == "grpc" ? receiver.Grpc : receiver.Http,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol,
            // A machine under load must not lose what is asserted here.
            ["OTEL_EXPORTER_OTLP_TIMEOUT"] = "30000",
            // What is logged is waited for, so it must not lie about for the usual 5 s.
            ["OTEL_BLRP_SCHEDULE_DELAY"] = "100",
        };

        await using OurProgram desktop = OurProgram.Start("imei-desktop", environment, "--no-window", "--agent", Endpoint);
        await desktop.LineAsync("?key=", Ct);
        await receiver.SeesAsync("is lost");
        await using (OurProgram agent = OurProgram.Start(
            "imei-agent", environment, "run", "--port", "/dev/none", "--no-discovery", "--data", _folder.File("data"), "--listen", Endpoint))
        {
            await agent.LineAsync("ready", Ct);
            await receiver.SeesAsync("is back");
            agent.Terminate();
            Assert.Equal(0, await agent.EndAsync(Ct));
        }
        desktop.Terminate();
        Assert.Equal(0, await desktop.EndAsync(Ct));

        IReadOnlyList<Arrived> all = await receiver.EndAsync();
        Arrived[] window = [.. all.Where(one => one.Service == "imei-desktop")];
        Assert.All(window, one => Assert.Equal((protocol.Split('/')[0], "0.1.0"), (one.Protocol, one.Version)));
        Assert.Equal(["logs", "metrics", "traces"], window.Select(one => one.Signal).Distinct().Order());
        ArrivedSpan[] spans = [.. window.SelectMany(one => one.Spans)];
        AssertTrace(spans, [.. all.Where(one => one.Service == "imei-agent").SelectMany(one => one.Spans)]);
        AssertLogs([.. window.SelectMany(one => one.Logs)], spans);
        Assert.Contains(window.SelectMany(one => one.Points), point => point.Metric == "rpc.client.call.duration" && point.Tags["rpc.method"] == Watch
            && point.Tags["rpc.response.status_code"] == "UNAVAILABLE");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_a_collector_it_starts_works_and_ends(bool accepts)
    {
        Requires.Signals();
        // Nobody listens at the one address; at the other, somebody does who never answers.
        using TcpListener silent = new(IPAddress.Loopback, 0);
        silent.Start();
        int port = ((IPEndPoint)silent.LocalEndpoint).Port;
        if (!accepts)
            silent.Stop();
        Dictionary<string, string?> environment = new() { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://127.0.0.1:{port}" };

        await using OurProgram desktop = OurProgram.Start("imei-desktop", environment, "--no-window", "--agent", Endpoint);
        await desktop.LineAsync("?key=", Ct);
        await Eventually.HoldsAsync(() => desktop.Errors.Any(line => line.Contains("is lost", StringComparison.Ordinal)));
        desktop.Terminate();

        Assert.Equal(0, await desktop.EndAsync(Ct));
    }

    [Fact]
    public async Task Where_nothing_is_asked_for_the_libraries_are_not_even_loaded()
    {
        Requires.Unless(OperatingSystem.IsLinux(), "this system has no /proc");

        Assert.DoesNotContain("OpenTelemetry", await MapsAsync([]), StringComparison.Ordinal);
        Assert.Contains("OpenTelemetry", await MapsAsync(new() { ["OTEL_LOGS_EXPORTER"] = "otlp" }), StringComparison.Ordinal);

        async Task<string> MapsAsync(Dictionary<string, string?> environment)
        {
            await using OurProgram desktop = OurProgram.Start("imei-desktop", environment, "--no-window", "--agent", Endpoint);
            await desktop.LineAsync("?key=", Ct);
            return await File.ReadAllTextAsync($"/proc/{desktop.Id}/maps", Ct);
        }
    }

    public void Dispose() => _folder.Dispose();

    // From the window to the agent that it found: one trace.
    private static void AssertTrace(ArrivedSpan[] window, ArrivedSpan[] agent)
    {
        ArrivedSpan server = Assert.Single(agent, span => span.Name == Watch && span.Source == "ImeiAgent.Agent");
        ArrivedSpan client = Assert.Single(window, span => span.Id == server.Parent);
        ArrivedSpan root = Assert.Single(window, span => span.Id == client.Parent);
        Assert.Equal((Watch, "ImeiAgent.Client", "desktop.devices", "ImeiAgent.Desktop", ""), (client.Name, client.Source, root.Name, root.Source, root.Parent));
        Assert.Equal((server.Trace, server.Trace), (client.Trace, root.Trace));
        Assert.Contains("35693803*****09", client.Tags["server.address"], StringComparison.Ordinal);
    }

    // Its own records only: what ASP.NET tells at Information of each start and each page is nobody's business.
    private static void AssertLogs(ArrivedLog[] logs, ArrivedSpan[] spans)
    {
        Assert.All(logs, log => Assert.StartsWith("ImeiAgent.Client.Desktop.", log.Category, StringComparison.Ordinal));
        Assert.All(logs, log => Assert.Contains(spans, span => span.Name == "desktop.devices" && span.Trace == log.Trace));
        Assert.Contains(logs, log => log.Severity == Warning && log.Body.Contains("is lost", StringComparison.Ordinal)
            && log.Body.Contains("35693803*****09", StringComparison.Ordinal));
        Assert.Contains(logs, log => log.Severity == Information && log.Body.Contains("is back", StringComparison.Ordinal));
    }
}
