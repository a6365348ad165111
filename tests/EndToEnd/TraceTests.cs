using System.Collections.Concurrent;
using System.Text;
using ImeiAgent.Client.Cli;
using ImeiAgent.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace ImeiAgent.EndToEnd;

/// <summary>One trace from the script that calls the command line to the agent, and what it costs whoever sends nothing.</summary>
public sealed class TraceTests
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736", Traceparent = $"00-{Trace}-00f067aa0ba902b7-01";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_receipt_names_the_trace_of_the_script_that_called()
    {
        await using Bench bench = new();
        PhoneProcess phone = await bench.PlugAsync("phone", "galaxy-imei-lost", seed: 31);
        await bench.StartAgentAsync();
        Dictionary<string, string?> script = new() { ["IMEI_AGENT"] = bench.Endpoint, ["IMEI_SPC"] = null, ["TRACEPARENT"] = Traceparent, ["TRACESTATE"] = null };

        await using OurProgram imei = OurProgram.Start(
            "imei", script, "-d", phone.Link, "restore", "--label", Bench.Label, "--reason", "Ticket 4711", "--evidence", "Photo 1", "--yes", "--no-restart", "--json");
        Result restored = await Bench.EndAsync(imei);

        restored.Ended(ExitCode.Ok);
        Assert.Equal(Trace, restored.Messages[^1].GetProperty("receipt").GetProperty("traceId").GetString());

        await using OurProgram again = OurProgram.Start("imei", script, "-d", "nobody", "identify");
        (await Bench.EndAsync(again)).Ended(ExitCode.DeviceNotReady, $"trace {Trace}  What happened: imei trace show {Trace[..8]}");
    }

    [Fact]
    public async Task Nothing_of_OpenTelemetry_is_loaded_unless_something_is_sent()
    {
        // A copy of the program without it: what loads it, says so.
        using TemporaryFolder folder = new();
        foreach (string file in Directory.GetFiles(AppContext.BaseDirectory, "*.dll").Where(file => !Path.GetFileName(file).StartsWith("OpenTelemetry", StringComparison.Ordinal)))
            File.Copy(file, folder.File(Path.GetFileName(file)));
        File.Copy(Path.Combine(AppContext.BaseDirectory, "imei.runtimeconfig.json"), folder.File("imei.runtimeconfig.json"));

        Result quiet = await RunAsync(null, "devices");
        Result version = await RunAsync(null, "version");
        Result sending = await RunAsync("http://127.0.0.1:9", "version");

        quiet.Ended(ExitCode.AgentUnreachable);
        Assert.DoesNotContain("OpenTelemetry", quiet.Err, StringComparison.Ordinal);
        Assert.Equal("", version.Ended(ExitCode.Ok).Err);
        sending.Ended(ExitCode.Ok, "Nothing is sent by OTLP", "OpenTelemetry", "imei ");

        async Task<Result> RunAsync(string? collector, string verb)
        {
            Dictionary<string, string?> environment = new()
            {
                ["IMEI_AGENT"] = $"unix:{folder.File("nobody.sock")}",
                ["IMEI_CONTEXT"] = null,
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector,
            };
            await using OurProgram imei = OurProgram.StartAny("dotnet", environment, folder.File("imei.dll"), verb);
            return await Bench.EndAsync(imei);
        }
    }

    [Fact]
    public async Task A_run_sends_its_spans_its_measurements_and_one_log_record_where_the_variables_say()
    {
        ConcurrentDictionary<string, byte[]> received = new();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using WebApplication collector = builder.Build();
        collector.MapPost("/v1/{signal}", async (HttpRequest request, string signal) =>
        {
            using MemoryStream body = new();
            await request.Body.CopyToAsync(body, Ct);
            received.AddOrUpdate(signal, body.ToArray(), (_, before) => [.. before, .. body.ToArray()]);
            return Results.Bytes([], "application/x-protobuf");
        });
        await collector.StartAsync(Ct);
        Dictionary<string, string?> environment = new()
        {
            ["IMEI_AGENT"] = "unix:/nowhere/agent.sock",
            ["IMEI_CONTEXT"] = null,
            ["TRACEPARENT"] = Traceparent,
            ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = $"{collector.Urls.Single()}/v1/traces",
            ["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"] = $"{collector.Urls.Single()}/v1/metrics",
            ["OTEL_EXPORTER_OTLP_LOGS_ENDPOINT"] = $"{collector.Urls.Single()}/v1/logs",
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_EXPORTER_OTLP_TIMEOUT"] = "30000",
        };

        await using OurProgram imei = OurProgram.Start("imei", environment, "-d", Bench.Label, "identify");
        (await Bench.EndAsync(imei)).Ended(ExitCode.AgentUnreachable, $"trace {Trace}");

        Assert.Equal(["logs", "metrics", "traces"], received.Keys.Order());
        Dictionary<string, string> text = received.ToDictionary(one => one.Key, one => Encoding.Latin1.GetString(one.Value));
        string id = Encoding.Latin1.GetString(Convert.FromHexString(Trace));
        foreach (string part in (string[])["imei identify", "process.exit.code", "imeiagent.v1.DeviceService/IdentifyDevice", "AGENT_UNREACHABLE", id])
            Assert.Contains(part, text["traces"], StringComparison.Ordinal);
        Assert.Contains("rpc.client.call.duration", text["metrics"], StringComparison.Ordinal);
        foreach (string part in (string[])["{Command} ended with exit code {ExitCode}", "imei identify", id])
            Assert.Contains(part, text["logs"], StringComparison.Ordinal);
        Assert.All(text.Values, one => Assert.Contains("service.name", one, StringComparison.Ordinal));
        Assert.All(text.Values, one => Assert.DoesNotContain(Bench.Label, one, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_collector_that_is_not_there_changes_nothing_but_a_moment()
    {
        Dictionary<string, string?> environment = new()
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:9",
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        };
        await using OurProgram imei = OurProgram.Start("imei", environment, "version");

        Result result = await Bench.EndAsync(imei);

        Assert.Equal("", result.Ended(ExitCode.Ok, "imei ").Err);
        Assert.Equal(0, await imei.EndAsync(Ct));
    }
}
