using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ImeiAgent.Unit.Client.Contexts;

/// <summary>A certificate authority made by hand, from the description and none of the agent's code.</summary>
internal sealed class TestCa : IDisposable
{
    public const string ServerAuth = "1.3.6.1.5.5.7.3.1";
    public const string ClientAuth = "1.3.6.1.5.5.7.3.2";

    private const string CaExtension = "2.25.232803148297313412849103463274184763151";

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public TestCa()
    {
        CertificateRequest request = new("CN=test CA", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        Certificate = request.CreateSelfSigned(Now.AddYears(-1), Now.AddYears(9));
    }

    public static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public X509Certificate2 Certificate { get; }

    /// <summary>What a pairing line says of it.</summary>
    public string Fingerprint => Convert.ToHexString(SHA256.HashData(_key.ExportSubjectPublicKeyInfo())).ToLowerInvariant();

    /// <summary>A server's certificate with its key.</summary>
    /// <param name="carried">The authority's certificate that it carries; null carries none.</param>
    /// <param name="purpose">Its extended key usage; empty for none.</param>
    /// <param name="until">When it expires; else in a year.</param>
    public X509Certificate2 Server(X509Certificate2? carried, string purpose = ServerAuth, DateTimeOffset? until = null)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=imei-agent", key, HashAlgorithmName.SHA256);
        if (purpose.Length > 0)
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], true));
        if (carried is not null)
            request.CertificateExtensions.Add(new X509Extension(CaExtension, carried.RawData, critical: false));
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("some-other-name");
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 bare = request.Create(Certificate, Now.AddMonths(-2), until ?? Now.AddYears(1), RandomNumberGenerator.GetBytes(16));
        using X509Certificate2 whole = bare.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>A client's certificate for a key.</summary>
    public X509Certificate2 Client(PublicKey key, DateTimeOffset? from = null, DateTimeOffset? until = null, string purpose = ClientAuth)
    {
        CertificateRequest request = new(new X500DistinguishedName("CN=bench-3"), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], true));
        return request.Create(Certificate, from ?? Now.AddMinutes(-5), until ?? Now.AddDays(90), RandomNumberGenerator.GetBytes(16));
    }

    public void Dispose()
    {
        Certificate.Dispose();
        _key.Dispose();
    }
}
