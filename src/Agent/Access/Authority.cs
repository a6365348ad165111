using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ImeiAgent.Agent.Access;

/// <summary>
/// The agent's own certificate authority: ECDSA on P-256, made at the first start and kept for 10 years. It vouches for the server, whose
/// certificate it renews by itself, and for the clients that were paired. Nothing else is trusted.
/// </summary>
internal sealed class Authority : IDisposable
{
    /// <summary>The extension of the server's certificate that holds the authority's: TLS itself leaves a self-signed root out, and clients pin it.</summary>
    public const string CaExtension = "2.25.232803148297313412849103463274184763151";

    private static readonly TimeSpan s_caLife = TimeSpan.FromDays(3650);
    private static readonly TimeSpan s_serverLife = TimeSpan.FromDays(365);
    private static readonly TimeSpan s_renewBefore = TimeSpan.FromDays(30);
    private static readonly TimeSpan s_clientLife = TimeSpan.FromDays(90);

    // Clocks of other machines may be behind.
    private static readonly TimeSpan s_skew = TimeSpan.FromMinutes(5);

    private static readonly Oid s_serverAuth = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid s_clientAuth = new("1.3.6.1.5.5.7.3.2");

    private readonly KeyFile _serverFile;
    private readonly TimeProvider _time;
    private readonly X509Certificate2 _ca;
    private readonly Lock _lock = new();
    private X509Certificate2 _server;

    private Authority(string directory, TimeProvider time)
    {
        _time = time;
        var caFile = new KeyFile(directory, "ca");
        _ca = caFile.Load() ?? MakeCa(caFile);
        _serverFile = new KeyFile(directory, "server");
        _server = _serverFile.Load() is { } kept && IsOurs(kept) ? kept : MakeServer();
    }

    /// <summary>Opens the authority of a directory, or makes it.</summary>
    /// <exception cref="AgentStartException">Its files cannot be used; the message says what to do.</exception>
    public static Authority Open(string directory, TimeProvider time)
    {
        try
        {
            return new Authority(directory, time);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new AgentStartException(AgentStartException.CannotRun,
                $"The agent's keys in {directory} cannot be used: {e.Message} Put them back from a backup; or move the directory away, and pair every client anew.", e);
        }
    }

    /// <summary>SHA-256 over the authority's SubjectPublicKeyInfo, 64 hex digits: what clients pin.</summary>
    public string Fingerprint => Convert.ToHexStringLower(SHA256.HashData(_ca.PublicKey.ExportSubjectPublicKeyInfo()));

    /// <summary>The authority's certificate, X.509 in DER.</summary>
    public byte[] CaCertificate => _ca.RawData;

    /// <summary>The server's certificate, with its key. Renewed when less than 30 days are left.</summary>
    public X509Certificate2 Server
    {
        get
        {
            lock (_lock)
            {
                // One that clients still use on open connections is not disposed.
                if (_server.NotAfter.ToUniversalTime() - _time.GetUtcNow().UtcDateTime < s_renewBefore)
                    _server = MakeServer();
                return _server;
            }
        }
    }

    /// <summary>Whether a certificate is one of this authority for clients, and good now.</summary>
    public bool IsClient(X509Certificate2 certificate) => Verifies(certificate, s_clientAuth);

    /// <summary>Makes a client's certificate. Of the request only the key counts, after its signature was checked.</summary>
    /// <param name="clientId">What it says of its owner: the id under which the agent knows their name and role.</param>
    /// <param name="signingRequest">PKCS#10 in DER.</param>
    /// <exception cref="CryptographicException">It is none, its signature does not fit, or its key is not ECDSA on P-256.</exception>
    public X509Certificate2 Issue(string clientId, byte[] signingRequest)
    {
        PublicKey key = CertificateRequest.LoadSigningRequest(signingRequest, HashAlgorithmName.SHA256).PublicKey;
        using ECDsa? ec = key.GetECDsaPublicKey();
        if (ec is null || ec.ExportParameters(false).Curve.Oid.Value != "1.2.840.10045.3.1.7")
            throw new CryptographicException("the key is not ECDSA on P-256");
        var request = new CertificateRequest(new X500DistinguishedName($"CN={clientId}"), key, HashAlgorithmName.SHA256);
        AddUsage(request, s_clientAuth);
        return Sign(request, s_clientLife);
    }

    /// <summary>SHA-256 over a SubjectPublicKeyInfo.</summary>
    public static byte[] HashOf(PublicKey key) => SHA256.HashData(key.ExportSubjectPublicKeyInfo());

    public void Dispose()
    {
        _ca.Dispose();
        _server.Dispose();
    }

    /// <summary>Trusts this authority and nobody else, looks at nothing but what was presented, and at the agent's clock.</summary>
    public X509ChainPolicy Policy() => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        CustomTrustStore = { _ca },
        RevocationMode = X509RevocationMode.NoCheck,
        DisableCertificateDownloads = true,
        VerificationTimeIgnored = false,
        VerificationTime = _time.GetUtcNow().UtcDateTime,
    };

    private bool IsOurs(X509Certificate2 server) => Verifies(server, s_serverAuth);

    private bool Verifies(X509Certificate2 certificate, Oid usage)
    {
        using var chain = new X509Chain { ChainPolicy = Policy() };
        chain.ChainPolicy.ApplicationPolicy.Add(usage);
        // A certificate without the extension would be good for every usage.
        return certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().Any() && chain.Build(certificate);
    }

    private X509Certificate2 MakeCa(KeyFile file)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(new X500DistinguishedName($"CN=ImeiAgent {Environment.MachineName}"), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        DateTimeOffset now = _time.GetUtcNow();
        X509Certificate2 ca = request.CreateSelfSigned(now - s_skew, now + s_caLife);
        file.Save(ca, key);
        return ca;
    }

    private X509Certificate2 MakeServer()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(new X500DistinguishedName("CN=imei-agent"), key, HashAlgorithmName.SHA256);
        AddUsage(request, s_serverAuth);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("imei-agent");
        names.AddDnsName("localhost");
        names.AddDnsName(Environment.MachineName);
        foreach (IPAddress address in Addresses.OfThisMachine().Append(IPAddress.Loopback))
            names.AddIpAddress(address);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509Extension(CaExtension, _ca.RawData, critical: false));
        using X509Certificate2 signed = Sign(request, s_serverLife);
        X509Certificate2 server = signed.CopyWithPrivateKey(key);
        _serverFile.Save(server, key);
        return KeyFile.Usable(server);
    }

    private X509Certificate2 Sign(CertificateRequest request, TimeSpan life)
    {
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_ca, true, false));
        byte[] serial = RandomNumberGenerator.GetBytes(16);
        serial[0] &= 0x7F;
        DateTimeOffset now = _time.GetUtcNow(), end = now + life;
        return request.Create(_ca, now - s_skew, end < _ca.NotAfter ? end : _ca.NotAfter, serial);
    }

    private static void AddUsage(CertificateRequest request, Oid usage)
    {
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([usage], true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
    }
}
