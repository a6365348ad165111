using System.Reflection;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Rpc;
using Grpc.Core;
using Grpc.Net.Client;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Integration.Agent.Access;

/// <summary>Every call of the contract by everybody: who gets past the door, and with which word the others are sent away.</summary>
public class RightsMatrixTests
{
    // Written out: who may do what is decided here a second time, on paper.
    private static readonly Dictionary<string, Role> s_least = new()
    {
        ["AgentService/GetAgentInfo"] = Role.Viewer,
        ["DeviceService/ListDevices"] = Role.Viewer,
        ["DeviceService/GetDevice"] = Role.Viewer,
        ["DeviceService/IdentifyDevice"] = Role.Reader,
        ["WatchService/WatchDevices"] = Role.Viewer,
        ["NvService/ReadItem"] = Role.Reader,
        ["NvService/ReadRange"] = Role.Reader,
        ["NvService/ListCatalogue"] = Role.Viewer,
        ["NvService/ListSkips"] = Role.Viewer,
        ["NvService/AddSkip"] = Role.Technician,
        ["NvService/RemoveSkip"] = Role.Technician,
        ["JobService/StartDump"] = Role.Reader,
        ["JobService/GetJob"] = Role.Viewer,
        ["JobService/ListJobs"] = Role.Viewer,
        ["JobService/CancelJob"] = Role.Reader,
        ["JobService/WaitJob"] = Role.Viewer,
        ["JobService/WatchJob"] = Role.Reader,
        ["SnapshotService/ListSnapshots"] = Role.Viewer,
        ["SnapshotService/GetSnapshot"] = Role.Viewer,
        ["SnapshotService/ReadSnapshot"] = Role.Reader,
        ["SnapshotService/ExportSnapshot"] = Role.Reader,
        ["SnapshotService/ImportSnapshot"] = Role.Technician,
        ["ImeiService/ReadImei"] = Role.Reader,
        ["ImeiService/CheckLabel"] = Role.Technician,
        ["ImeiService/WriteImei"] = Role.Technician,
        ["LeaseService/ListLeases"] = Role.Viewer,
        ["LeaseService/AcquireLease"] = Role.Technician,
        ["LeaseService/RenewLease"] = Role.Technician,
        ["LeaseService/ReleaseLease"] = Role.Technician,
        ["LeaseService/WatchLease"] = Role.Technician,
        ["LeaseService/StealLease"] = Role.Supervisor,
        ["JournalService/ListJournal"] = Role.Viewer,
        ["JournalService/GetJournalEntry"] = Role.Viewer,
        ["JournalService/SettleJournalEntry"] = Role.Supervisor,
        ["ApprovalService/ListApprovals"] = Role.Viewer,
        ["ApprovalService/ApproveWrite"] = Role.Supervisor,
        ["AuditService/ListAudit"] = Role.Supervisor,
        ["AuditService/VerifyAudit"] = Role.Supervisor,
        ["AuditService/ExportAudit"] = Role.Supervisor,
        ["TraceService/ListTraces"] = Role.Reader,
        ["TraceService/GetTrace"] = Role.Reader,
        ["TraceService/ExportFrames"] = Role.Technician,
        ["TraceService/ExportSupportBundle"] = Role.Supervisor,
        ["PairingService/CreatePairing"] = Role.Owner,
        ["PairingService/Enroll"] = Role.Unspecified,
        ["PairingService/RenewCertificate"] = Role.Viewer,
        ["ClientService/ListClients"] = Role.Owner,
        ["ClientService/RevokeClient"] = Role.Owner,
        ["ClientService/RenameClient"] = Role.Owner,
    };

