using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using Grpc.Net.Client;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Integration.Agent.Access;

/// <summary>How clients of other machines come in, stay in, and are put out.</summary>
public class PairingCallsTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_client_is_who_the_invitation_says_and_not_who_it_says_itself()
    {
        await using StationUnderTest station = await StationUnderTest.StartAsync();

        using X509Certificate2 certificate = await station.PairAsync("bench-3", Role.Reader);

        GetAgentInfoResponse info = await new AgentService.AgentServiceClient(station.Connect(certificate)).GetAgentInfoAsync(new(), cancellationToken: Ct);
        Assert.Equal(("bench-3", Role.Reader), (info.Caller, info.Role));
        Assert.DoesNotContain("owner", certificate.Subject, StringComparison.Ordinal);
        TimeSpan life = certificate.NotAfter - certificate.NotBefore;
        Assert.InRange(life.TotalDays, 90, 90.1);
        using X509Certificate2 ca = station.Authority();
        Assert.Equal(info.CaFingerprint, Convert.ToHexStringLower(SHA256.HashData(ca.PublicKey.ExportSubjectPublicKeyInfo())));
        PairedClient known = Assert.Single((await Clients(station).ListClientsAsync(new(), cancellationToken: Ct)).Clients);
        Assert.Equal(("bench-3", Role.Reader, "127.0.0.1", Convert.ToHexStringLower(SHA256.HashData(certificate.RawData))),
            (known.DisplayName, known.Role, known.SeenFrom, known.Fingerprint));
    }

    [Fact]
    public async Task An_invitation_says_where_with_which_authority_and_until_when()
    {
        await using StationUnderTest station = await StationUnderTest.StartAsync();

        Invited invited = await station.InviteAsync("bench-3", Role.Technician);

        using X509Certificate2 ca = station.Authority();
        Assert.Equal(station.Address.ToString(), invited.Line.GetProperty("a")[0].GetString());
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(ca.PublicKey.ExportSubjectPublicKeyInfo())), invited.Line.GetProperty("f").GetString());
        Assert.Equal((1, "technician", "bench-3", 16), (invited.Line.GetProperty("v").GetInt32(), invited.Line.GetProperty("r").GetString(), invited.Line.GetProperty("n").GetString(), invited.Secret.Length));
        Assert.InRange(DateTimeOffset.FromUnixTimeSeconds(invited.Line.GetProperty("e").GetInt64()) - TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(8), TimeSpan.FromMinutes(10));
    }

    [Fact]
    public async Task An_invitation_is_good_once()
    {
        await using StationUnderTest station = await StationUnderTest.StartAsync();
        Invited invited = await station.InviteAsync("bench-3", Role.Technician);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await station.EnrollAsync(invited.Id, invited.Secret, key);

        Assert.Equal("PAIRING_REFUSED", await StationUnderTest.ReasonAsync(() => station.EnrollAsync(invited.Id, invited.Secret, key)));
    }

    [Fact]
    public async Task Five_wrong_proofs_burn_an_invitation()
    {
        await using StationUnderTest station = await StationUnderTest.StartAsync();
        Invited invited = await station.InviteAsync("bench-3", Role.Technician);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        for (int i = 0; i < 5; i++)
            Assert.Equal("PAIRING_REFUSED", await StationUnderTest.ReasonAsync(() => station.EnrollAsync(invited.Id, RandomNumberGenerator.GetBytes(16), key)));

        Assert.Equal("PAIRING_REFUSED", await StationUnderTest.ReasonAsync(() => station.EnrollAsync(invited.Id, invited.Secret, key)));
        Assert.Empty((await Clients(station).ListClientsAsync(new(), cancellationToken: Ct)).Clients);
    }

    [Fact]
    public async Task A_proof_for_another_key_is_refused()
    {
        await using StationUnderTest station = await StationUnderTest.StartAsync();
        Invited invited = await station.InviteAsync("bench-3", Role.Technician);
        GrpcChannel channel = station.Connect(null);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[] said = [.. "imei1-enroll"u8, .. SHA256.HashData(key.ExportSubjectPublicKeyInfo()), .. new byte[32]];

        Assert.Equal("PAIRING_REFUSED", await StationUnderTest.ReasonAsync(async () => await new PairingService.PairingServiceClient(channel).EnrollAsync(
            new EnrollRequest { Pairing = invited.Id, SigningRequest = StationUnderTest.SigningRequest(key), Proof = ByteString.CopyFrom(HMACSHA256.HashData(invited.Secret, said)) },
            cancellationToken: Ct)));
    }

    [Fact]
    public async Task To_revoke_a_client_ends_what_it_has_open_at_once_and_its_lease()
    {
        await using RunningPhone<PtyHost> phone = Phones.OnPty("galaxy-imei-lost");
        await using StationUnderTest station = await StationUnderTest.StartAsync(port: phone.Host.Path);
        using X509Certificate2 certificate = await station.PairAsync("bench-3", Role.Technician);
        GrpcChannel channel = station.Connect(certificate);
        using AsyncServerStreamingCall<WatchDevicesResponse> watch = new WatchService.WatchServiceClient(channel).WatchDevices(new(), cancellationToken: Ct);
        Assert.True(await watch.ResponseStream.MoveNext(Ct));
        var leases = new LeaseService.LeaseServiceClient(station.Local);
        await new LeaseService.LeaseServiceClient(channel).AcquireLeaseAsync(
            new AcquireLeaseRequest { Device = phone.Host.Path, Purpose = "ticket 4711", RequestId = Guid.NewGuid().ToString() }, cancellationToken: Ct);
        Assert.Single((await leases.ListLeasesAsync(new(), cancellationToken: Ct)).Leases);

        await Clients(station).RevokeClientAsync(new RevokeClientRequest { Client = "bench-3", Reason = "lost laptop" }, cancellationToken: Ct);

        await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await watch.ResponseStream.MoveNext(Ct)) { }
        });
        Assert.Equal("CLIENT_REVOKED", await StationUnderTest.ReasonAsync(async () => await new DeviceService.DeviceServiceClient(channel).ListDevicesAsync(new(), cancellationToken: Ct)));
        Assert.Empty((await leases.ListLeasesAsync(new(), cancellationToken: Ct)).Leases);
        PairedClient gone = Assert.Single((await Clients(station).ListClientsAsync(new ListClientsRequest { WithRevoked = true }, cancellationToken: Ct)).Clients);
        Assert.NotNull(gone.RevokeTime);
    }

    [Fact]
    public async Task An_owner_who_revokes_the_client_they_use_hears_that_it_is_done()
    {
        await using StationUnderTest station = await StationUnderTest.StartAsync();
        using X509Certificate2 certificate = await station.PairAsync("bench-3", Role.Owner);
        GrpcChannel channel = station.Connect(certificate);
        using AsyncServerStreamingCall<WatchDevicesResponse> watch = new WatchService.WatchServiceClient(channel).WatchDevices(new(), cancellationToken: Ct);
        Assert.True(await watch.ResponseStream.MoveNext(Ct));

        RevokeClientResponse answer = await new ClientService.ClientServiceClient(channel).RevokeClientAsync(
            new RevokeClientRequest { Client = "bench-3", Reason = "lost laptop" }, cancellationToken: Ct);

        Assert.NotNull(answer.Client.RevokeTime);
        await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await watch.ResponseStream.MoveNext(Ct)) { }
        });
        Assert.Equal("CLIENT_REVOKED", await StationUnderTest.ReasonAsync(async () => await new DeviceService.DeviceServiceClient(channel).ListDevicesAsync(new(), cancellationToken: Ct)));
    }

    [Fact]
    public async Task A_certificate_is_renewed_over_itself_and_the_old_one_is_good_for_a_while()
    {
        await using StationUnderTest station = await StationUnderTest.StartAsync();
        using X509Certificate2 old = await station.PairAsync("bench-3", Role.Reader);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        RenewCertificateResponse answer = await new PairingService.PairingServiceClient(station.Connect(old)).RenewCertificateAsync(
            new RenewCertificateRequest { SigningRequest = StationUnderTest.SigningRequest(key) }, cancellationToken: Ct);
        using X509Certificate2 bare = X509CertificateLoader.LoadCertificate(answer.Certificate.Span);
        using X509Certificate2 whole = bare.CopyWithPrivateKey(key);

        foreach (X509Certificate2 good in (X509Certificate2[])[whole, old])
            Assert.Equal(("bench-3", Role.Reader), Who(await new AgentService.AgentServiceClient(station.Connect(good)).GetAgentInfoAsync(new(), cancellationToken: Ct)));

        // The answer to a renewal may be lost: the certificate that was used goes on, and may renew once more.
        using X509Certificate2 patient = await station.PairAsync("bench-4", Role.Reader);
        var again = new PairingService.PairingServiceClient(station.Connect(patient));
        for (int i = 0; i < 3; i++)
            await again.RenewCertificateAsync(new RenewCertificateRequest { SigningRequest = StationUnderTest.SigningRequest(key) }, cancellationToken: Ct);
        Assert.Equal(("bench-4", Role.Reader), Who(await new AgentService.AgentServiceClient(station.Connect(patient)).GetAgentInfoAsync(new(), cancellationToken: Ct)));

        static (string, Role) Who(GetAgentInfoResponse info) => (info.Caller, info.Role);
    }

    [Fact]
    public async Task Pairings_outlive_the_agent_and_invitations_do_not()
    {
        using var folder = new TemporaryFolder();
        X509Certificate2 certificate;
        Invited open;
        string authority;
        await using (StationUnderTest first = await StationUnderTest.StartAsync(folder))
        {
            certificate = await first.PairAsync("bench-3", Role.Reader);
            open = await first.InviteAsync("bench-4", Role.Reader);
            using X509Certificate2 ca = first.Authority();
            authority = ca.Thumbprint;
        }

        await using StationUnderTest second = await StationUnderTest.StartAsync(folder);

        using (certificate)
            Assert.Equal("bench-3", (await new AgentService.AgentServiceClient(second.Connect(certificate)).GetAgentInfoAsync(new(), cancellationToken: Ct)).Caller);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.Equal("PAIRING_REFUSED", await StationUnderTest.ReasonAsync(() => second.EnrollAsync(open.Id, open.Secret, key)));
        using X509Certificate2 kept = second.Authority();
        Assert.Equal(authority, kept.Thumbprint);
    }

    [Fact]
    public async Task Keys_are_for_the_agents_user_alone()
    {
        await using StationUnderTest station = await StationUnderTest.StartAsync();
        await station.InviteAsync("bench-3", Role.Reader);

        if (OperatingSystem.IsWindows())
            return;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(station.AccessFolder));
        Assert.Equal(["ca.key", "ca.pem", "server.key", "server.pem"], Directory.GetFiles(station.AccessFolder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        foreach (string file in Directory.GetFiles(station.AccessFolder))
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task Nothing_but_tls_1_3_is_spoken()
    {
        await using StationUnderTest station = await StationUnderTest.StartAsync();
        using X509Certificate2 certificate = await station.PairAsync("bench-3", Role.Reader);

        GrpcChannel old = station.Connect(certificate, out _, SslProtocols.Tls12);
        RpcException refused = await Assert.ThrowsAsync<RpcException>(async () => await new DeviceService.DeviceServiceClient(old).ListDevicesAsync(new(), cancellationToken: Ct));
        using var plain = new TcpClient();
        await plain.ConnectAsync(station.Address, Ct);
        NetworkStream stream = plain.GetStream();
        await stream.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray(), Ct);

        Assert.Contains("AuthenticationException", refused.ToString(), StringComparison.Ordinal);
        // An alert at the most; then the end. No HTTP/2 frame comes, whose SETTINGS would begin with 00 00.
        byte[] answer = new byte[100];
        int count = await stream.ReadAtLeastAsync(answer, answer.Length, throwOnEndOfStream: false, Ct);
        Assert.True(count == 0 || answer[0] == 0x15, Convert.ToHexString(answer, 0, count));
    }

    [Theory]
    [InlineData("", Role.Reader, "name")]
    [InlineData("two words", Role.Reader, "name")]
    [InlineData("-x", Role.Reader, "name")]
    [InlineData("forty-one-characters-are-one-more-than-40", Role.Reader, "name")]
    [InlineData("bench-3", Role.Unspecified, "role")]
    [InlineData("bench-3", (Role)9, "role")]
    public async Task A_wrong_invitation_is_not_made(string name, Role role, string field)
    {
        await using StationUnderTest station = await StationUnderTest.StartAsync();

        RpcException refused = await Assert.ThrowsAsync<RpcException>(() => station.InviteAsync(name, role));

        Assert.Equal(field, refused.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Metadata["field"]);
    }

    [Fact]
    public async Task Two_clients_of_one_name_are_not_let_in()
    {
        await using StationUnderTest station = await StationUnderTest.StartAsync();
        using X509Certificate2 first = await station.PairAsync("bench-3", Role.Reader);

        Assert.Equal("ARGUMENT_INVALID", await StationUnderTest.ReasonAsync(() => station.InviteAsync("bench-3", Role.Owner)));
        await Clients(station).RenameClientAsync(new RenameClientRequest { Client = "bench-3", DisplayName = "bench-4" }, cancellationToken: Ct);
        await station.InviteAsync("bench-3", Role.Reader);

        Assert.Equal("bench-4", (await new AgentService.AgentServiceClient(station.Connect(first)).GetAgentInfoAsync(new(), cancellationToken: Ct)).Caller);
    }

    private static ClientService.ClientServiceClient Clients(StationUnderTest station) => new(station.Local);
}
