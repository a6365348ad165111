using System.Diagnostics;
using System.IO.Compression;
using Google.Rpc;
using Grpc.Core;
using ImeiAgent.Agent;
using ImeiAgent.Agent.Telemetry;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using ImeiAgent.Vault;
using Microsoft.Data.Sqlite;
using Xunit;

namespace ImeiAgent.Integration.Agent;

/// <summary>The traces that an agent keeps by itself, from the span to the client.</summary>
public sealed class TraceCallsTests : IDisposable
{
    private const string Label = "356938035643809";

    private readonly ActivitySource _source = new("ImeiAgent.Operations");

    private static CancellationToken Ct => AgentUnderTest.Ct;

    [Fact]
    public async Task What_has_ended_is_in_the_next_answer()
    {
        await using AgentUnderTest agent = await AgentUnderTest.StartAsync("/dev/no-such-port");
        var traces = new TraceService.TraceServiceClient(agent.Channel);
        string id;
        using (Activity restore = Start("restore")!)
        {
            id = restore.TraceId.ToHexString();
            restore.SetTag("imeiagent.device", "devices/a").SetTag("imeiagent.operator", "bench-3").SetTag("error.type", "SPC_REFUSED");
            restore.SetStatus(ActivityStatusCode.Error, $"of {Label}");
            using Activity sent = Start("restore.sent", restore.Context)!;
        }

        GetTraceResponse whole = await traces.GetTraceAsync(new() { TraceId = id[..12] }, cancellationToken: Ct);
        ListTracesResponse list = await traces.ListTracesAsync(new() { FailedOnly = true, Device = "devices/a" }, cancellationToken: Ct);

        Assert.Equal((id, "restore", true, "SPC_REFUSED", "devices/a", "bench-3", 2u),
            (whole.Trace.TraceId, whole.Trace.Name, whole.Trace.Failed, whole.Trace.Error, whole.Trace.Device, whole.Trace.Operator, whole.Trace.SpanCount));
        Assert.Equal(["restore", "restore.sent"], whole.Spans.Select(s => s.Name));
        Assert.Equal((whole.Spans[0].SpanId, "of 35693803*****09", V1.SpanKind.Internal), (whole.Spans[1].ParentSpanId, whole.Spans[0].StatusMessage, whole.Spans[0].Kind));
        Assert.Equal(whole.Trace, Assert.Single(list.Traces));
        foreach (string wrong in (string[])["", "abc", new string('f', 32)])
        {
            var failure = await Assert.ThrowsAsync<RpcException>(async () => await traces.GetTraceAsync(new() { TraceId = wrong }, cancellationToken: Ct));
            Assert.Equal((StatusCode.NotFound, "TRACE_NOT_FOUND"), (failure.StatusCode, failure.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason));
        }
    }

