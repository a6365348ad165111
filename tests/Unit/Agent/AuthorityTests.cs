using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ImeiAgent.Agent;
using ImeiAgent.Agent.Access;
using ImeiAgent.TestKit;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace ImeiAgent.Unit.Agent;

/// <summary>The agent's own certificate authority.</summary>
public sealed class AuthorityTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));

    private string Home => _folder.File("access");

    [Fact]
    public void The_servers_certificate_is_renewed_by_itself_and_the_authority_stays()
    {
        using var authority = Authority.Open(Home, _time);
        string first = authority.Server.SerialNumber, fingerprint = authority.Fingerprint;

        _time.Advance(TimeSpan.FromDays(334));
        Assert.Equal(first, authority.Server.SerialNumber);
        _time.Advance(TimeSpan.FromDays(2));
        X509Certificate2 second = authority.Server;

        Assert.NotEqual(first, second.SerialNumber);
        Assert.Equal(new DateTime(2028, 10, 25, 12, 0, 0, DateTimeKind.Utc), second.NotAfter.ToUniversalTime());
        using var again = Authority.Open(Home, _time);
        Assert.Equal((second.SerialNumber, fingerprint), (again.Server.SerialNumber, again.Fingerprint));
    }

    [Fact]
    public void A_client_is_good_for_ninety_days_and_for_nothing_but_a_client()
    {
        using var authority = Authority.Open(Home, _time);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 client = authority.Issue("3f2a9c1b", new CertificateRequest("CN=owner", key, HashAlgorithmName.SHA256).CreateSigningRequest());

        Assert.Equal("CN=3f2a9c1b", client.Subject);
        Assert.True(authority.IsClient(client));
        Assert.False(authority.IsClient(authority.Server));
        _time.Advance(TimeSpan.FromDays(90) + TimeSpan.FromSeconds(1));
        Assert.False(authority.IsClient(client));
    }

    [Fact]
    public void A_request_may_ask_for_extensions_and_gets_none_of_them()
    {
        using var authority = Authority.Open(Home, _time);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=owner", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));

        using X509Certificate2 client = authority.Issue("3f2a9c1b", request.CreateSigningRequest());

        Assert.False(client.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority);
    }

    [Fact]
    public void A_key_of_another_kind_is_refused()
    {
        using var authority = Authority.Open(Home, _time);
        using var rsa = RSA.Create(2048);
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);

        Assert.ThrowsAny<CryptographicException>(
            () => authority.Issue("3f2a9c1b", new CertificateRequest("CN=x", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSigningRequest()));
        Assert.ThrowsAny<CryptographicException>(() => authority.Issue("3f2a9c1b", new CertificateRequest("CN=x", p384, HashAlgorithmName.SHA256).CreateSigningRequest()));
        Assert.ThrowsAny<CryptographicException>(() => authority.Issue("3f2a9c1b", [1, 2, 3]));
    }

    [Fact]
    public void The_servers_certificate_carries_the_authoritys()
    {
        using var authority = Authority.Open(Home, _time);

        X509Extension carried = authority.Server.Extensions["2.25.232803148297313412849103463274184763151"]!;

        Assert.False(carried.Critical);
        Assert.Equal(authority.CaCertificate, carried.RawData);
    }

    [Fact]
    public void A_damaged_key_is_told_and_nothing_is_made_in_its_place()
    {
        using (Authority.Open(Home, _time))
        {
        }
        File.WriteAllText(Path.Combine(Home, "ca.key"), "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");

        var refused = Assert.Throws<AgentStartException>(() => Authority.Open(Home, _time));

        Assert.Contains("from a backup", refused.Message, StringComparison.Ordinal);
        Assert.Contains("AAAA", File.ReadAllText(Path.Combine(Home, "ca.key")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ca.key")]
    [InlineData("ca.pem")]
    public void A_missing_half_of_the_authority_is_told_and_nothing_is_made_in_its_place(string lost)
    {
        using (Authority.Open(Home, _time))
        {
        }
        File.Delete(Path.Combine(Home, lost));

        Assert.Contains("is missing", Assert.Throws<AgentStartException>(() => Authority.Open(Home, _time)).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(Home, lost)));
    }

    [Fact]
    public void A_key_that_others_may_read_is_not_used()
    {
        if (OperatingSystem.IsWindows())
        {
            Requires.Unless(false, "files have modes on Unix only");
            return;
        }
        using (Authority.Open(Home, _time))
        {
        }
        File.SetUnixFileMode(Path.Combine(Home, "ca.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);

        Assert.Contains("chmod 600", Assert.Throws<AgentStartException>(() => Authority.Open(Home, _time)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
