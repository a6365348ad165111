using System.Buffers;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Contexts;

/// <summary>An agent on the network that this user was paired with. Holds no secret: the key lies in a file of its own.</summary>
public sealed record AgentContext
{
    /// <summary>Stands for the agent of this machine, which needs no context: no context is called so.</summary>
    public const string Local = "local";

    private const int LongestName = 40;

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <summary>What the user calls it: 1 to 40 letters, digits, dots, dashes and underscores, beginning with a letter or digit.</summary>
    public required string Name { get; init; }

    /// <summary>Stays the same when the key changes: 16 hex digits.</summary>
    public required string Id { get; init; }

    /// <summary>Where to look for the agent, each as HOST:PORT; the one that answered last comes first. 1 to 16.</summary>
    public required IReadOnlyList<string> Addresses { get; init; }

    /// <summary>SHA-256 over the SubjectPublicKeyInfo of the agent's certificate authority, 64 lower-case hex digits.</summary>
    public required string CaFingerprint { get; init; }

    /// <summary>The agent's certificate authority, X.509 in DER.</summary>
    public required ReadOnlyMemory<byte> CaCertificate { get; init; }

    /// <summary>This user's certificate there, X.509 in DER.</summary>
    public required ReadOnlyMemory<byte> Certificate { get; init; }

    /// <summary>From when the certificate is good.</summary>
    public required DateTimeOffset NotBefore { get; init; }

    /// <summary>When the certificate expires.</summary>
    public required DateTimeOffset NotAfter { get; init; }

    /// <summary>Which key file belongs to the certificate: 16 hex digits.</summary>
    public required string KeyId { get; init; }

    /// <summary>What the agent called this client when it was paired; empty when it did not tell.</summary>
    public required string Client { get; init; }

    /// <summary>What the client may do, as it was when it was paired: the agent's word counts.</summary>
    public required Role Role { get; init; }

    /// <summary>Whether <paramref name="name"/> can be a context's name; <see cref="Local"/> cannot.</summary>
    public static bool IsName(string name) => IsWord(name) && !string.Equals(name, Local, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether less than a third of the certificate's life is left.</summary>
    public bool IsDue(DateTimeOffset now) => NotAfter - now < (NotAfter - NotBefore) / 3;

    internal static bool IsWord(string? name) =>
        name is { Length: >= 1 and <= LongestName } && char.IsAsciiLetterOrDigit(name[0]) && !name.AsSpan().ContainsAnyExcept(NameCharacters);
}
