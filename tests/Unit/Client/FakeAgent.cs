using System.Collections.Concurrent;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using ImeiAgent.Client;
using ImeiAgent.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace ImeiAgent.Unit.Client;

/// <summary>A gRPC server on a Unix domain socket that answers as a test tells it to, and remembers what it was asked.</summary>
internal sealed class FakeAgent : IAsyncDisposable
{
    private readonly DirectoryInfo? _ownFolder;
    private WebApplication? _app;

    private FakeAgent(string socket, DirectoryInfo? ownFolder)
    {
        Socket = socket;
        _ownFolder = ownFolder;
        Endpoint = AgentEndpoint.Parse("unix:" + socket);
    }

    public string Socket { get; }

    public AgentEndpoint Endpoint { get; }

    /// <summary>Every request message, in the order it came.</summary>
    public ConcurrentQueue<object> Requests { get; } = new();

    public Func<GetAgentInfoRequest, GetAgentInfoResponse> OnGetAgentInfo { get; set; } =
        _ => new GetAgentInfoResponse { Version = "0.1.0", Host = "bench", Caller = "local:ana", Role = Role.Owner };

    public Func<ListDevicesResponse> OnListDevices { get; set; } = () => new ListDevicesResponse { Devices = { Samples.Phone() } };

    public Func<GetDeviceRequest, GetDeviceResponse> OnGetDevice { get; set; } = _ => new GetDeviceResponse { Device = Samples.Phone() };

    public Func<IdentifyDeviceRequest, IdentifyDeviceResponse> OnIdentify { get; set; } = _ => throw Missing();

    public Func<ReadImeiRequest, ReadImeiResponse> OnReadImei { get; set; } = _ => Samples.BlankSlots();

    public Func<CheckLabelRequest, CheckLabelResponse> OnCheckLabel { get; set; } = _ => throw Missing();

    public Func<ListCatalogueResponse> OnListCatalogue { get; set; } = () => throw Missing();

    public Func<ReadItemRequest, ReadItemResponse> OnReadItem { get; set; } = _ => throw Missing();

    public Func<ReadRangeRequest, IServerStreamWriter<ReadRangeResponse>, ServerCallContext, Task> OnReadRange { get; set; } =
        (_, _, _) => throw Missing();

    public Func<ListSkipsRequest, ListSkipsResponse> OnListSkips { get; set; } = _ => throw Missing();

    public Func<AddSkipRequest, AddSkipResponse> OnAddSkip { get; set; } = _ => throw Missing();

    public Func<RemoveSkipRequest, RemoveSkipResponse> OnRemoveSkip { get; set; } = _ => throw Missing();

    public Func<StartDumpRequest, StartDumpResponse> OnStartDump { get; set; } = request => new StartDumpResponse { Job = Samples.Job(request) };

    public Func<GetJobRequest, GetJobResponse> OnGetJob { get; set; } = _ => throw Missing();

    public Func<ListJobsRequest, ListJobsResponse> OnListJobs { get; set; } = _ => throw Missing();

    public Func<CancelJobRequest, CancelJobResponse> OnCancelJob { get; set; } = _ => throw Missing();

    public Func<WaitJobRequest, WaitJobResponse> OnWaitJob { get; set; } = _ => throw Missing();

    public Func<WatchJobRequest, IServerStreamWriter<WatchJobResponse>, ServerCallContext, Task> OnWatchJob { get; set; } =
        (_, _, _) => throw Missing();

    public Func<WriteImeiRequest, IServerStreamWriter<WriteImeiResponse>, ServerCallContext, Task> OnWriteImei { get; set; } =
        (_, _, _) => throw Missing();

    public Func<AcquireLeaseRequest, AcquireLeaseResponse> OnAcquireLease { get; set; } = _ => throw Missing();

    public Func<ReleaseLeaseRequest, ReleaseLeaseResponse> OnReleaseLease { get; set; } = _ => new ReleaseLeaseResponse { End = LeaseEnd.Released };

    public Func<StealLeaseRequest, StealLeaseResponse> OnStealLease { get; set; } = _ => throw Missing();

    public Func<ListLeasesResponse> OnListLeases { get; set; } = () => throw Missing();

    public Func<WatchLeaseRequest, IServerStreamWriter<WatchLeaseResponse>, ServerCallContext, Task> OnWatchLease { get; set; } =
        (_, _, _) => throw Missing();

    /// <summary>Tells what <see cref="OnListDevices"/> says, and nothing behind it.</summary>
    public Func<IServerStreamWriter<WatchDevicesResponse>, ServerCallContext, Task>? OnWatchDevices { get; set; }

    public Func<ListAuditRequest, ListAuditResponse> OnListAudit { get; set; } = _ => throw Missing();

