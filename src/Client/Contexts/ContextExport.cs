using System.Security.Cryptography;

namespace ImeiAgent.Client.Contexts;

/// <summary>A context as the three PEM files that programs in every language take for mutual TLS.</summary>
/// <param name="Ca">The agent's certificate authority: the only one to trust.</param>
/// <param name="Certificate">This user's certificate.</param>
/// <param name="Key">Its key, PKCS#8: a secret.</param>
public sealed record ContextExport(string Ca, string Certificate, string Key)
{
    /// <summary>The context as it is now.</summary>
    /// <exception cref="ContextException">It was removed, or its key cannot be used.</exception>
    public static ContextExport Of(AgentContext context, ContextStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        (AgentContext now, string key) = store.Open(context);
        ClientKey.Load(now, key).Dispose(); // Refuses what does not belong together.
        return new ContextExport(PemOf(now.CaCertificate), PemOf(now.Certificate), key.TrimEnd() + "\n");
    }

    /// <summary>Says nothing: it holds a key.</summary>
    public override string ToString() => nameof(ContextExport);

    private static string PemOf(ReadOnlyMemory<byte> der) => PemEncoding.WriteString("CERTIFICATE", der.Span) + "\n";
}
