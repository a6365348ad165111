using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ImeiAgent.Client;
using ImeiAgent.Client.Contexts;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace ImeiAgent.Unit.Client.Contexts;

public sealed class PairingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private ContextStore Store => new(_folder.File("config"));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_right_line_pairs_and_from_then_on_calls_carry_the_certificate()
    {
        await using FakeStation station = await FakeStation.StartAsync();

        AgentContext paired = await PairAsync(station.Line());

        AgentContext kept = Assert.Single(Store.Read().Contexts);
        Assert.Equal(("shop", "bench-3", Role.Technician, station.Ca.Fingerprint), (kept.Name, kept.Client, kept.Role, kept.CaFingerprint));
        Assert.Equal([station.Address], kept.Addresses);
        Assert.Equal([""], station.Callers);
        Assert.NotEqual(0, station.Heard); // What the tests below find none of.
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(paired.Certificate.Span);
        await using AgentClient client = AgentClient.Connect(AgentEndpoint.For(kept, Store));
        ListDevicesResponse list = await client.ListDevicesAsync(Ct);
        Assert.Equal("devices/sm-g991u-3f2a", Assert.Single(list.Devices).Name);
        Assert.Equal(["", certificate.SerialNumber], station.Callers);
        Assert.Equal($"tls:{station.Address}", client.Endpoint.ToString());
    }

    [Fact]
    public async Task The_secret_never_crosses_the_wire()
    {
        await using FakeStation station = await FakeStation.StartAsync();

        await PairAsync(station.Line());

        EnrollRequest request = Assert.Single(station.Agent.RequestsOf<EnrollRequest>());
        string sent = Convert.ToHexString(Google.Protobuf.MessageExtensions.ToByteArray(request));
        Assert.DoesNotContain(Convert.ToHexString(station.Secret), sent, StringComparison.Ordinal);
        Assert.Equal(32, request.Proof.Length);
    }

    [Fact]
    public async Task With_another_fingerprint_in_the_line_nothing_is_sent()
    {
        await using FakeStation station = await FakeStation.StartAsync();

        AgentException fault = await Assert.ThrowsAsync<AgentException>(() => PairAsync(station.Line(fingerprint: new string('a', 64))));

        Assert.Equal(AgentException.AgentNotTrusted, fault.Reason);
        Assert.Contains("Nothing was sent", fault.Message, StringComparison.Ordinal);
        Assert.Equal(1, station.Dialled);
        await AssertNothingReachedAsync(station);
    }

    public static TheoryData<string> WrongServers { get; } = ["another CA", "another CA that carries ours", "without the CA", "without a purpose", "for clients", "expired", "the CA of another agent"];

    [Theory]
    [MemberData(nameof(WrongServers))]
    public async Task A_server_that_the_pinned_authority_did_not_make_is_told_nothing(string which)
    {
        using TestCa ours = new();
        using TestCa other = new();
        X509Certificate2 server = which switch
        {
            "another CA" => other.Server(other.Certificate),
            "another CA that carries ours" => other.Server(ours.Certificate),
            "without the CA" => ours.Server(null),
            "without a purpose" => ours.Server(ours.Certificate, purpose: ""),
            "for clients" => ours.Server(ours.Certificate, purpose: TestCa.ClientAuth),
            "expired" => ours.Server(ours.Certificate, until: TestCa.Now.AddMinutes(-1)),
            _ => ours.Server(other.Certificate),
        };
        await using FakeStation station = await FakeStation.StartAsync(ours, server);

        AgentException fault = await Assert.ThrowsAsync<AgentException>(() => PairAsync(station.Line()));

        Assert.Equal(AgentException.AgentNotTrusted, fault.Reason);
        await AssertNothingReachedAsync(station);
    }

    [Fact]
    public async Task TLS_1_2_is_refused()
    {
        await using FakeStation station = await FakeStation.StartAsync(protocols: SslProtocols.Tls12);

        AgentException fault = await Assert.ThrowsAsync<AgentException>(() => PairAsync(station.Line()));

        Assert.Equal(AgentException.AgentNotTrusted, fault.Reason);
        Assert.Contains("TLS 1.3", fault.Message, StringComparison.Ordinal);
        await AssertNothingReachedAsync(station);
    }

    [Fact]
    public async Task After_the_pairing_too_another_agent_at_the_address_is_told_nothing()
    {
        await using FakeStation station = await FakeStation.StartAsync();
        AgentContext paired = await PairAsync(station.Line());
        await using FakeStation impostor = await FakeStation.StartAsync();

        await using AgentClient client = AgentClient.Connect(AgentEndpoint.For(await MovedAsync(paired, impostor.Address), Store));
        AgentException fault = await Assert.ThrowsAsync<AgentException>(() => client.ListDevicesAsync(Ct));

        Assert.Equal(AgentException.AgentNotTrusted, fault.Reason);
        Assert.NotEqual(0, impostor.Dialled);
        await Eventually.HoldsAsync(() => impostor.Ended == impostor.Dialled);
        Assert.Equal((0, 0), (impostor.Heard, impostor.Agent.Requests.Count));
    }

    [Theory]
    [InlineData("another key")]
    [InlineData("another CA")]
    [InlineData("a server's")]
    [InlineData("nonsense")]
    public async Task A_certificate_that_is_not_for_this_key_and_by_this_authority_is_not_kept(string which)
    {
        await using FakeStation station = await FakeStation.StartAsync();
        using TestCa other = new();
        using ECDsa foreign = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        station.OnEnroll = request =>
        {
            PublicKey key = FakeStation.KeyOf(request.SigningRequest);
            using X509Certificate2 certificate = which switch
            {
                "another key" => station.Ca.Client(new PublicKey(foreign)),
                "another CA" => other.Client(key),
                _ => station.Ca.Client(key, purpose: TestCa.ServerAuth),
            };
            EnrollResponse answer = station.Answer(certificate);
            if (which == "nonsense")
                answer.Certificate = Google.Protobuf.ByteString.CopyFromUtf8("no certificate");
            return answer;
        };

        ContextException fault = await Assert.ThrowsAsync<ContextException>(() => PairAsync(station.Line()));

        Assert.Equal(ContextException.AnswerWrong, fault.Reason);
        AssertNothingKept();
    }

    [Fact]
    public async Task A_line_that_the_agent_refuses_leaves_nothing_behind()
    {
        await using FakeStation station = await FakeStation.StartAsync();

        AgentException fault = await Assert.ThrowsAsync<AgentException>(() => PairAsync(station.Line(secret: new byte[16])));

        Assert.Equal(ErrorReason.PairingRefused, fault.Code);
        AssertNothingKept();
    }

    [Fact]
    public async Task An_expired_line_is_not_even_dialled()
    {
        await using FakeStation station = await FakeStation.StartAsync();

        ContextException fault = await Assert.ThrowsAsync<ContextException>(() => PairAsync(station.Line(until: TestCa.Now.AddSeconds(-1))));

        Assert.Equal(ContextException.LineExpired, fault.Reason);
        Assert.Equal(0, station.Dialled);
    }

    [Theory]
    [InlineData("shop", "CONTEXT_EXISTS")]
    [InlineData("local", "CONTEXT_NAME_INVALID")]
    [InlineData("Local", "CONTEXT_NAME_INVALID")]
    [InlineData("../shop", "CONTEXT_NAME_INVALID")]
    [InlineData("", "CONTEXT_NAME_INVALID")]
    public async Task A_name_that_cannot_be_used_does_not_use_up_the_invitation(string name, string reason)
    {
        await using FakeStation station = await FakeStation.StartAsync();
        await PairAsync(station.Line());

        ContextException fault = await Assert.ThrowsAsync<ContextException>(() => PairAsync(station.Line(), name));

        Assert.Equal(reason, fault.Reason);
        Assert.Equal(1, station.Dialled);
    }

    [Fact]
    public async Task A_dead_address_is_passed_over_and_the_one_that_answered_is_first_from_then_on()
    {
        await using FakeStation station = await FakeStation.StartAsync();
        string dead = DeadAddress();

        AgentContext paired = await PairAsync(station.Line(addresses: [dead, station.Address]));

        Assert.Equal([station.Address, dead], paired.Addresses);
        AgentContext moved = await MovedAsync(paired, dead, station.Address);
        await using AgentClient client = AgentClient.Connect(AgentEndpoint.For(moved, Store));
        await client.ListDevicesAsync(Ct);
        Assert.Equal([station.Address, dead], Assert.Single(Store.Read().Contexts).Addresses);
    }

    [Fact]
    public async Task Where_nobody_answers_the_error_names_the_address()
    {
        string dead = DeadAddress();
        await using FakeStation station = await FakeStation.StartAsync();

        AgentException fault = await Assert.ThrowsAsync<AgentException>(() => PairAsync(station.Line(addresses: [dead])));

        Assert.Equal(AgentException.AgentUnreachable, fault.Reason);
        Assert.Contains(dead, fault.Message, StringComparison.Ordinal);
        AssertNothingKept();
    }

    [Fact]
    public async Task A_certificate_that_expired_is_told_before_anything_is_dialled()
    {
        await using FakeStation station = await FakeStation.StartAsync();
        AgentContext paired = await PairAsync(station.Line());
        FakeTimeProvider later = new(paired.NotAfter);
        int before = station.Dialled;

        await using AgentClient client = AgentClient.Connect(AgentEndpoint.For(paired, Store), later);
        AgentException fault = await Assert.ThrowsAsync<AgentException>(() => client.ListDevicesAsync(Ct));

        Assert.Equal(AgentException.CertificateExpired, fault.Reason);
        Assert.Contains("imei context add shop -", fault.Message, StringComparison.Ordinal);
        Assert.Equal(before, station.Dialled);
    }

    public void Dispose() => _folder.Dispose();

    private Task<AgentContext> PairAsync(string line, string name = "shop") =>
        Pairing.PairAsync(Store, name, PairingLine.Parse(line), TimeProvider.System, Ct);

    private async Task<AgentContext> MovedAsync(AgentContext context, params string[] addresses)
    {
        string key = Store.Open(context).KeyPem;
        await Store.RemoveAsync(context.Name, Ct);
        AgentContext moved = context with { Addresses = addresses };
        Store.WriteKey(moved.KeyId, key);
        await Store.AddAsync(moved, Ct);
        return moved;
    }

    private async Task AssertNothingReachedAsync(FakeStation station)
    {
        await Eventually.HoldsAsync(() => station.Ended == station.Dialled); // Nothing can come any more.
        Assert.Equal((0, 0), (station.Heard, station.Agent.Requests.Count));
        AssertNothingKept();
    }

    private void AssertNothingKept()
    {
        Assert.Empty(Store.Read().Contexts);
        Assert.Empty(Directory.GetFiles(_folder.File("config/keys")));
    }

    // A port that was free a moment ago, and on which nobody listens.
    private static string DeadAddress()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return listener.LocalEndpoint.ToString()!;
    }
}
