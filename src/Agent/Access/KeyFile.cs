using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ImeiAgent.Agent.Access;

/// <summary>
/// A certificate and its private key in two files. The key file is for this user alone: mode 0600, and on Windows encrypted for the user
/// (DPAPI), which was compiled and never run.
/// </summary>
/// <param name="directory">Where, for this user alone; made when it does not exist.</param>
/// <param name="name">What the files are called, without ".pem" and ".key".</param>
internal sealed class KeyFile(string directory, string name)
{
    private string CertificatePath => Path.Combine(directory, $"{name}.pem");

    private string KeyPath => Path.Combine(directory, $"{name}.key");

    /// <summary>The certificate with its key; null when there is none yet.</summary>
    /// <exception cref="CryptographicException">A file is damaged, or they do not belong together.</exception>
    /// <exception cref="IOException">One of the two is missing, or others may read the key. Nothing is made in its place: clients would be locked out.</exception>
    public X509Certificate2? Load()
    {
        if (!File.Exists(CertificatePath) && !File.Exists(KeyPath))
            return null;
        if (!File.Exists(CertificatePath) || !File.Exists(KeyPath))
            throw new IOException($"Of {CertificatePath} and {KeyPath} one is missing.");
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(KeyPath) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) != 0)
            throw new IOException($"Other users may read {KeyPath}: whoever did can pair clients of their own. If nobody did: chmod 600 {KeyPath}");
        using var key = ECDsa.Create();
        byte[] stored = File.ReadAllBytes(KeyPath);
        key.ImportFromPem(System.Text.Encoding.ASCII.GetString(
            OperatingSystem.IsWindows() ? ProtectedData.Unprotect(stored, null, DataProtectionScope.CurrentUser) : stored));
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificateFromFile(CertificatePath);
        return Usable(certificate.CopyWithPrivateKey(key));
    }

    /// <summary>Keeps a certificate and its key.</summary>
    public void Save(X509Certificate2 certificate, ECDsa key)
    {
        byte[] pem = System.Text.Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem());
        Write(KeyPath, OperatingSystem.IsWindows() ? ProtectedData.Protect(pem, null, DataProtectionScope.CurrentUser) : pem);
        Write(CertificatePath, System.Text.Encoding.ASCII.GetBytes(certificate.ExportCertificatePem()));
    }

    /// <summary>A certificate that the server can use: Windows takes no key that lives in memory only.</summary>
    public static X509Certificate2 Usable(X509Certificate2 certificate) => OperatingSystem.IsWindows()
        ? X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null)
        : certificate;

    private void Write(string path, byte[] content)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(directory);
        else
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        string beside = $"{path}.new";
        File.Delete(beside);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(beside, options))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }
        File.Move(beside, path, overwrite: true);
    }
}
