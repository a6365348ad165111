using System.Net.Sockets;
using Google.Protobuf.WellKnownTypes;
using Grpc.Net.Client;
using ImeiAgent.Agent;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Integration.Agent;

/// <summary>An agent inside the tests, listening on a real socket, and a channel to it that knows none of our client code.</summary>
internal sealed class AgentUnderTest : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly AgentHost _host;

    private AgentUnderTest(TemporaryFolder folder, AgentHost host)
    {
        (_folder, _host) = (folder, host);
        Channel = Connect(host.Endpoint["unix:".Length..]);
        Devices = new DeviceService.DeviceServiceClient(Channel);
        Nv = new NvService.NvServiceClient(Channel);
        Jobs = new JobService.JobServiceClient(Channel);
        Leases = new LeaseService.LeaseServiceClient(Channel);
        Imei = new ImeiService.ImeiServiceClient(Channel);
        Journal = new JournalService.JournalServiceClient(Channel);
        Approvals = new ApprovalService.ApprovalServiceClient(Channel);
        Snapshots = new SnapshotService.SnapshotServiceClient(Channel);
    }

    public GrpcChannel Channel { get; }

    public DeviceService.DeviceServiceClient Devices { get; }

    public NvService.NvServiceClient Nv { get; }

    public JobService.JobServiceClient Jobs { get; }

    public LeaseService.LeaseServiceClient Leases { get; }

    public ImeiService.ImeiServiceClient Imei { get; }

    public JournalService.JournalServiceClient Journal { get; }

    public ApprovalService.ApprovalServiceClient Approvals { get; }

    public SnapshotService.SnapshotServiceClient Snapshots { get; }

    public string Endpoint => _host.Endpoint;

    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<AgentUnderTest> StartAsync(params string[] ports)
    {
        Requires.Unless(!OperatingSystem.IsWindows(), "these tests listen on a Unix domain socket");
        var folder = new TemporaryFolder();
        var options = new AgentOptions
        {
            Ports = ports,
            Discovery = false,
            DataDirectory = folder.File("data"),
            Listen = [$"unix:{folder.File("run/agent.sock")}"],
            Window = 16,
            MinimumLogLevel = Microsoft.Extensions.Logging.LogLevel.Warning,
        };
        return new AgentUnderTest(folder, await AgentHost.StartAsync(options, Ct));
    }

    public static GrpcChannel Connect(string socket) => GrpcChannel.ForAddress("http://agent", new GrpcChannelOptions
    {
        HttpHandler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, ct) =>
            {
                var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), ct);
                return new NetworkStream(connection, ownsSocket: true);
            },
        },
    });

    /// <summary>Takes a lease on the phone of a restore, and has the restore carry it; the same however often it is called.</summary>
    public static async Task<WriteImeiRequest> LeasedAsync(GrpcChannel channel, WriteImeiRequest request)
    {
        AcquireLeaseRequest order = new() { Device = request.Device, Purpose = request.Reason, RequestId = "7f9c24e8-3b12-4c1f-9a52-1c0f6f0d7a11", Ttl = Duration.FromTimeSpan(TimeSpan.FromHours(1)) };
        request.FencingToken = (await new LeaseService.LeaseServiceClient(channel).AcquireLeaseAsync(order, cancellationToken: Ct)).Lease.FencingToken;
        return request;
    }

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        await _host.DisposeAsync();
        _folder.Dispose();
    }
}
