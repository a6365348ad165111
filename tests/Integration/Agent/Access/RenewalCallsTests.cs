using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;
using ImeiAgent.Client;
using ImeiAgent.Client.Contexts;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Integration.Agent.Access;

/// <summary>Certificates in the course of a year, on an agent that runs all the while.</summary>
public sealed class RenewalCallsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MovedTime _time = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_running_agent_shows_a_new_certificate_before_the_old_one_expires()
    {
        await using StationUnderTest station = await StationUnderTest.StartAsync(time: _time);
        string first = await ShownAsync(station);

        _time.Advance(TimeSpan.FromDays(334));
        Assert.Equal(first, await ShownAsync(station));
        _time.Advance(TimeSpan.FromDays(2));

        Assert.NotEqual(first, await ShownAsync(station));
    }

    [Fact]
    public async Task An_invitation_is_taken_up_on_a_connection_that_is_older_than_the_agents_new_certificate()
    {
        await using StationUnderTest station = await StationUnderTest.StartAsync(time: _time);
        Invited invited = await station.InviteAsync("bench-3", Role.Reader);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string first = await ShownAsync(station), second = "";

        EnrollResponse answer = await station.EnrollAsync(invited.Id, invited.Secret, key, before: async () =>
        {
            _time.Advance(TimeSpan.FromDays(340));
            second = await ShownAsync(station);
        });

        Assert.NotEqual(first, second);
        Assert.Equal("bench-3", answer.Name);
    }

    [Fact]
    public async Task An_old_certificate_is_good_for_an_hour_after_the_new_one_was_used()
    {
        await using StationUnderTest station = await StationUnderTest.StartAsync(time: _time);
        using X509Certificate2 old = await station.PairAsync("bench-3", Role.Reader);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        RenewCertificateResponse answer = await new PairingService.PairingServiceClient(station.Connect(old)).RenewCertificateAsync(
            new RenewCertificateRequest { SigningRequest = StationUnderTest.SigningRequest(key) }, cancellationToken: Ct);
        using X509Certificate2 bare = X509CertificateLoader.LoadCertificate(answer.Certificate.Span);
        using X509Certificate2 renewed = bare.CopyWithPrivateKey(key);

        _time.Advance(TimeSpan.FromHours(5));
        Assert.Equal("", await CallAsync(station, old)); // The new one was not used yet: perhaps it never arrived.
        Assert.Equal("", await CallAsync(station, renewed));
        _time.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal("", await CallAsync(station, old));
        _time.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal("CLIENT_REVOKED", await CallAsync(station, old));
        Assert.Equal("", await CallAsync(station, renewed));
    }

    // Our client and our agent, with nothing of either made up.
    [Fact]
    public async Task A_client_renews_its_certificate_by_itself_over_the_old_one()
    {
        await using StationUnderTest station = await StationUnderTest.StartAsync(time: _time);
        string line = (await new PairingService.PairingServiceClient(station.Local).CreatePairingAsync(
            new CreatePairingRequest { Name = "bench-3", Role = Role.Reader }, cancellationToken: Ct)).Line;
        ContextStore store = new(_folder.File("config"));
        AgentContext paired = await Pairing.PairAsync(store, "shop", PairingLine.Parse(line), _time, Ct);
        byte[] first = paired.Certificate.ToArray();

        _time.Advance(TimeSpan.FromDays(59));
        await AskAsync(paired, store);
        Assert.Equal(first, store.Read().Find("shop").Certificate.ToArray());
        _time.Advance(TimeSpan.FromDays(2));
        await AskAsync(paired, store);

        AgentContext renewed = store.Read().Find("shop");
        Assert.NotEqual(first, renewed.Certificate.ToArray());
        Assert.InRange(renewed.NotAfter - paired.NotAfter, TimeSpan.FromDays(60.9), TimeSpan.FromDays(61.1));
        // The old one would have expired by now.
        _time.Advance(TimeSpan.FromDays(40));
        await AskAsync(renewed, store);
        ListAuditResponse audit = await new AuditService.AuditServiceClient(station.Local).ListAuditAsync(new(), cancellationToken: Ct);
        Assert.Contains(audit.Rows, row => row is { Action: "renew-certificate", Operator: "bench-3", Outcome: "renewed" });
    }

    public void Dispose() => _folder.Dispose();

    private async Task AskAsync(AgentContext context, ContextStore store)
    {
        AgentClient client = AgentClient.Connect(AgentEndpoint.For(context, store), _time);
        await using (client)
            Assert.Equal("bench-3", (await client.GetAgentInfoAsync(Ct)).Caller);
    }

    private static Task<string> CallAsync(StationUnderTest station, X509Certificate2 certificate) => StationUnderTest.ReasonAsync(
        async () => await new AgentService.AgentServiceClient(station.Connect(certificate)).GetAgentInfoAsync(new(), cancellationToken: Ct));

    // The serial number of the certificate that a new connection is shown.
    private static async Task<string> ShownAsync(StationUnderTest station)
    {
        GrpcChannel channel = station.Connect(null, out Func<X509Certificate2?> server);
        await Assert.ThrowsAsync<RpcException>(async () => await new DeviceService.DeviceServiceClient(channel).ListDevicesAsync(new(), cancellationToken: Ct));
        return server()!.SerialNumber;
    }
}
