using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ImeiAgent.Client.Contexts;

// This user's key for one agent. It is made here and leaves this machine never: the agent gets a signing request.
internal sealed class ClientKey : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>Names the key's file: 16 hex digits.</summary>
    public string Id { get; } = NewId();

    public static string NewId() => RandomNumberGenerator.GetHexString(16, lowercase: true);

    public string Pem() => _key.ExportPkcs8PrivateKeyPem();

    public byte[] SubjectPublicKeyInfo() => _key.ExportSubjectPublicKeyInfo();

    /// <summary>PKCS#10 in DER. The name in it means nothing: the agent decides what the client is called.</summary>
    public byte[] SigningRequest() => new CertificateRequest("CN=imei", _key, HashAlgorithmName.SHA256).CreateSigningRequest();

    public void Dispose() => _key.Dispose();

    /// <summary>A certificate with its key, in the form in which the system's TLS takes it.</summary>
    /// <exception cref="ContextException">The two do not belong together, or are damaged.</exception>
    public static X509Certificate2 Load(AgentContext context, string pem)
    {
        try
        {
            using X509Certificate2 bare = X509CertificateLoader.LoadCertificate(context.Certificate.Span);
            using ECDsa key = ECDsa.Create();
            key.ImportFromPem(pem);
            X509Certificate2 whole = bare.CopyWithPrivateKey(key);
            if (!OperatingSystem.IsWindows())
                return whole;
            using (whole) // The system's TLS of Windows takes no key that exists in memory only.
                return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException)
        {
            throw new ContextException(
                ContextException.Damaged, $"The key of context \"{context.Name}\" is damaged, or does not fit its certificate. Remove the context and pair again.", fault);
        }
    }
}
