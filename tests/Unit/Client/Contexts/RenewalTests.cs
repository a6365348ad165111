using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Grpc.Core;
using ImeiAgent.Client;
using ImeiAgent.Client.Contexts;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Unit.Client.Contexts;

public sealed class RenewalTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private ContextStore Store => new(_folder.File("config"));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_certificate_with_less_than_a_third_of_its_life_left_is_renewed_beside_a_command()
    {
        await using FakeStation station = await FakeStation.StartAsync();
        AgentContext old = await KeepAsync(station, daysLeft: 29);
        X509Certificate2? shown = null;
        Func<RenewCertificateRequest, X509Certificate2?, RenewCertificateResponse> renew = station.OnRenew;
        station.OnRenew = (request, certificate) =>
        {
            shown = certificate;
            return renew(request, certificate);
        };

        await CallAsync(old);

        AgentContext renewed = Assert.Single(Store.Read().Contexts);
        Assert.Equal(SerialOf(old), shown!.SerialNumber);
        Assert.NotEqual(old.KeyId, renewed.KeyId);
        Assert.Equal([renewed.KeyId + ".key"], Directory.GetFiles(_folder.File("config/keys"), "*.key").Select(Path.GetFileName));
        Assert.InRange(renewed.NotAfter, TestCa.Now.AddDays(89), TestCa.Now.AddDays(91));
        await CallAsync(renewed);
        Assert.Equal(SerialOf(renewed), station.Callers.Last());
        Assert.Single(station.Agent.RequestsOf<RenewCertificateRequest>());
    }

    [Fact]
    public async Task Before_that_nothing_is_asked()
    {
        await using FakeStation station = await FakeStation.StartAsync();
        AgentContext fresh = await KeepAsync(station, daysLeft: 31);

        await CallAsync(fresh);

        Assert.Empty(station.Agent.RequestsOf<RenewCertificateRequest>());
    }

    [Theory]
    [InlineData("refused")]
    [InlineData("another key")]
    [InlineData("another CA")]
    public async Task A_renewal_that_fails_leaves_the_command_and_the_old_certificate_alone(string which)
    {
        await using FakeStation station = await FakeStation.StartAsync();
        using TestCa other = new();
        using ECDsa foreign = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        AgentContext old = await KeepAsync(station, daysLeft: 5);
        station.OnRenew = (request, _) =>
        {
            if (which == "refused")
                throw FakeAgent.Failure(StatusCode.PermissionDenied, "ROLE_INSUFFICIENT");
            using X509Certificate2 wrong = which == "another key"
                ? station.Ca.Client(new PublicKey(foreign)) : other.Client(FakeStation.KeyOf(request.SigningRequest));
            return new RenewCertificateResponse { Certificate = ByteString.CopyFrom(wrong.RawData) };
        };

        await CallAsync(old);

        Assert.Single(station.Agent.RequestsOf<RenewCertificateRequest>());
        AgentContext kept = Assert.Single(Store.Read().Contexts);
        Assert.Equal((old.KeyId, SerialOf(old)), (kept.KeyId, SerialOf(kept)));
        Assert.Equal([old.KeyId + ".key"], Directory.GetFiles(_folder.File("config/keys"), "*.key").Select(Path.GetFileName));
        await CallAsync(kept);
    }

    [Fact]
    public async Task Of_several_calls_and_programs_one_renews()
    {
        await using FakeStation station = await FakeStation.StartAsync();
        AgentContext old = await KeepAsync(station, daysLeft: 5);
        using (IDisposable? another = Store.TryLockRenewal(old))
        {
            Assert.NotNull(another);
            await CallAsync(old);
            Assert.Empty(station.Agent.RequestsOf<RenewCertificateRequest>());
        }

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => CallAsync(old)));

        Assert.Single(station.Agent.RequestsOf<RenewCertificateRequest>());
    }

    public void Dispose() => _folder.Dispose();

    private static string SerialOf(AgentContext context)
    {
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(context.Certificate.Span);
        return certificate.SerialNumber;
    }

    private async Task CallAsync(AgentContext context)
    {
        AgentClient client = AgentClient.Connect(AgentEndpoint.For(context, Store));
        await using (client)
            Assert.Single((await client.ListDevicesAsync(Ct)).Devices);
    }

    // A context with 90 days of life, as the agent gives it.
    private async Task<AgentContext> KeepAsync(FakeStation station, int daysLeft)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = station.Ca.Client(new PublicKey(key), TestCa.Now.AddDays(daysLeft - 90), TestCa.Now.AddDays(daysLeft));
        AgentContext context = TestContexts.Make("shop") with
        {
            Addresses = [station.Address],
            CaFingerprint = station.Ca.Fingerprint,
            CaCertificate = station.Ca.Certificate.RawData,
            Certificate = certificate.RawData,
            NotBefore = certificate.NotBefore,
            NotAfter = certificate.NotAfter,
        };
        Store.WriteKey(context.KeyId, key.ExportPkcs8PrivateKeyPem());
        await Store.AddAsync(context, Ct);
        return context;
    }
}
