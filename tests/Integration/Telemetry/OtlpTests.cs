using System.Collections.Frozen;
using System.Net;
using System.Net.Sockets;
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
    private const string Write = "imeiagent.v1.ImeiService/WriteImei";
    private const string Parent = "00f067aa0ba902b7";

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Socket => _folder.File("run/agent.sock");

    [Fact]
    public async Task Traces_metrics_and_logs_arrive_over_both_protocols()
    {
        await using RunningPhone<PhoneSimulator.PtyHost> phone = Phones.OnPty();
        await using OtlpReceiver receiver = await OtlpReceiver.StartAsync();
        (string grpc, string http) = (receiver.Grpc, receiver.Http);

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

        // An agent has sent all when it has ended.
        IReadOnlyList<Arrived> all = await receiver.EndAsync();
        AssertWhole([.. all.Where(one => one.Service == "imei-agent")], "grpc", ofGrpc);
        AssertWhole([.. all.Where(one => one.Service == "bench-http")], "http", ofHttp);
        Arrived[] both = [.. all.Where(one => one.Service == "bench-both")];
        Assert.Equal(["grpc logs", "http traces"], both.Select(one => $"{one.Protocol} {one.Signal}").Distinct().Order());
        Assert.Contains(both.SelectMany(one => one.Spans), span => (span.Name, span.Trace) == (Identify, ofBoth));
        Assert.Contains(both.SelectMany(one => one.Logs), log => log.Trace == ofBoth);
    }

    // Command line and agent are processes of their own, and so is what they send to.
    [Theory]
    [InlineData("grpc")]
    [InlineData("http/protobuf")]
    public async Task A_restore_of_two_programs_arrives_as_one_trace(string protocol)
    {
        Requires.Signals();
        await using RunningPhone<PhoneSimulator.PtyHost> phone = Phones.OnPty("galaxy-imei-lost");
        await using OtlpReceiver receiver = await OtlpReceiver.StartAsync();
        Dictionary<string, string?> agents = new() { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Grpc }, clients = new()
        {
            ["IMEI_AGENT"] = $"unix:{Socket}",
            ["IMEI_CONTEXT"] = null,
            ["IMEI_SPC"] = null,
            ["TRACEPARENT"] = null,
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = protocol == "grpc" ? receiver.Grpc : receiver.Http,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol,
            // A machine under load must not lose what is asserted here.
            ["OTEL_EXPORTER_OTLP_TIMEOUT"] = "30000",
        };
        await using (OurProgram agent = await StartAsync(phone.Host.Path, agents))
        {
            await ReadyAsync();
            await ImeiAsync(ImeiRun.Restore(phone.Host.Path, "356938035643809", "--no-restart"));
            await ImeiAsync("-d", phone.Host.Path, "nv", "read", "0-600");
            agent.Terminate();
            Assert.Equal(0, await agent.EndAsync(Ct));
        }

        IReadOnlyList<Arrived> all = await receiver.EndAsync();
        Arrived[] client = [.. all.Where(one => one.Service == "imei")], server = [.. all.Where(one => one.Service == "imei-agent")];
        ArrivedSpan root = Assert.Single(client.SelectMany(one => one.Spans), span => span.Name == "imei restore");
        Assert.Equal("", root.Parent);
        ArrivedSpan[] trace = [.. client.Concat(server).SelectMany(one => one.Spans).Where(span => span.Trace == root.Trace)];
        Assert.All(trace, span => Assert.True(span == root || trace.Any(parent => parent.Id == span.Parent), $"{span.Name} hangs in the air"));
        ArrivedSpan frame = Assert.Single(trace, span => span.Name == "DIAG_NV_WRITE_F");
        Assert.Equal(
            ["restore.sent", "restore", $"{Write} of ImeiAgent.Agent", $"{Write} of ImeiAgent.Client", "imei restore"],
            Above(frame).Select(span => span.Name == Write ? $"{span.Name} of {span.Source}" : span.Name));
        Assert.All(client, one => Assert.Equal((protocol.Split('/')[0], "0.1.0"), (one.Protocol, one.Version)));
        Assert.All((Arrived[][])[client, server], one => Assert.Equal(["logs", "metrics", "traces"], one.Select(part => part.Signal).Distinct().Order()));
        Assert.Contains(client.SelectMany(one => one.Points), point => point.Metric == "rpc.client.call.duration");
        Assert.Contains(server.SelectMany(one => one.Points), point => point.Metric == "imeiagent.restores");
        Assert.Contains(server.SelectMany(one => one.Points), point => point.Meter == "ImeiAgent.Vault");
        AssertFewSeries([.. client, .. server]);
        Assert.Contains(client.SelectMany(one => one.Logs), log => log.Trace == root.Trace);
        Assert.Contains(server.SelectMany(one => one.Logs), log => log.Trace == root.Trace && log.Body.StartsWith("Restore of", StringComparison.Ordinal));
        // A measurement leads to the dump it was made in, which is a trace of its own.
        string dump = Assert.Single(server.SelectMany(one => one.Spans), span => span.Name == "dump").Trace;
        Assert.Contains(new ArrivedExemplar("imeiagent.nv.item.duration", dump), server.SelectMany(one => one.Exemplars));

        async Task ImeiAsync(params string[] args)
        {
            await using OurProgram imei = OurProgram.Start("imei", clients, args);
            imei.Input.Close();
            int code = await imei.EndAsync(Ct);
            Assert.True(code == 0, $"imei ended with {code}: {string.Join('\n', imei.Errors)}");
        }

        IEnumerable<ArrivedSpan> Above(ArrivedSpan span)
        {
            while (trace.SingleOrDefault(parent => parent.Id == span.Parent) is { } above)
                yield return span = above;
        }
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

    // What came as spans tells who and which; what came as measurements must not.
    private static void AssertFewSeries(Arrived[] arrived)
    {
        FrozenSet<string> identities = Vocabulary.Identities(arrived.SelectMany(one => one.Spans).SelectMany(span => span.Tags));
        Assert.True(identities.Contains("550") && identities.Contains(Environment.UserName), "the spans do not tell who took part");
        ArrivedPoint[] own = [.. arrived.SelectMany(one => one.Points).Where(point => point.Meter.StartsWith("ImeiAgent.", StringComparison.Ordinal))];
        Assert.Equal([], own.SelectMany(point => point.Tags.Select(tag => Vocabulary.Fault(tag.Key, tag.Value, identities))).Where(fault => fault.Length > 0).Distinct());
    }

    private static void AssertWhole(Arrived[] arrived, string protocol, string trace)
    {
        Assert.All(arrived, one => Assert.Equal((protocol, "0.1.0"), (one.Protocol, one.Version)));
        Assert.Equal(["logs", "metrics", "traces"], arrived.Select(one => one.Signal).Distinct().Order());
        // One span of the call, the caller's child: ASP.NET's own is not sent too.
        ArrivedSpan call = Assert.Single(arrived.SelectMany(one => one.Spans), span => span.Trace == trace && span.Source == "ImeiAgent.Agent");
        Assert.Equal((Identify, Parent), (call.Name, call.Parent));
        Assert.All(arrived.SelectMany(one => one.Spans), span => Assert.StartsWith("ImeiAgent.", span.Source, StringComparison.Ordinal));
        Assert.Contains(arrived.SelectMany(one => one.Points), point => point.Metric == "rpc.server.call.duration");
        Assert.Contains(arrived.SelectMany(one => one.Points), point => point.Metric.StartsWith("dotnet.", StringComparison.Ordinal));
        Assert.Contains(arrived.SelectMany(one => one.Exemplars), one => one == new ArrivedExemplar("rpc.server.call.duration", trace));
        Assert.Contains(arrived.SelectMany(one => one.Logs), log => log.Trace == trace && log.Body.Contains("IdentifyDevice", StringComparison.Ordinal));
    }

    // Runs an agent for one call, ends it, and returns the call's trace.
    private async Task<string> RunAsync(string port, Dictionary<string, string?> environment)
    {
        await using OurProgram agent = await StartAsync(port, environment);
        string name = await ReadyAsync();
        using GrpcChannel channel = AgentUnderTest.Connect(Socket);
        var devices = new DeviceService.DeviceServiceClient(channel);
        (string reason, string trace) = await TellingAgent.CallAsync(async options => await devices.IdentifyDeviceAsync(new IdentifyDeviceRequest { Device = name }, options));
        Assert.Equal("", reason);
        agent.Terminate();
        Assert.Equal(0, await agent.EndAsync(Ct));
        return trace;
    }

    // The name of the only phone, when that is ready.
    private async Task<string> ReadyAsync()
    {
        using GrpcChannel channel = AgentUnderTest.Connect(Socket);
        string name = "";
        await Eventually.HoldsAsync(async () =>
        {
            ListDevicesResponse list = await new DeviceService.DeviceServiceClient(channel).ListDevicesAsync(new(), cancellationToken: Ct);
            name = list.Devices is [{ State: DeviceState.Ready } only] ? only.Name : "";
            return name.Length > 0;
        });
        return name;
    }

    private async Task<OurProgram> StartAsync(string port, Dictionary<string, string?> environment)
    {
        OurProgram agent = OurProgram.Start("imei-agent", environment, "run", "--port", port, "--no-discovery", "--data", _folder.File("data"), "--listen", $"unix:{Socket}");
        await agent.LineAsync("ready", Ct);
        return agent;
    }
}