    public Func<VerifyAuditResponse> OnVerifyAudit { get; set; } = () => throw Missing();

    public Func<ExportAuditRequest, IServerStreamWriter<ExportAuditResponse>, ServerCallContext, Task> OnExportAudit { get; set; } =
        (_, _, _) => throw Missing();

    public Func<ListJournalRequest, ListJournalResponse> OnListJournal { get; set; } = _ => throw Missing();

    public Func<GetJournalEntryRequest, GetJournalEntryResponse> OnGetJournalEntry { get; set; } = _ => throw Missing();

    public Func<SettleJournalEntryRequest, SettleJournalEntryResponse> OnSettle { get; set; } = _ => throw Missing();

    public Func<ListApprovalsRequest, ListApprovalsResponse> OnListApprovals { get; set; } = _ => throw Missing();

    public Func<ApproveWriteRequest, ApproveWriteResponse> OnApproveWrite { get; set; } = _ => throw Missing();

    public Func<ListSnapshotsRequest, ListSnapshotsResponse> OnListSnapshots { get; set; } = _ => throw Missing();

    public Func<GetSnapshotRequest, GetSnapshotResponse> OnGetSnapshot { get; set; } = _ => new GetSnapshotResponse { Snapshot = Samples.Snapshot() };

    public Func<ReadSnapshotRequest, IServerStreamWriter<ReadSnapshotResponse>, ServerCallContext, Task> OnReadSnapshot { get; set; } =
        (_, _, _) => throw Missing();

    public Func<ExportSnapshotRequest, IServerStreamWriter<ExportSnapshotResponse>, ServerCallContext, Task> OnExport { get; set; } =
        (_, _, _) => throw Missing();

    public Func<IReadOnlyList<ImportSnapshotRequest>, ImportSnapshotResponse> OnImport { get; set; } = _ => throw Missing();

    public Func<ListTracesRequest, ListTracesResponse> OnListTraces { get; set; } = _ => throw Missing();

    public Func<GetTraceRequest, GetTraceResponse> OnGetTrace { get; set; } = _ => throw Missing();

    /// <summary>The pieces of the recording and of the bundle that are asked for.</summary>
    public Func<byte[][]> OnExportPieces { get; set; } = () => throw Missing();

    /// <summary>Every call, in the order it came: its method and what it had in the header "traceparent".</summary>
    public ConcurrentQueue<(string Method, string[] Traceparents)> Calls { get; } = new();

    public IEnumerable<T> RequestsOf<T>() => Requests.OfType<T>();

    /// <summary>Starts an agent on a socket of its own, or on <paramref name="socket"/>.</summary>
    public static async Task<FakeAgent> StartAsync(string? socket = null)
    {
        DirectoryInfo? folder = socket is null ? Directory.CreateTempSubdirectory("imei-") : null;
        FakeAgent agent = new(socket ?? Path.Combine(folder!.FullName, "agent.sock"), folder);
        await agent.ListenAsync();
        return agent;
    }

    /// <summary>Listens again after <see cref="StopAsync"/>.</summary>
    public async Task ListenAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(Socket, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Logging.ClearProviders();
        builder.Services.AddRouting();
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(this);
        _app = builder.Build();
        _app.Use(next => context =>
        {
            Calls.Enqueue((context.Request.Path.Value!.TrimStart('/'), [.. context.Request.Headers["traceparent"].OfType<string>()]));
            return next(context);
        });
        _app.UseRouting();
        FakeServices.Map(_app);
        await _app.StartAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Stops at once, as a process that is killed: calls under way are cut.</summary>
    public async Task StopAsync()
    {
        using CancellationTokenSource now = new();
        await now.CancelAsync();
        await _app!.StopAsync(now.Token);
        await _app.DisposeAsync();
        _app = null;
        File.Delete(Socket);
    }

    /// <summary>Cuts the connection under a call.</summary>
    public static void Cut(ServerCallContext context) =>
        context.GetHttpContext().Features.Get<IConnectionLifetimeFeature>()!.Abort();

    /// <summary>The error the real agent sends for a reason.</summary>
    public static RpcException Failure(
        StatusCode code, string reason, string message = "What happened.", params (string Key, string Value)[] metadata)
    {
        ErrorInfo info = new() { Domain = "imeiagent", Reason = reason };
        foreach ((string key, string value) in metadata)
            info.Metadata.Add(key, value);
        return new Google.Rpc.Status { Code = (int)code, Message = message, Details = { Any.Pack(info) } }.ToRpcException();
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
            await StopAsync();
        _ownFolder?.Delete(recursive: true);
    }

    private static RpcException Missing() => new(new Grpc.Core.Status(StatusCode.Unimplemented, "The test did not expect this call."));
}
