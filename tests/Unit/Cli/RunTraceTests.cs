using System.Diagnostics;
using System.Text.Json;
using Grpc.Core;
using ImeiAgent.Client.Cli;
using ImeiAgent.TestKit;
using ImeiAgent.Unit.Client;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Unit.Cli;

/// <summary>A run of the command line as the root of a trace.</summary>
public class RunTraceTests
{
    private const string Spc = "271828";

    [Fact]
    public async Task All_calls_of_a_run_are_in_one_trace_that_begins_with_the_run()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnWriteImei = Samples.Applied;

        CliRun run = await CliRun.RunAsync(agent, "restore", "--label", Samples.Number, "--evidence", "photo", "--reason", "ticket", "--yes", "--lease", "7");
        CliRun next = await CliRun.RunAsync(agent, "devices");

        Assert.Equal((ExitCode.Ok, ExitCode.Ok), (run.Exit, next.Exit));
        string[] traces = [.. agent.Calls.Select(call => TraceOf(Assert.Single(call.Traceparents)))];
        Assert.True(traces.Length > 4);
        Assert.Single(traces[..^1].Distinct());
        Assert.NotEqual(traces[0], traces[^1]);
        Assert.All(agent.Calls, call => Assert.EndsWith("-01", call.Traceparents[0], StringComparison.Ordinal)); // The agent is to keep them.
    }

    [Fact]
    public async Task Runs_of_a_script_that_says_its_trace_are_children_of_it()
    {
        using SpanLog log = new();
        await using FakeAgent agent = await FakeAgent.StartAsync();
        CliSetting script = new() { Traceparent = log.Root.Id };

        await CliRun.RunAsync(agent, script, "devices");
        await CliRun.RunAsync(agent, script, "jobs", "show", Samples.Number);

        Activity[] roots = [.. log.Spans.Where(span => span.Source.Name == "ImeiAgent.Cli")];
        Assert.Equal(["imei devices", "imei jobs show"], roots.Select(span => span.DisplayName));
        Assert.All(roots, root => Assert.Equal((log.Root.SpanId, ActivityKind.Internal), (root.ParentSpanId, root.Kind)));
        Assert.Equal(new Dictionary<string, object?> { ["process.exit.code"] = 0 }, roots[0].TagObjects.ToDictionary());
        Assert.Equal(ActivityStatusCode.Unset, roots[0].Status);
        Assert.Equal(new Dictionary<string, object?> { ["process.exit.code"] = 1, ["error.type"] = "UNEXPLAINED" }, roots[1].TagObjects.ToDictionary());
        Assert.Equal(ActivityStatusCode.Error, roots[1].Status);
        Assert.Equal(roots[0].SpanId, log.Spans.First(span => span.Source.Name == "ImeiAgent.Client").ParentSpanId);
        Assert.Same(log.Root, Activity.Current);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00-zz")]
    [InlineData("00-00000000000000000000000000000000-0000000000000000-01")]
    public async Task A_parent_that_is_none_is_no_harm(string traceparent)
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();

        CliRun run = await CliRun.RunAsync(agent, new CliSetting { Traceparent = traceparent }, "devices");

        Assert.Equal(ExitCode.Ok, run.Exit);
        Assert.NotEqual(new string('0', 32), TraceOf(Assert.Single(Assert.Single(agent.Calls).Traceparents)));
    }

    [Fact]
    public async Task An_error_ends_with_the_trace_and_the_command_that_shows_it()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnIdentify = _ => throw FakeAgent.Failure(StatusCode.FailedPrecondition, "PHONE_REFUSED", "No.");

        CliRun run = await CliRun.RunAsync(agent, "identify");
        CliRun json = await CliRun.RunAsync(agent, "identify", "--json");

        string[] traces = [.. agent.Calls.Select(call => TraceOf(call.Traceparents[0]))];
        Assert.Equal($"trace {traces[0]}  What happened: imei trace show {traces[0][..8]}", run.Err.TrimEnd().Split('\n')[^1]);
        Assert.Equal(traces[^1], Metadata(json.Err).GetProperty("trace_id").GetString());
        Assert.NotEqual(traces[0], traces[^1]);
    }

    [Fact]
    public async Task Where_no_agent_was_reached_the_trace_is_named_and_not_offered()
    {
        CliRun run = await CliRun.RunAsync(null, "--agent", "unix:/nowhere/agent.sock", "devices");
        CliRun usage = await CliRun.RunAsync(null, "devices", "--no-such", "--json");

        Assert.Equal(ExitCode.AgentUnreachable, run.Exit);
        Assert.Matches("^trace [0-9a-f]{32}$", run.Err.TrimEnd().Split('\n')[^1]);
        Assert.Matches("^[0-9a-f]{32}$", Metadata(usage.Err).GetProperty("trace_id").GetString());
    }

    [Fact]
    public async Task Verbose_tells_the_trace_of_a_run_that_went_well_too()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();

        CliRun run = await CliRun.RunAsync(agent, "devices", "--verbose");
        CliRun json = await CliRun.RunAsync(agent, "devices", "--verbose", "--json");
        CliRun still = await CliRun.RunAsync(agent, "devices");

        string[] traces = [.. agent.Calls.Select(call => TraceOf(call.Traceparents[0]))];
        Assert.Matches($"^traceparent 00-{traces[0]}-[0-9a-f]{{16}}-01\n$", run.Err.ReplaceLineEndings("\n"));
        Assert.Equal(traces[1], TraceOf(JsonDocument.Parse(json.Err).RootElement.GetProperty("traceparent").GetString()!));
        Assert.Equal("", still.Err);
    }

    [Fact]
    public async Task What_ends_with_a_code_and_without_an_error_says_so_in_its_span()
    {
        using SpanLog log = new();
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnGetJob = _ => new GetJobResponse { Job = Samples.Job(new StartDumpRequest()) };
        agent.OnWatchJob = Samples.Watch(65536, failed: 1);

        CliRun run = await CliRun.RunAsync(agent, new CliSetting { Traceparent = log.Root.Id }, "jobs", "watch", "2026");

        Activity root = log.Spans.Single(span => span.Source.Name == "ImeiAgent.Cli");
        Assert.Equal((ExitCode.Incomplete, 8, "INCOMPLETE"), (run.Exit, root.GetTagItem("process.exit.code"), root.GetTagItem("error.type")));
    }

    [Fact]
    public async Task No_span_of_a_restore_holds_a_number_a_code_or_what_a_person_typed()
    {
        using SpanLog log = new();
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnWriteImei = Samples.PlanThen((_, _, _) => throw FakeAgent.Failure(StatusCode.FailedPrecondition, "PHONE_REFUSED", $"No to {Samples.Number}"));
        CliSetting script = new() { Traceparent = log.Root.Id, PasswordVariable = "FFFFFFFFFFFFFFFE" };

        CliRun run = await CliRun.RunAsync(
            agent, script, "restore", "--label", Samples.Number, "--evidence", "photo of Ana", "--reason", "ticket 4711", "--spc", Spc, "--yes", "--lease", "90210");

        Assert.Equal(ExitCode.Refused, run.Exit);
        string[] told = [.. log.Spans.Select(SpanRecorder.Text)];
        Assert.Contains(told, text => text.Contains("ImeiService/WriteImei", StringComparison.Ordinal));
        Activity root = log.Spans.Single(span => span.Source.Name == "ImeiAgent.Cli");
        Assert.Equal(("imei restore", 5, "PHONE_REFUSED"), (root.DisplayName, root.GetTagItem("process.exit.code"), root.GetTagItem("error.type")));
        foreach (string secret in (string[])[Samples.Number, Samples.Number[..14], Samples.Number[8..], Spc, "FFFFFFFF", "4711", "Ana", "90210", "083A6539"])
            Assert.DoesNotContain(told, text => text.Contains(secret, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_job_is_shown_with_the_trace_of_its_own()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnGetJob = _ => new GetJobResponse
        {
            Job = new Job(Samples.Job(new StartDumpRequest())) { Traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" },
        };

        CliRun run = await CliRun.RunAsync(agent, "jobs", "show", "2026");

        Assert.Contains("trace id    0af7651916cd43dd8448eb211c80319c", run.OutLines);
    }

    private static string TraceOf(string traceparent) => traceparent.Split('-')[1];

    private static JsonElement Metadata(string error) =>
        JsonDocument.Parse(error).RootElement.GetProperty("details")[0].GetProperty("metadata");
}
