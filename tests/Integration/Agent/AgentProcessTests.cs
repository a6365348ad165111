using System.Net.Sockets;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Grpc.Reflection.V1;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Integration.Agent;

/// <summary>imei-agent as a process: what it prints, where it listens, how it ends.</summary>
public sealed class AgentProcessTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Socket => _folder.File("run/agent.sock");

    [Fact]
    public async Task It_prints_one_line_when_ready_and_listens_for_its_own_user_only()
    {
        await using OurProgram agent = await StartAsync("data");

        Assert.Equal($"imei-agent ready on unix:{Socket}", Assert.Single(agent.Output));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, ModeOf(Socket));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            ModeOf(Path.GetDirectoryName(Socket)!));
        using GrpcChannel channel = AgentUnderTest.Connect(Socket);
        GetAgentInfoResponse info = await new AgentService.AgentServiceClient(channel).GetAgentInfoAsync(new(), cancellationToken: Ct);
        Assert.Equal(("0.1.0", Environment.MachineName), (info.Version, info.Host));
        HealthCheckResponse health = await new Health.HealthClient(channel).CheckAsync(new(), cancellationToken: Ct);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, health.Status);
    }

    [Fact]
    public async Task It_tells_its_services_to_clients_without_the_contract()
    {
        await using OurProgram agent = await StartAsync("data");
        using GrpcChannel channel = AgentUnderTest.Connect(Socket);

        using var call = new ServerReflection.ServerReflectionClient(channel).ServerReflectionInfo(cancellationToken: Ct);
        await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" }, Ct);
        Assert.True(await call.ResponseStream.MoveNext(Ct));
        await call.RequestStream.CompleteAsync();

        Assert.Equal(
            ["AgentService", "ApprovalService", "AuditService", "ClientService", "DeviceService", "ImeiService", "JobService", "JournalService", "LeaseService",
                "NvService", "PairingService", "SnapshotService", "TraceService", "WatchService"],
            call.ResponseStream.Current.ListServicesResponse.Service.Select(s => s.Name)
                .Where(n => n.StartsWith("imeiagent.v1.", StringComparison.Ordinal)).Select(n => n["imeiagent.v1.".Length..]).Order());
    }

    [Fact]
    public async Task It_ends_cleanly_on_a_signal()
    {
        await using OurProgram agent = await StartAsync("data");

        agent.Terminate();

        Assert.Equal(0, await agent.EndAsync(Ct));
        Assert.Single(agent.Output);
        Assert.False(File.Exists(Socket));
    }

    [Fact]
    public async Task A_second_agent_on_the_same_socket_is_refused_and_the_first_goes_on()
    {
        await using OurProgram first = await StartAsync("data");
        await using OurProgram second = Start("other-data");

        Assert.Equal(1, await second.EndAsync(Ct));
        Assert.Empty(second.Output);
        Assert.Contains(second.Errors, line => line.Contains("Another agent answers", StringComparison.Ordinal));
        using GrpcChannel channel = AgentUnderTest.Connect(Socket);
        await new AgentService.AgentServiceClient(channel).GetAgentInfoAsync(new(), cancellationToken: Ct);
    }

    [Fact]
    public async Task A_second_agent_on_the_same_data_is_refused()
    {
        await using OurProgram first = await StartAsync("data");
        await using OurProgram second = OurProgram.Start(
            "imei-agent", "run", "--port", "/dev/none", "--no-discovery", "--data", _folder.File("data"), "--listen", $"unix:{_folder.File("b.sock")}");

        Assert.Equal(1, await second.EndAsync(Ct));
        Assert.Contains(second.Errors, line => line.Contains("--data", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_socket_that_a_killed_agent_left_behind_is_replaced()
    {
        await using (OurProgram first = await StartAsync("data"))
        {
            first.Kill();
            await first.EndAsync(Ct);
        }
        Assert.True(File.Exists(Socket));

        await using OurProgram second = await StartAsync("data");

        Assert.Single(second.Output);
    }

    [Fact]
    public async Task A_file_in_the_way_is_not_removed()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Socket)!);
        await File.WriteAllTextAsync(Socket, "mine", Ct);
        await using OurProgram agent = Start("data");

        Assert.Equal(1, await agent.EndAsync(Ct));
        Assert.Equal("mine", await File.ReadAllTextAsync(Socket, Ct));
    }

    [Theory]
    [InlineData("--window", "65", "--window")]
    [InlineData("--port", "nonsense", "--port")]
    [InlineData("--listen", "tcp:127.0.0.1:4000", "--listen")]
    [InlineData("--bogus", "1", "--bogus")]
    public async Task A_wrong_option_is_named(string option, string value, string named)
    {
        Requires.Signals();
        await using OurProgram agent = OurProgram.Start("imei-agent", "run", "--data", _folder.File("data"), option, value);

        Assert.Equal(2, await agent.EndAsync(Ct));
        Assert.Contains(agent.Errors.Concat(agent.Output), line => line.Contains(named, StringComparison.Ordinal));
        Assert.False(Directory.Exists(_folder.File("data")));
    }

    [Fact]
    public async Task A_path_that_is_too_long_for_a_socket_is_said_to_be()
    {
        Requires.Signals();
        await using OurProgram agent = OurProgram.Start(
            "imei-agent", "run", "--data", _folder.File("data"), "--listen", $"unix:/tmp/{new string('a', 120)}/agent.sock");

        Assert.Equal(2, await agent.EndAsync(Ct));
        Assert.Contains(agent.Errors, line => line.Contains("103", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nothing_but_the_socket_is_open()
    {
        var environment = new Dictionary<string, string?>
        {
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:45999",
            ["DOTNET_URLS"] = "http://127.0.0.1:45999",
            ["Kestrel__Endpoints__Http__Url"] = "http://127.0.0.1:45999",
        };
        await using OurProgram agent = await StartAsync("data", environment);

        using var tcp = new TcpClient();
        await Assert.ThrowsAsync<SocketException>(async () => await tcp.ConnectAsync("127.0.0.1", 45999, Ct));
        Assert.Single(agent.Output);
    }

    public void Dispose() => _folder.Dispose();

    private static UnixFileMode ModeOf(string path) =>
        OperatingSystem.IsWindows() ? throw new PlatformNotSupportedException() : File.GetUnixFileMode(path);

    private OurProgram Start(string data, IReadOnlyDictionary<string, string?>? environment = null)
    {
        Requires.Signals();
        return OurProgram.Start("imei-agent", environment,
            "run", "--port", "/dev/none", "--no-discovery", "--data", _folder.File(data), "--listen", $"unix:{Socket}");
    }

    private async Task<OurProgram> StartAsync(string data, IReadOnlyDictionary<string, string?>? environment = null)
    {
        OurProgram agent = Start(data, environment);
        await agent.LineAsync("ready", Ct);
        return agent;
    }
}
