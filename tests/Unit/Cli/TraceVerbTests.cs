using System.IO.Compression;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using ImeiAgent.Client.Cli;
using ImeiAgent.TestKit;
using ImeiAgent.Unit.Client;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Unit.Cli;

public class TraceVerbTests
{
    private const string Id = "4bf92f3577b34da6a3ce929d0e0e4736";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Traces_are_a_table_and_asked_for_as_was_typed()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        ListTracesResponse answer = new() { Traces = { Summary(), new TraceSummary { TraceId = "0af7651916cd43dd8448eb211c80319c", Name = "dump", Operator = "agent" } } };
        agent.OnListTraces = _ => answer;

        CliRun run = await CliRun.RunAsync(agent, "trace", "list", "--failed", "-d", "sm", "--limit", "7");
        CliRun json = await CliRun.RunAsync(agent, "trace", "list", "--json");

        Assert.Equal(ExitCode.Ok, run.Exit);
        Assert.Equal(["TRACE", "STARTED (UTC)", "TOOK", "SPANS", "NAME", "PHONE", "BY", "ERROR"], Cells(run.OutLines[0]));
        Assert.Equal(["4bf92f35", "2026-11-24 14:00:06", "2.40 s", "12", "imeiagent.v1.ImeiService/WriteImei", "sm-g991u-3f2a", "local:ana", "PHONE_REFUSED"], Cells(run.OutLines[1]));
        Assert.Equal(["0af76519", "0", "dump", "agent"], Cells(run.OutLines[2]));
        Assert.Equal(answer, JsonParser.Default.Parse<ListTracesResponse>(Assert.Single(json.OutLines)));
        Assert.Equal([(true, "sm", 7), (false, "", 50)], agent.RequestsOf<ListTracesRequest>().Select(request => (request.FailedOnly, request.Device, request.PageSize)));
    }

    [Fact]
    public async Task No_traces_is_a_note()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnListTraces = _ => new ListTracesResponse();

        CliRun run = await CliRun.RunAsync(agent, "trace", "list", "--failed");

        Assert.Equal((ExitCode.Ok, "", "No trace in which something failed."), (run.Exit, run.Out, run.Err.Trim()));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public async Task A_trace_is_shown_as_a_waterfall_without_escape_codes(bool terminal, bool noColour)
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        GetTraceResponse answer = new()
        {
            Trace = Summary(),
            Spans = { new TraceSpan { SpanId = "a", Name = "restore", Duration = Duration.FromTimeSpan(TimeSpan.FromSeconds(2.4)), Attributes = { ["imeiagent.answer"] = "BAD_SPC_MODE" } } },
        };
        agent.OnGetTrace = _ => answer;

        CliRun run = await CliRun.RunAsync(agent, new CliSetting { Colour = terminal, NoColour = noColour }, "trace", "show", "4bf92f35");
        CliRun json = await CliRun.RunAsync(agent, "trace", "show", Id, "--json");

        Assert.Equal(ExitCode.Ok, run.Exit);
        Assert.Equal($"trace {Id}", run.OutLines[0]);
        Assert.Contains("restore", run.Out, StringComparison.Ordinal);
        Assert.Contains("████████ ", run.Out, StringComparison.Ordinal);
        Assert.Contains("BAD_SPC_MODE", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001B', run.Out);
        Assert.Equal(answer, JsonParser.Default.Parse<GetTraceResponse>(json.Out));
        Assert.Equal(["4bf92f35", Id], agent.RequestsOf<GetTraceRequest>().Select(request => request.TraceId));
    }

    [Fact]
    public async Task A_trace_that_is_not_kept_is_exit_code_9()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnGetTrace = _ => throw FakeAgent.Failure(StatusCode.NotFound, "TRACE_NOT_FOUND", "No trace begins with ffff.");

        CliRun run = await CliRun.RunAsync(agent, "trace", "show", "ffff");

        Assert.Equal(9, (int)run.Exit);
        Assert.Contains("No trace begins with ffff. [TRACE_NOT_FOUND]", run.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_recording_becomes_a_file_that_replaces_none()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnExportPieces = () => [[1, 2, 3], [4, 5]];
        using TemporaryFolder folder = new();
        string path = folder.File("x.pcapng");

        CliRun first = await CliRun.RunAsync(agent, "trace", "frames", Id, "--number", "3", "-o", path);
        CliRun second = await CliRun.RunAsync(agent, "trace", "frames", Id, "-o", path);

        Assert.Equal((ExitCode.Ok, ExitCode.File), (first.Exit, second.Exit));
        Assert.Equal([1, 2, 3, 4, 5], await File.ReadAllBytesAsync(path, Cancellation));
        Assert.Contains("FILE_EXISTS", (await CliRun.RunAsync(agent, "trace", "frames", Id, "-o", path, "--json")).Err, StringComparison.Ordinal);
        ExportFramesRequest request = Assert.Single(agent.RequestsOf<ExportFramesRequest>());
        Assert.Equal((Id, 3ul), (request.TraceId, request.Number));
    }

    [Fact]
    public async Task A_bundle_says_what_is_in_it_and_to_look_before_it_is_sent()
    {
        using MemoryStream zip = new();
        using (ZipArchive archive = new(zip, ZipArchiveMode.Create, leaveOpen: true))
        await using (Stream entry = await archive.CreateEntry("traces/4bf92f35.txt").OpenAsync(Cancellation))
            await entry.WriteAsync("hello"u8.ToArray(), Cancellation);
        byte[] bytes = zip.ToArray();
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnExportPieces = () => [bytes[..10], bytes[10..]];
        using TemporaryFolder folder = new();

        CliRun run = await CliRun.RunAsync(agent, "support", "bundle", "4bf9", "0af7", "-o", folder.File("for-support.zip"));

        Assert.Equal((ExitCode.Ok, ""), (run.Exit, run.Out));
        Assert.Equal(bytes, await File.ReadAllBytesAsync(folder.File("for-support.zip"), Cancellation));
        Assert.Contains("traces/4bf92f35.txt (5 bytes)", run.Err, StringComparison.Ordinal);
        Assert.Contains("look through it before you send it", run.Err, StringComparison.Ordinal);
        Assert.Equal(["4bf9", "0af7"], Assert.Single(agent.RequestsOf<ExportSupportBundleRequest>()).TraceIds);
    }

    [Fact]
    public async Task A_bundle_that_is_no_zip_is_told()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnExportPieces = () => [[1, 2, 3]];
        using TemporaryFolder folder = new();

        CliRun run = await CliRun.RunAsync(agent, "support", "bundle", "-o", folder.File("x.zip"));

        Assert.Equal(ExitCode.File, run.Exit);
        Assert.Contains("no zip that can be read", run.Err, StringComparison.Ordinal);
    }

    private static TraceSummary Summary() => new()
    {
        TraceId = Id,
        Name = "imeiagent.v1.ImeiService/WriteImei",
        StartTime = new DateTime(2026, 11, 24, 14, 0, 6, DateTimeKind.Utc).ToTimestamp(),
        Duration = Duration.FromTimeSpan(TimeSpan.FromSeconds(2.4)),
        Failed = true,
        Error = "PHONE_REFUSED",
        Device = Samples.PhoneName,
        Operator = "local:ana",
        SpanCount = 12,
    };

    private static string[] Cells(string line) => line.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
