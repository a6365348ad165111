using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ImeiAgent.Client.Contexts;

// What an agent gave for a signing request is looked at before it is kept: a wrong one would lock this user out at the next call.
internal static class IssuedCertificate
{
    /// <exception cref="ContextException">It is no certificate of the pinned authority for this key.</exception>
    public static X509Certificate2 Check(ReadOnlyMemory<byte> der, X509Certificate2 ca, ClientKey key, PinnedCa pin)
    {
        X509Certificate2 certificate = Load(der);
        string? fault = !certificate.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.SubjectPublicKeyInfo())
            ? "it is for another key"
            : pin.FaultOf(certificate, ca, PinnedCa.ClientAuth);
        if (fault is null)
            return certificate;
        certificate.Dispose();
        throw Wrong(fault);
    }

    public static X509Certificate2 Load(ReadOnlyMemory<byte> der)
    {
        try
        {
            return X509CertificateLoader.LoadCertificate(der.Span);
        }
        catch (CryptographicException)
        {
            throw Wrong("it is no certificate");
        }
    }

    private static ContextException Wrong(string fault) => new(
        ContextException.AnswerWrong, $"The agent's answer is not used: {fault}. Nothing was kept here. Ask for a new line (imei-agent pair).");
}