    private static readonly string[] s_standard =
        ["/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/Watch", "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_call_of_the_contract_is_in_the_table_of_rights_and_nothing_else()
    {
        string[] known = [.. Methods().Select(m => m.Name), "/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/List", "/grpc.health.v1.Health/Watch",
            "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"];

        Assert.Equal(known.Order(StringComparer.Ordinal), ImeiAgent.Agent.Access.Rights.Methods.Order(StringComparer.Ordinal));
        Assert.Equal(Methods().Select(m => m.Short).Order(StringComparer.Ordinal), s_least.Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(Role.Viewer)]
    [InlineData(Role.Reader)]
    [InlineData(Role.Technician)]
    [InlineData(Role.Supervisor)]
    [InlineData(Role.Owner)]
    public async Task A_paired_client_gets_past_the_door_where_its_role_allows_it(Role role)
    {
        await using StationUnderTest station = await StationUnderTest.StartAsync();
        using X509Certificate2 certificate = await station.PairAsync("one", role);
        GrpcChannel channel = station.Connect(certificate);

        foreach (Rpc rpc in Methods())
        {
            string expected = rpc.Short == "PairingService/CreatePairing" && role == Role.Owner ? "PermissionDenied LOCAL_ONLY"
                : role >= s_least[rpc.Short] ? "" : "PermissionDenied ROLE_INSUFFICIENT";
            Assert.Equal((rpc.Short, expected), (rpc.Short, await AtTheDoorAsync(channel, rpc)));
        }
        foreach (string method in s_standard)
            Assert.Equal("", await AtTheDoorAsync(channel, new Rpc(method, method, false, !method.EndsWith("Check", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task The_agents_own_user_gets_past_the_door_everywhere()
    {
        await using StationUnderTest station = await StationUnderTest.StartAsync();

        foreach (Rpc rpc in Methods())
            Assert.Equal((rpc.Short, ""), (rpc.Short, await AtTheDoorAsync(station.Local, rpc)));
    }

    [Fact]
    public async Task Without_a_certificate_there_is_nothing_but_to_enrol()
    {
        await using StationUnderTest station = await StationUnderTest.StartAsync();
        GrpcChannel channel = station.Connect(null);

        foreach (Rpc rpc in Methods())
            Assert.Equal((rpc.Short, rpc.Short == "PairingService/Enroll" ? "" : "Unauthenticated CERTIFICATE_REQUIRED"), (rpc.Short, await AtTheDoorAsync(channel, rpc)));
        foreach (string method in s_standard)
            Assert.Equal("Unauthenticated CERTIFICATE_REQUIRED", await AtTheDoorAsync(channel, new Rpc(method, method, false, !method.EndsWith("Check", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task A_revoked_client_is_told_so_whatever_it_calls()
    {
        await using StationUnderTest station = await StationUnderTest.StartAsync();
        using X509Certificate2 certificate = await station.PairAsync("one", Role.Owner);
        await new ClientService.ClientServiceClient(station.Local).RevokeClientAsync(new RevokeClientRequest { Client = "one", Reason = "lost laptop" }, cancellationToken: Ct);
        GrpcChannel channel = station.Connect(certificate);

        foreach (Rpc rpc in Methods())
            Assert.Equal((rpc.Short, "Unauthenticated CLIENT_REVOKED"), (rpc.Short, await AtTheDoorAsync(channel, rpc)));
    }

    [Theory]
    [InlineData("foreign authority")]
    [InlineData("expired")]
    [InlineData("wrong usage")]
    [InlineData("self-signed")]
    public async Task A_certificate_that_the_authority_does_not_vouch_for_ends_the_handshake(string fault)
    {
        await using StationUnderTest station = await StationUnderTest.StartAsync();
        using X509Certificate2 good = await station.PairAsync("one", Role.Owner);
        using X509Certificate2 ours = station.Authority();
        using X509Certificate2 foreign = StationUnderTest.ForeignAuthority(ours);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        const string ClientAuth = "1.3.6.1.5.5.7.3.2", ServerAuth = "1.3.6.1.5.5.7.3.1";
        using X509Certificate2 certificate = fault switch
        {
            "foreign authority" => StationUnderTest.Forge(foreign, good.Subject, now.AddDays(80), ClientAuth),
            // Its authority is younger than a minute: the certificate has expired by a second before that.
            "expired" => StationUnderTest.Forge(ours, good.Subject, new DateTimeOffset(ours.NotBefore).AddSeconds(1), ClientAuth),
            "wrong usage" => StationUnderTest.Forge(ours, good.Subject, now.AddDays(80), ServerAuth),
            _ => X509CertificateLoader.LoadPkcs12(foreign.Export(X509ContentType.Pkcs12), null),
        };
        GrpcChannel channel = station.Connect(certificate);

        foreach (Rpc rpc in Methods())
        {
            string end = await AtTheDoorAsync(channel, rpc);
            Assert.True(end.StartsWith("Unavailable", StringComparison.Ordinal) || end.StartsWith("Internal", StringComparison.Ordinal), $"{rpc.Short}: {end}");
            Assert.EndsWith(" ", end, StringComparison.Ordinal);
        }
    }

    // The control of the test above: a certificate that is forged with the authority's own key gets through the handshake when it is right in
    // all, and is told then that nobody knows it.
    [Fact]
    public async Task A_certificate_that_the_agent_never_gave_is_of_nobody()
    {
        await using StationUnderTest station = await StationUnderTest.StartAsync();
        using X509Certificate2 good = await station.PairAsync("one", Role.Owner);
        using X509Certificate2 ours = station.Authority();
        using X509Certificate2 certificate = StationUnderTest.Forge(ours, good.Subject, TimeProvider.System.GetUtcNow().AddDays(80), "1.3.6.1.5.5.7.3.2");
        GrpcChannel channel = station.Connect(certificate);

        foreach (Rpc rpc in Methods())
            Assert.Equal((rpc.Short, "Unauthenticated CLIENT_REVOKED"), (rpc.Short, await AtTheDoorAsync(channel, rpc)));
    }

    [Fact]
    public async Task A_certificate_that_has_expired_is_good_for_nothing_any_more()
    {
        MovedTime time = new();
        await using StationUnderTest station = await StationUnderTest.StartAsync(time: time);
        using X509Certificate2 certificate = await station.PairAsync("one", Role.Owner);
        GrpcChannel open = station.Connect(certificate);
        Assert.Equal("", await AtTheDoorAsync(open, Methods().First(rpc => rpc.Short == "ClientService/ListClients")));

        time.Advance(TimeSpan.FromDays(90) + TimeSpan.FromMinutes(1));

        // On a connection that was opened before, and on a new one.
        GrpcChannel next = station.Connect(certificate);
        foreach (Rpc rpc in Methods())
        {
            Assert.Equal((rpc.Short, "Unauthenticated CLIENT_REVOKED"), (rpc.Short, await AtTheDoorAsync(open, rpc)));
            Assert.Matches("^(Unavailable|Internal) $", await AtTheDoorAsync(next, rpc));
        }
    }

    // Written out a second time, as above.
    private static readonly Dictionary<string, Role> s_reveal = new()
    {
        ["DeviceService/IdentifyDevice"] = Role.Reader,
        ["ImeiService/ReadImei"] = Role.Reader,
        ["ImeiService/WriteImei"] = Role.Technician,
        ["NvService/ReadItem"] = Role.Reader,
        ["SnapshotService/GetSnapshot"] = Role.Reader,
        ["SnapshotService/ReadSnapshot"] = Role.Reader,
        ["JournalService/ListJournal"] = Role.Supervisor,
        ["JournalService/GetJournalEntry"] = Role.Supervisor,
        ["JournalService/SettleJournalEntry"] = Role.Supervisor,
        ["AuditService/ListAudit"] = Role.Supervisor,
        ["AuditService/ExportAudit"] = Role.Supervisor,
    };

    [Theory]
    [InlineData(Role.Viewer)]
    [InlineData(Role.Reader)]
    [InlineData(Role.Technician)]
    [InlineData(Role.Supervisor)]
    [InlineData(Role.Owner)]
    public async Task Numbers_are_unmasked_for_those_only_whose_role_allows_it(Role role)
    {
        await using StationUnderTest station = await StationUnderTest.StartAsync();
        using X509Certificate2 certificate = await station.PairAsync("one", role);
        GrpcChannel channel = station.Connect(certificate);
        Rpc[] revealing = [.. Methods().Where(rpc => rpc.Request!.FindFieldByName("reveal_imei") is not null)];
        Assert.Equal(s_reveal.Keys.Order(StringComparer.Ordinal), revealing.Select(rpc => rpc.Short).Order(StringComparer.Ordinal));

        foreach (Rpc rpc in revealing)
        {
            IMessage request = rpc.Request!.Parser.ParseFrom([]);
            rpc.Request.FindFieldByName("reveal_imei").Accessor.SetValue(request, true);
            string expected = role >= s_reveal[rpc.Short] ? "" : "PermissionDenied ROLE_INSUFFICIENT";
            Assert.Equal((rpc.Short, expected), (rpc.Short, await AtTheDoorAsync(channel, rpc, request.ToByteArray())));
        }
    }

    /// <summary>Makes a call with an empty request. Empty when it got past the door, whatever came of it; else the status and the reason.</summary>
    private static async Task<string> AtTheDoorAsync(GrpcChannel channel, Rpc rpc, byte[]? request = null)
    {
        Marshaller<byte[]> bytes = Marshallers.Create(b => b, b => b);
        string[] parts = rpc.Name.TrimStart('/').Split('/');
        var method = new Method<byte[], byte[]>(
            rpc.Asks ? MethodType.ClientStreaming : rpc.Streams ? MethodType.ServerStreaming : MethodType.Unary, parts[0], parts[1], bytes, bytes);
        var options = new CallOptions(cancellationToken: Ct);
        CallInvoker invoker = channel.CreateCallInvoker();
        try
        {
            if (rpc.Asks)
            {
                using AsyncClientStreamingCall<byte[], byte[]> call = invoker.AsyncClientStreamingCall(method, null, options);
                await call.RequestStream.CompleteAsync();
                await call.ResponseAsync;
            }
            else if (rpc.Streams)
            {
                using AsyncServerStreamingCall<byte[]> call = invoker.AsyncServerStreamingCall(method, null, options, request ?? []);
                await call.ResponseStream.MoveNext(Ct);
            }
            else
            {
                using AsyncUnaryCall<byte[]> call = invoker.AsyncUnaryCall(method, null, options, request ?? []);
                await call.ResponseAsync;
            }
            return "";
        }
        catch (RpcException e)
        {
            string reason = e.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason ?? "";
            bool isTheDoor = e.StatusCode is StatusCode.PermissionDenied or StatusCode.Unauthenticated or StatusCode.Unavailable or StatusCode.Internal
                && reason is not ("PAIRING_REFUSED" or "PORT_UNAVAILABLE" or "DEVICE_DISCONNECTED");
            return isTheDoor ? $"{e.StatusCode} {reason}" : "";
        }
    }

    private static IEnumerable<Rpc> Methods() =>
        // Every file of the contract, one that comes later too.
        from type in typeof(DeviceReflection).Assembly.GetTypes()
        where type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.PropertyType == typeof(FileDescriptor)
        let file = (FileDescriptor)type.GetProperty("Descriptor")!.GetValue(null)!
        from service in file.Services
        from method in service.Methods
        select new Rpc($"/{service.FullName}/{method.Name}", $"{service.Name}/{method.Name}", method.IsClientStreaming, method.IsServerStreaming, method.InputType);

    private sealed record Rpc(string Name, string Short, bool Asks, bool Streams, MessageDescriptor? Request = null);
}
