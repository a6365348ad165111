using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using Grpc.Net.Client;
using ImeiAgent.Agent.Access;
using ImeiAgent.Client;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Integration.Agent.Access;

/// <summary>How much of the agent one client can take, and what becomes of those that are slow or say nothing.</summary>
public class LimitsTests
{
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(200);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    // Stated in Limits.cs, and here a second time: nobody makes them larger by accident.
    [Fact]
    public void The_defaults_are_these()
    {
        Limits limits = new();

        Assert.Equal((32, 512, 4), (limits.OpenCalls, limits.OpenLocalCalls, limits.OpenStrangerCalls));
        Assert.Equal((50, 200, 20), (limits.CallsPerSecond, limits.Burst, limits.StrangerCallsPerMinute));
        Assert.Equal((512, 32, 32, 4), (limits.Connections, limits.ClientConnections, limits.StrangerConnections, limits.Transfers));
        Assert.Equal((120, 30, 10), (limits.IdleConnection.TotalSeconds, limits.StrangerPatience.TotalSeconds, limits.Handshake.TotalSeconds));
        Assert.Equal((30, 600), (limits.PiecePatience.TotalSeconds, limits.TransferPatience.TotalSeconds));
        Assert.Equal((2000, 1000, 16384, 2097152), (Limits.LongestText, Limits.MostEntries, Limits.LargestStrangerMessage, Limits.LargestMessage));
    }

    [Fact]
    public async Task A_client_that_calls_too_fast_is_told_when_to_call_again_and_others_do_not_suffer()
    {
        await using StationUnderTest station = await StationUnderTest.StartAsync(limits: new Limits { Burst = 5, CallsPerSecond = 1, StrangerCallsPerMinute = 1000 });
        using X509Certificate2 hasty = await station.PairAsync("bench-3", Role.Reader), other = await station.PairAsync("bench-4", Role.Reader);
        var devices = new DeviceService.DeviceServiceClient(station.Connect(hasty));
        List<RpcException?> ends = [];

        for (int i = 0; i < 40; i++)
            ends.Add(await Record.ExceptionAsync(async () => await devices.ListDevicesAsync(new(), cancellationToken: Ct)) as RpcException);

        Assert.All(ends[..5], Assert.Null);
        RpcException refused = ends.First(end => end is not null)!;
        Assert.Equal((StatusCode.ResourceExhausted, "LIMIT_EXCEEDED"), (refused.StatusCode, refused.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason));
        Assert.InRange(refused.GetRpcStatus()!.GetDetail<RetryInfo>()!.RetryDelay.ToTimeSpan(), TimeSpan.FromTicks(1), TimeSpan.FromSeconds(60));
        Assert.Equal("", await ListAsync(station.Connect(other)));
    }

    [Fact]
    public async Task Messages_have_an_end_and_those_of_strangers_a_near_one()
    {
        await using StationUnderTest station = await StationUnderTest.StartAsync();
        using X509Certificate2 certificate = await station.PairAsync("bench-3", Role.Technician);
        var devices = new DeviceService.DeviceServiceClient(station.Connect(certificate));
        var pairing = new PairingService.PairingServiceClient(station.Connect(null));

        RpcException large = await Assert.ThrowsAsync<RpcException>(
            async () => await devices.GetDeviceAsync(new GetDeviceRequest { Device = new string('x', Limits.LargestMessage) }, cancellationToken: Ct));
        RpcException strange = await Assert.ThrowsAsync<RpcException>(
            async () => await pairing.EnrollAsync(new EnrollRequest { SigningRequest = ByteString.CopyFrom(new byte[Limits.LargestStrangerMessage]) }, cancellationToken: Ct));
        string small = await StationUnderTest.ReasonAsync(async () => await pairing.EnrollAsync(
            new EnrollRequest { SigningRequest = ByteString.CopyFrom(new byte[Limits.LargestStrangerMessage - 100]) }, cancellationToken: Ct));

        Assert.Equal(StatusCode.ResourceExhausted, large.StatusCode);
        // Neither was looked at: the service itself would have given its reason.
        Assert.All([large, strange], refused => Assert.Null(refused.GetRpcStatus()));
        Assert.Equal("ARGUMENT_INVALID", small);
    }

    [Fact]
    public async Task Lists_have_an_end_too()
    {
        await using StationUnderTest station = await StationUnderTest.StartAsync();
        var request = new StartDumpRequest { Ranges = { Enumerable.Repeat(new NvRange { First = 1, Last = 1 }, 1001) } };

        RpcException refused = await Assert.ThrowsAsync<RpcException>(async () => await new JobService.JobServiceClient(station.Local).StartDumpAsync(request, cancellationToken: Ct));

        ErrorInfo info = refused.GetRpcStatus()!.GetDetail<ErrorInfo>()!;
        Assert.Equal(("ARGUMENT_INVALID", "ranges"), (info.Reason, info.Metadata["field"]));
    }

