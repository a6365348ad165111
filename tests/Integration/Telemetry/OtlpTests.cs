using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Grpc.Net.Client;
using ImeiAgent.Integration.Agent;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Integration.Telemetry;

/// <summary>imei-agent as a process, and a collector in another: what is sent to it, and that the agent does without it.</summary>
public sealed class OtlpTests : IDisposable
{
    private const string Identify = "imeiagent.v1.DeviceService/IdentifyDevice";
    private const string Parent = "00f067aa0ba902b7";

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Socket => _folder.File("run/agent.sock");

    [Fact]
    public async Task Traces_metrics_and_logs_arrive_over_both_protocols()
    {
        (string node, string npm) = Requires.Node();
        await using RunningPhone<PhoneSimulator.PtyHost> phone = Phones.OnPty();
        await using OurProgram receiver = await ReceiverAsync(node, npm);
        string[] ready = (await receiver.LineAsync("ready", Ct)).Split(' ');
        string grpc = $"http://127.0.0.1:{ready[1]}", http = $"http://127.0.0.1:{ready[2]}";

        string ofGrpc = await RunAsync(phone.Host.Path, new() { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = grpc });
        string ofHttp = await RunAsync(phone.Host.Path, new()
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = http,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_SERVICE_NAME"] = "bench-http",
        });
        string ofBoth = await RunAsync(phone.Host.Path, new()
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = grpc,
            ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = $"{http}/v1/traces",
            ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"] = "http/protobuf",
            ["OTEL_METRICS_EXPORTER"] = "none",
            ["OTEL_SERVICE_NAME"] = "bench-both",
        });

        // An agent has sent all when it has ended, and the receiver prints before it answers.
        Arrived[] all = [.. receiver.Output.Skip(1).Select(line => JsonSerializer.Deserialize<Arrived>(line, JsonSerializerOptions.Web)!)];
        AssertWhole([.. all.Where(one => one.Service == "imei-agent")], "grpc", ofGrpc);
        AssertWhole([.. all.Where(one => one.Service == "bench-http")], "http", ofHttp);
        Arrived[] both = [.. all.Where(one => one.Service == "bench-both")];
        Assert.Equal(["grpc logs", "http traces"], both.Select(one => $"{one.Protocol} {one.Signal}").Distinct().Order());
        Assert.Contains(both.SelectMany(one => one.Spans), span => (span.Name, span.Trace) == (Identify, ofBoth));
        Assert.Contains(both.SelectMany(one => one.Logs), log => log.Trace == ofBoth);
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
        await using RunningPhone<PhoneSimulator.PtyHost> phone = Phones.OnPty();

        await RunAsync(phone.Host.Path, new() { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://127.0.0.1:{port}", ["OTEL_EXPORTER_OTLP_TIMEOUT"] = "1000" });
    }

    [Fact]
    public async Task Where_nothing_is_asked_for_the_libraries_are_not_even_loaded()
    {
        Requires.Unless(OperatingSystem.IsLinux(), "this system has no /proc");

        Assert.DoesNotContain("OpenTelemetry", await MapsAsync([]), StringComparison.Ordinal);
        Assert.Contains("OpenTelemetry", await MapsAsync(new() { ["OTEL_TRACES_EXPORTER"] = "otlp" }), StringComparison.Ordinal);

        // The files that the process has loaded.
        async Task<string> MapsAsync(Dictionary<string, string?> environment)
        {
            await using OurProgram agent = await StartAsync("/dev/none", environment);
            string maps = await File.ReadAllTextAsync($"/proc/{agent.Id}/maps", Ct);
            agent.Terminate();
            await agent.EndAsync(Ct);
            return maps;
        }
    }

    public void Dispose() => _folder.Dispose();

    private static void AssertWhole(Arrived[] arrived, string protocol, string trace)
    {
        Assert.All(arrived, one => Assert.Equal((protocol, "0.1.0"), (one.Protocol, one.Version)));
        Assert.Equal(["logs", "metrics", "traces"], arrived.Select(one => one.Signal).Distinct().Order());
        // One span of the call, the caller's child: ASP.NET's own is not sent too.
        ArrivedSpan call = Assert.Single(arrived.SelectMany(one => one.Spans), span => span.Trace == trace && span.Source == "ImeiAgent.Agent");
        Assert.Equal((Identify, Parent), (call.Name, call.Parent));
        Assert.All(arrived.SelectMany(one => one.Spans), span => Assert.StartsWith("ImeiAgent.", span.Source, StringComparison.Ordinal));
        Assert.Contains("rpc.server.call.duration", arrived.SelectMany(one => one.Metrics));
        Assert.Contains(arrived.SelectMany(one => one.Metrics), name => name.StartsWith("dotnet.", StringComparison.Ordinal));
        Assert.Contains(trace, arrived.SelectMany(one => one.Exemplars));
        Assert.Contains(arrived.SelectMany(one => one.Logs), log => log.Trace == trace && log.Body.Contains("IdentifyDevice", StringComparison.Ordinal));
    }

    // Runs an agent for one call, ends it, and returns the call's trace.
    private async Task<string> RunAsync(string port, Dictionary<string, string?> environment)
    {
        await using OurProgram agent = await StartAsync(port, environment);
        using GrpcChannel channel = AgentUnderTest.Connect(Socket);
        var devices = new DeviceService.DeviceServiceClient(channel);
        string name = "";
        await Eventually.HoldsAsync(async () =>
        {
            ListDevicesResponse list = await devices.ListDevicesAsync(new(), cancellationToken: Ct);
            name = list.Devices is [{ State: DeviceState.Ready } only] ? only.Name : "";
            return name.Length > 0;
        });
        (string reason, string trace) = await TellingAgent.CallAsync(async options => await devices.IdentifyDeviceAsync(new IdentifyDeviceRequest { Device = name }, options));
        Assert.Equal("", reason);
        agent.Terminate();
        Assert.Equal(0, await agent.EndAsync(Ct));
        return trace;
    }

    private async Task<OurProgram> StartAsync(string port, Dictionary<string, string?> environment)
    {
        OurProgram agent = OurProgram.Start("imei-agent", environment, "run", "--port", port, "--no-discovery", "--data", _folder.File("data"), "--listen", $"unix:{Socket}");
        await agent.LineAsync("ready", Ct);
        return agent;
    }

    private async Task<OurProgram> ReceiverAsync(string node, string npm)
    {
        foreach (string file in (string[])["package.json", "package-lock.json", "otlp.proto", "otlp_receiver.js"])
            File.Copy(Repository.File("tests/Integration/node/" + file), _folder.File(file));
        await using OurProgram install = OurProgram.StartAny(
            npm, null, ["ci", "--prefix", _folder.Path, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"]);
        int installed = await install.EndAsync(Ct);
        Requires.Unless(installed == 0, "npm could not install @grpc/grpc-js: " + string.Join(' ', install.Errors));
        return OurProgram.StartAny(node, null, [_folder.File("otlp_receiver.js")]);
    }

    private sealed record Arrived(
        string Protocol, string Signal, string Service, string Version, ArrivedSpan[] Spans, string[] Metrics, string[] Exemplars, ArrivedLog[] Logs);

    private sealed record ArrivedSpan(string Source, string Name, string Trace, string Parent);

    private sealed record ArrivedLog(string Category, string Body, string Trace);
}
