using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ImeiAgent.Client.Contexts;

/// <summary>
/// Trusts one certificate authority and nobody else: the one whose key has the pinned hash. Host names are not compared, since agents are
/// reached under changing addresses: the pin is the identity.
/// </summary>
internal sealed class PinnedCa(string fingerprint, TimeProvider time)
{
    public const string ServerAuth = "1.3.6.1.5.5.7.3.1";
    public const string ClientAuth = "1.3.6.1.5.5.7.3.2";

    // TLS leaves the self-signed root out of what a server sends: the agent puts its CA's certificate into its own as well.
    private const string CaCertificateExtension = "2.25.232803148297313412849103463274184763151";

    // Far above any real certificate; what comes from a stranger is bounded.
    private const int LargestCertificate = 16 << 10;

    /// <summary>Why a server's certificate is not believed, in a sentence; null when it is.</summary>
    /// <param name="leaf">What the server proved to own.</param>
    /// <param name="presented">What else it sent.</param>
    public string? FaultOf(X509Certificate2 leaf, X509Certificate2Collection presented)
    {
        using X509Certificate2? carried = CarriedBy(leaf);
        X509Certificate2? ca = presented.FirstOrDefault(IsPinned) ?? (carried is not null && IsPinned(carried) ? carried : null);
        return ca is null ? "its certificate authority is not the one that was pinned" : FaultOf(leaf, ca, ServerAuth);
    }

    /// <summary>The same for a certificate of which the authority is at hand.</summary>
    public string? FaultOf(X509Certificate2 leaf, X509Certificate2 ca, string purpose)
    {
        if (!IsPinned(ca))
            return "its certificate authority is not the one that was pinned";
        // Without the extension a certificate would be good for every purpose: a client's must not pass for the agent's.
        if (leaf.Extensions.OfType<X509EnhancedKeyUsageExtension>().SingleOrDefault()?.EnhancedKeyUsages[purpose] is null)
            return "its certificate is for another purpose";
        using X509Chain chain = new()
        {
            ChainPolicy =
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { ca },
                RevocationMode = X509RevocationMode.NoCheck, // The agent's own certificates live for a year; it revokes clients, not itself.
                DisableCertificateDownloads = true,
                ApplicationPolicy = { new Oid(purpose) },
                VerificationTime = time.GetUtcNow().LocalDateTime,
                VerificationTimeIgnored = false,
            },
        };
        if (!chain.Build(leaf))
            return $"its certificate does not hold: {string.Join(", ", chain.ChainStatus.Select(status => status.Status))}";
        return chain.ChainElements.Count > 1 && IsPinned(chain.ChainElements[^1].Certificate) ? null : "its certificate does not lead to the pinned certificate authority";
    }

    public static string FingerprintOf(X509Certificate2 certificate) => Convert.ToHexStringLower(HashOf(certificate));

    public static byte[] HashOf(X509Certificate2 certificate) => SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo());

    private bool IsPinned(X509Certificate2 certificate) => FingerprintOf(certificate) == fingerprint;

    private static X509Certificate2? CarriedBy(X509Certificate2 leaf)
    {
        byte[]? der = leaf.Extensions.FirstOrDefault(extension => extension.Oid?.Value == CaCertificateExtension)?.RawData;
        if (der is null || der.Length > LargestCertificate)
            return null;
        try
        {
            AsnDecoder.ReadSequence(der, AsnEncodingRules.DER, out _, out _, out _); // A certificate, not PKCS#7 or a store.
            return X509CertificateLoader.LoadCertificate(der);
        }
        catch (Exception fault) when (fault is CryptographicException or AsnContentException)
        {
            return null;
        }
    }
}