    [Fact]
    public async Task Who_opens_a_connection_and_says_nothing_is_put_out()
    {
        await using StationUnderTest station = await StationUnderTest.StartAsync(limits: new Limits { Handshake = s_short });
        using var silent = new TcpClient();
        await silent.ConnectAsync(station.Address, Ct);

        await EndAsync(silent.GetStream());
    }

    [Fact]
    public async Task Who_shows_no_certificate_may_not_stay()
    {
        await using StationUnderTest station = await StationUnderTest.StartAsync(limits: new Limits { StrangerPatience = s_short });
        await using SslStream stranger = await DialAsync(station, null);

        await EndAsync(stranger);
    }

    [Fact]
    public async Task Strangers_have_few_connections_and_leave_room_for_clients()
    {
        await using StationUnderTest station = await StationUnderTest.StartAsync(limits: new Limits { StrangerConnections = 5, StrangerCallsPerMinute = 1000 });
        using X509Certificate2 certificate = await station.PairAsync("bench-3", Role.Reader);
        List<SslStream> strangers = [];
        // The connection by which the client was paired is one of them, or was.
        for (int i = 0; i < 5; i++)
            strangers.Add(await DialAsync(station, null));

        await using SslStream more = await DialAsync(station, null);
        await EndAsync(more);

        Assert.Equal("", await ListAsync(station.Connect(certificate)));
        foreach (SslStream stranger in strangers)
            await stranger.DisposeAsync();
    }

    [Fact]
    public async Task A_client_that_calls_nothing_is_let_go_and_one_that_watches_stays()
    {
        await using StationUnderTest station = await StationUnderTest.StartAsync(limits: new Limits { IdleConnection = TimeSpan.FromSeconds(1), StrangerCallsPerMinute = 1000 });
        using X509Certificate2 certificate = await station.PairAsync("bench-3", Role.Reader);
        GrpcChannel channel = station.Connect(certificate);
        using AsyncServerStreamingCall<WatchDevicesResponse> watch = new WatchService.WatchServiceClient(channel).WatchDevices(new(), cancellationToken: Ct);
        do
            Assert.True(await watch.ResponseStream.MoveNext(Ct));
        while (watch.ResponseStream.Current.EventCase != WatchDevicesResponse.EventOneofCase.Barrier);
        Task<bool> next = watch.ResponseStream.MoveNext(Ct);
        await using SslStream idle = await DialAsync(station, certificate);
        await idle.WriteAsync(Preface, Ct);

        await EndAsync(idle);

        Assert.False(next.IsFaulted);
        Assert.Equal("", await ListAsync(channel));
    }

    [Fact]
    public async Task A_client_has_so_many_connections_and_others_have_theirs()
    {
        await using StationUnderTest station = await StationUnderTest.StartAsync(limits: new Limits { ClientConnections = 2, StrangerCallsPerMinute = 1000 });
        using X509Certificate2 greedy = await station.PairAsync("bench-3", Role.Reader), other = await station.PairAsync("bench-4", Role.Reader);
        GrpcChannel first = station.Connect(greedy), second = station.Connect(greedy);
        Assert.Equal(("", ""), (await ListAsync(first), await ListAsync(second)));

        Assert.NotEqual("", await ListAsync(station.Connect(greedy)));
        Assert.Equal(("", "", ""), (await ListAsync(station.Connect(other)), await ListAsync(first), await ListAsync(second)));

        first.Dispose();
        await Eventually.HoldsAsync(async () => await ListAsync(station.Connect(greedy)) == "");
    }

    [Fact]
    public async Task A_file_that_does_not_go_on_is_given_up()
    {
        await using StationUnderTest station = await StationUnderTest.StartAsync(limits: new Limits { PiecePatience = s_short });
        using AsyncClientStreamingCall<ImportSnapshotRequest, ImportSnapshotResponse> import = new SnapshotService.SnapshotServiceClient(station.Local).ImportSnapshot(cancellationToken: Ct);
        await import.RequestStream.WriteAsync(Piece(), Ct);

        Assert.Equal("LIMIT_EXCEEDED", await StationUnderTest.ReasonAsync(() => import.ResponseAsync));
    }