    [Fact]
    public async Task A_bundle_comes_in_pieces_that_make_a_zip()
    {
        await using RunningPhone<PtyHost> phone = Phones.OnPty("galaxy-imei-lost");
        await using AgentUnderTest agent = await AgentUnderTest.StartAsync(phone.Host.Path);
        await agent.Devices.IdentifyDeviceAsync(new(), cancellationToken: Ct);
        using var file = new MemoryStream();
        using (AsyncServerStreamingCall<ExportSupportBundleResponse> call = new TraceService.TraceServiceClient(agent.Channel).ExportSupportBundle(new(), cancellationToken: Ct))
        {
            await foreach (ExportSupportBundleResponse piece in call.ResponseStream.ReadAllAsync(Ct))
            {
                Assert.InRange(piece.Chunk.Length, 1, 64 * 1024);
                piece.Chunk.WriteTo(file);
            }
        }

        using var zip = new ZipArchive(file);
        Assert.Equal("README.txt", zip.Entries[0].FullName);
        using var config = new StreamReader(zip.GetEntry("config.json")!.Open());
        Assert.Contains(phone.Host.Path, await config.ReadToEndAsync(Ct), StringComparison.Ordinal);
        using var phones = new StreamReader(zip.GetEntry("phones.txt")!.Open());
        Assert.Contains("state  Ready", await phones.ReadToEndAsync(Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_restore_succeeds_while_another_program_holds_the_traces()
    {
        using var folder = new TemporaryFolder();
        await using RunningPhone<PtyHost> phone = Phones.OnPty("galaxy-imei-lost");
        await using AgentHost host = await StartAsync(folder, phone.Host.Path, keepTraces: true);
        using Grpc.Net.Client.GrpcChannel channel = AgentUnderTest.Connect(folder.File("run/agent.sock"));
        await using var other = new SqliteConnection($"Data Source={folder.File("data/traces.db")};Pooling=False");
        await other.OpenAsync(Ct);
        await using SqliteTransaction held = other.BeginTransaction(System.Data.IsolationLevel.Serializable, deferred: false);
        Start("restore.sent")?.Dispose();

        WriteImeiRequest request = await AgentUnderTest.LeasedAsync(channel, new WriteImeiRequest
        {
            Label = Label,
            Reason = "ticket 4711",
            Evidence = "photo 1",
            RequestId = Guid.NewGuid().ToString(),
            NoRestart = true,
        });
        using AsyncServerStreamingCall<WriteImeiResponse> call = new ImeiService.ImeiServiceClient(channel).WriteImei(request, cancellationToken: Ct);
        WriteImeiResponse last = await call.ResponseStream.ReadAllAsync(Ct).LastAsync(Ct);

        Assert.Equal(V1.WriteOutcome.Applied, last.Receipt.Outcome);
    }

    [Fact]
    public async Task Without_traces_none_are_kept()
    {
        using var folder = new TemporaryFolder();
        await using AgentHost host = await StartAsync(folder, "/dev/no-such-port", keepTraces: false);
        using Grpc.Net.Client.GrpcChannel channel = AgentUnderTest.Connect(folder.File("run/agent.sock"));
        Start("restore")?.Dispose();

        Assert.Empty((await new TraceService.TraceServiceClient(channel).ListTracesAsync(new(), cancellationToken: Ct)).Traces);
    }

    [Fact]
    public async Task What_ends_just_before_the_agent_is_kept()
    {
        using var folder = new TemporaryFolder();
        string id;
        await using (AgentHost host = await StartAsync(folder, "/dev/no-such-port", keepTraces: true))
        {
            using Activity span = Start("dump")!;
            id = span.TraceId.ToHexString();
        }

        using var vault = VaultFile.Open(folder.File("data"), TimeProvider.System);
        Assert.Equal("dump", vault.Traces.Find(id).Name);
    }

    [Fact]
    public async Task Agents_in_one_process_keep_their_own_spans_and_no_clients()
    {
        using var folder = new TemporaryFolder();
        using VaultFile one = VaultFile.Open(folder.File("one"), TimeProvider.System), two = VaultFile.Open(folder.File("two"), TimeProvider.System);
        await using TraceKeeper first = new(one.Traces, new TraceOwners(one.Traces), TimeProvider.System), second = new(two.Traces, new TraceOwners(two.Traces), TimeProvider.System);
        using var client = new ActivitySource("ImeiAgent.Client");

        string ofFirst = await RunAsync(first, () => Start("one")), ofSecond = await RunAsync(second, () => Start("two"));
        client.StartActivity("three")?.Dispose();
        first.Flush();
        second.Flush();

        Assert.Equal("one", one.Traces.Find(ofFirst).Name);
        Assert.Equal("two", two.Traces.Find(ofSecond).Name);
        Assert.Throws<TraceNotFoundException>(() => one.Traces.Find(ofSecond));
        Assert.Throws<TraceNotFoundException>(() => two.Traces.Find(ofFirst));
        Assert.DoesNotContain(one.Traces.List(false, null, 1000, null), trace => trace.Name == "three");
    }

    [Fact]
    public async Task Spans_are_made_and_not_recorded()
    {
        using var folder = new TemporaryFolder();
        using var vault = VaultFile.Open(folder.File("one"), TimeProvider.System);
        await using TraceKeeper keeper = new(vault.Traces, new TraceOwners(vault.Traces), TimeProvider.System);
        using var source = new ActivitySource("ImeiAgent.OfThisTest");

        // Another test of this process may record everything for a while.
        await Eventually.HoldsAsync(() =>
        {
            using Activity? span = source.StartActivity("restore");
            return span is { IsAllDataRequested: true, Recorded: false };
        });
    }

    public void Dispose() => _source.Dispose();

    // In a trace of its own, whatever the test's flow is a part of.
    private Activity? Start(string name, ActivityContext parent = default)
    {
        Activity.Current = null;
        return _source.StartActivity(name, ActivityKind.Internal, parent);
    }

    private static Task<string> RunAsync(TraceKeeper keeper, Func<Activity?> start) => Task.Run(async () =>
    {
        keeper.Enter();
        await Task.Yield();
        using Activity span = start()!;
        return span.TraceId.ToHexString();
    });

    private static Task<AgentHost> StartAsync(TemporaryFolder folder, string port, bool keepTraces)
    {
        Requires.Unless(!OperatingSystem.IsWindows(), "these tests listen on a Unix domain socket");
        return AgentHost.StartAsync(
            new AgentOptions
            {
                Ports = [port],
                Discovery = false,
                DataDirectory = folder.File("data"),
                Listen = [$"unix:{folder.File("run/agent.sock")}"],
                MinimumLogLevel = Microsoft.Extensions.Logging.LogLevel.Warning,
                KeepTraces = keepTraces,
            },
            Ct);
    }
}
