using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using ImeiAgent.Client.Contexts;
using ImeiAgent.Client.Telemetry;
using ImeiAgent.V1;

namespace ImeiAgent.Client;

/// <summary>
/// The one way to talk to an agent. Messages are the contract's own; every failure of a call is an <see cref="AgentException"/>, or
/// <see cref="OperationCanceledException"/> when the caller's token was cancelled. Safe for use by several threads.
/// </summary>
public sealed partial class AgentClient : IAsyncDisposable
{
    // What a call may take: a call without the phone, a call that asks the phone (the contract says up to 10 s).
    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan WithPhone = TimeSpan.FromSeconds(30);

    // The agent that has answered the call answers this one too, or not at all.
    private static readonly TimeSpan RenewalLimit = TimeSpan.FromSeconds(2);

    private readonly GrpcChannel _channel;
    private readonly CallInvoker _calls;
    private readonly TimeProvider _time;
    private readonly AgentService.AgentServiceClient _agent;
    private readonly DeviceService.DeviceServiceClient _devices;
    private readonly NvService.NvServiceClient _nv;
    private readonly ImeiService.ImeiServiceClient _imei;
    private readonly JobService.JobServiceClient _jobs;
    private readonly SnapshotService.SnapshotServiceClient _snapshots;
    private readonly JournalService.JournalServiceClient _journal;
    private readonly ApprovalService.ApprovalServiceClient _approvals;
    private readonly AuditService.AuditServiceClient _audit;
    private readonly PairingService.PairingServiceClient _pairing;
    private readonly ClientService.ClientServiceClient _clients;
    private readonly CertificateRenewal? _renewal; // Of an agent on the network.
    private volatile bool _hasRefused;
    private volatile bool _wasThere; // It has answered a call: when it is gone, it may come back.

    private AgentClient(AgentEndpoint endpoint, TimeProvider time)
    {
        Endpoint = endpoint;
        _time = time;
        ContextIdentity? identity = endpoint.Context is { } context ? new ContextIdentity(context, endpoint.Store!, time) : null;
        _channel = GrpcChannel.ForAddress(Dialler.AddressOf(endpoint), new GrpcChannelOptions
        {
            HttpHandler = Dialler.CreateHandler(endpoint, identity),
            DisposeHttpClient = true,
            ServiceConfig = ReadRetries.CreateConfig(),
        });
        _calls = _channel.Intercept(new CallSpans(endpoint, time));
        _agent = new(_calls);
        _devices = new(_calls);
        _nv = new(_calls);
        _imei = new(_calls);
        _jobs = new(_calls);
        _snapshots = new(_calls);
        _journal = new(_calls);
        _approvals = new(_calls);
        _audit = new(_calls);
        _pairing = new(_calls);
        _clients = new(_calls);
        _renewal = identity is null ? null : new CertificateRenewal(identity, endpoint.Store!, _pairing, time);
    }

    /// <summary>Where the agent is.</summary>
    public AgentEndpoint Endpoint { get; }

    /// <summary>Whether it has answered a call, or refused one, so that it knows of this client's trace.</summary>
    public bool HasAnswered => _wasThere || _hasRefused;

    /// <summary>Prepares a client. Nothing is opened before the first call, and a lost connection is opened anew by the next one.</summary>
    public static AgentClient Connect(AgentEndpoint endpoint, TimeProvider? time = null) => new(endpoint, time ?? TimeProvider.System);

    /// <summary>Says what the agent is; a cheap test of the connection.</summary>
    public Task<GetAgentInfoResponse> GetAgentInfoAsync(CancellationToken cancellation) =>
        CallAsync(options => _agent.GetAgentInfoAsync(new GetAgentInfoRequest(), options), Quick, cancellation);

    /// <summary>Lists every port the agent knows.</summary>
    public Task<ListDevicesResponse> ListDevicesAsync(CancellationToken cancellation) =>
        CallAsync(options => _devices.ListDevicesAsync(new ListDevicesRequest(), options), Quick, cancellation);

    /// <summary>Returns a device as it was last seen.</summary>
    public Task<GetDeviceResponse> GetDeviceAsync(GetDeviceRequest request, CancellationToken cancellation) =>
        CallAsync(options => _devices.GetDeviceAsync(request, options), WithPhone, cancellation);

    /// <summary>Asks a phone who it is.</summary>
    public Task<IdentifyDeviceResponse> IdentifyDeviceAsync(IdentifyDeviceRequest request, CancellationToken cancellation) =>
        CallAsync(options => _devices.IdentifyDeviceAsync(request, options), WithPhone, cancellation);

    /// <summary>Reads both IMEI slots.</summary>
    public Task<ReadImeiResponse> ReadImeiAsync(ReadImeiRequest request, CancellationToken cancellation) =>
        CallAsync(options => _imei.ReadImeiAsync(request, options), WithPhone, cancellation);

    /// <summary>Says what a label that is being typed is worth.</summary>
    public Task<CheckLabelResponse> CheckLabelAsync(CheckLabelRequest request, CancellationToken cancellation) =>
        CallAsync(options => _imei.CheckLabelAsync(request, options), Quick, cancellation);

    /// <summary>Reads one NV item.</summary>
    public Task<ReadItemResponse> ReadItemAsync(ReadItemRequest request, CancellationToken cancellation) =>
        CallAsync(options => _nv.ReadItemAsync(request, options), WithPhone, cancellation);

    /// <summary>Lists the NV items of which the agent knows name and meaning.</summary>
    public Task<ListCatalogueResponse> ListCatalogueAsync(CancellationToken cancellation) =>
        CallAsync(options => _nv.ListCatalogueAsync(new ListCatalogueRequest(), options), Quick, cancellation);

    /// <summary>Lists one page of snapshots, newest first.</summary>
    public Task<ListSnapshotsResponse> ListSnapshotsAsync(ListSnapshotsRequest request, CancellationToken cancellation) =>
        CallAsync(options => _snapshots.ListSnapshotsAsync(request, options), Quick, cancellation);

    /// <summary>Returns one snapshot without its items.</summary>
    public Task<GetSnapshotResponse> GetSnapshotAsync(GetSnapshotRequest request, CancellationToken cancellation) =>
        CallAsync(options => _snapshots.GetSnapshotAsync(request, options), WithPhone, cancellation);

    /// <summary>Closes the connection. Calls under way end as lost; a renewal of the certificate is given up to 2 s to end.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_renewal is { Running.IsCompleted: false })
            await Task.WhenAny(_renewal.Running, Task.Delay(RenewalLimit)).ConfigureAwait(false);
        _channel.Dispose();
    }

    private async Task<TResponse> CallAsync<TResponse>(
        Func<CallOptions, AsyncUnaryCall<TResponse>> start, TimeSpan limit, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        try
        {
            using AsyncUnaryCall<TResponse> call = start(Options(limit, cancellation));
            TResponse answer = await call.ResponseAsync.ConfigureAwait(false);
            _wasThere = true;
            _renewal?.BeginIfDue();
            return answer;
        }
        catch (RpcException exception)
        {
            throw Noted(StatusDecoder.Decode(exception, Endpoint, cancellation));
        }
    }

    private Exception Noted(Exception fault)
    {
        _hasRefused |= fault is AgentException { Domain: AgentException.AgentDomain };
        return fault;
    }

    private CallOptions Options(TimeSpan? limit, CancellationToken cancellation) =>
        new(deadline: limit is { } span ? _time.GetUtcNow().UtcDateTime + span : null, cancellationToken: cancellation);
}
