using System.Net.Sockets;
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
        Imei = new ImeiService.ImeiServiceClient(Channel);
        Journal = new JournalService.JournalServiceClient(Channel);
        Approvals = new ApprovalService.ApprovalServiceClient(Channel);
        Snapshots = new SnapshotService.SnapshotServiceClient(Channel);
    }

    public GrpcChannel Channel { get; }

    public DeviceService.DeviceServiceClient Devices { get; }

    public NvService.NvServiceClient Nv { get; }

    public JobService.JobServiceClient Jobs { get; }

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

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        await _host.DisposeAsync();
        _folder.Dispose();
    }
}