    [Fact]
    public async Task Of_files_only_so_many_are_in_memory()
    {
        await using StationUnderTest station = await StationUnderTest.StartAsync(limits: new Limits { Transfers = 1 });
        var snapshots = new SnapshotService.SnapshotServiceClient(station.Local);
        // Whichever comes first has the place, and is silent.
        AsyncClientStreamingCall<ImportSnapshotRequest, ImportSnapshotResponse>[] three = [.. Enumerable.Range(0, 3).Select(_ => snapshots.ImportSnapshot(cancellationToken: Ct))];
        List<Task<string>> waiting = [.. three.Select(import => StationUnderTest.ReasonAsync(() => import.ResponseAsync))];
        for (int i = 0; i < 2; i++)
        {
            Task<string> refused = await Task.WhenAny(waiting);
            Assert.Equal("LIMIT_EXCEEDED", await refused);
            waiting.Remove(refused);
        }

        Assert.Equal("LIMIT_EXCEEDED", await ImportAsync());
        Assert.Equal("LIMIT_EXCEEDED", await StationUnderTest.ReasonAsync(async () =>
        {
            using AsyncServerStreamingCall<ExportSnapshotResponse> export = snapshots.ExportSnapshot(new ExportSnapshotRequest { Name = "x", Format = SnapshotFormat.NvText }, cancellationToken: Ct);
            await export.ResponseStream.MoveNext(Ct);
        }));
        Assert.Equal("LIMIT_EXCEEDED", await StationUnderTest.ReasonAsync(async () =>
        {
            using AsyncServerStreamingCall<ReadSnapshotResponse> read = snapshots.ReadSnapshot(new ReadSnapshotRequest { Name = "x" }, cancellationToken: Ct);
            await read.ResponseStream.MoveNext(Ct);
        }));
        // Our own client tells the agent's reason too, and not that its write failed.
        await using (AgentClient client = AgentClient.Connect(AgentEndpoint.Parse(station.Endpoint)))
            for (int i = 0; i < 20; i++)
                Assert.Equal("LIMIT_EXCEEDED", (await Assert.ThrowsAsync<AgentException>(() => client.ImportSnapshotAsync(Piece(), new MemoryStream(new byte[8 << 20]), Ct))).Reason);
        Assert.False(waiting.Single().IsCompleted);
        foreach (AsyncClientStreamingCall<ImportSnapshotRequest, ImportSnapshotResponse> import in three)
            import.Dispose();
        await Eventually.HoldsAsync(async () => await ImportAsync() == "FILE_INVALID");

        Task<string> ImportAsync() => StationUnderTest.ReasonAsync(async () =>
        {
            using AsyncClientStreamingCall<ImportSnapshotRequest, ImportSnapshotResponse> import = snapshots.ImportSnapshot(cancellationToken: Ct);
            // What a refusal comes before is not taken, and is told by the answer.
            await Record.ExceptionAsync(() => import.RequestStream.WriteAsync(Piece(), Ct));
            await Record.ExceptionAsync(import.RequestStream.CompleteAsync);
            await import.ResponseAsync;
        });
    }

    // RFC 9113, 3.4: the preface, and a SETTINGS frame that sets nothing.
    private static byte[] Preface => [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, 0, 0, 0, 4, 0, 0, 0, 0, 0];

    private static ImportSnapshotRequest Piece() => new() { FileName = "old.txt", Format = SnapshotFormat.NvText, Chunk = ByteString.CopyFromUtf8("no backup") };

    private static Task<string> ListAsync(GrpcChannel channel) =>
        StationUnderTest.ReasonAsync(async () => await new DeviceService.DeviceServiceClient(channel).ListDevicesAsync(new(), cancellationToken: Ct));

    private static async Task<SslStream> DialAsync(StationUnderTest station, X509Certificate2? certificate)
    {
        var tcp = new TcpClient();
        await tcp.ConnectAsync(station.Address, Ct);
        var tls = new SslStream(tcp.GetStream(), leaveInnerStreamOpen: false);
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "imei-agent",
                EnabledSslProtocols = SslProtocols.Tls13,
                ApplicationProtocols = [SslApplicationProtocol.Http2],
                ClientCertificates = certificate is null ? null : [certificate],
                RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null, // Whose it is does not matter here.
            },
            Ct);
        return tls;
    }

    // Reads until the agent closes, long before another limit than the one that is tried would have it do so.
    private static Task EndAsync(Stream stream) => ReadToEndAsync(stream).WaitAsync(Eventually.Deadline, Ct);

    private static async Task ReadToEndAsync(Stream stream)
    {
        byte[] answer = new byte[1024];
        try
        {
            while (await stream.ReadAsync(answer, Ct) > 0) { }
        }
        catch (IOException)
        {
            // Cut off without a word.
        }
    }
}
