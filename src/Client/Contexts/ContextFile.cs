using System.Text.Json;
using System.Text.Json.Serialization;

namespace ImeiAgent.Client.Contexts;

// contexts.json as it lies on the disk. Whatever does not fit is refused as a whole: half a list of agents must never be written back.
internal sealed class ContextFile
{
    public const int Newest = 1;
    public const int MostContexts = 256;
    public const int MostAddresses = 16;

    public int Version { get; set; } = Newest;

    public string? Current { get; set; }

    public ContextEntry?[]? Contexts { get; set; } = [];

    /// <exception cref="ContextException">The bytes are damaged or of a newer version.</exception>
    public static ContextList Parse(byte[] bytes, string path)
    {
        try
        {
            // The version first: what a newer one looks like is not known.
            using (JsonDocument document = JsonDocument.Parse(bytes))
                if (document.RootElement.GetProperty("version").GetInt32() is var version and not Newest)
                    throw version > Newest
                        ? new ContextException(ContextException.Newer, $"{path} was written by a newer version of this program: update this one. Nothing was changed.")
                        : Damaged(path, null);
            ContextFile file = JsonSerializer.Deserialize(bytes, ContextJson.Default.ContextFile) ?? throw Damaged(path, null);
            AgentContext[] contexts = [.. (file.Contexts ?? throw Damaged(path, null)).Select(entry => entry?.ToContext() ?? throw Damaged(path, null))];
            bool isWhole = contexts.Length <= MostContexts
                && contexts.DistinctBy(context => context.Name, StringComparer.Ordinal).Count() == contexts.Length
                && (file.Current is null || contexts.Any(context => context.Name == file.Current));
            return isWhole ? new ContextList(file.Current, contexts) : throw Damaged(path, null);
        }
        catch (Exception fault) when (fault is JsonException or FormatException or KeyNotFoundException or InvalidOperationException or ArgumentException)
        {
            throw Damaged(path, fault);
        }
    }

    public static byte[] Format(ContextList list) => JsonSerializer.SerializeToUtf8Bytes(
        new ContextFile { Current = list.Current, Contexts = [.. list.Contexts.Select(ContextEntry.From)] }, ContextJson.Default.ContextFile);

    private static ContextException Damaged(string path, Exception? inner) =>
        new(ContextException.Damaged, $"{path} is damaged. Repair it, or move it away and pair again. Nothing was changed.", inner);
}

internal sealed class ContextEntry
{
    public string? Name { get; set; } = "";

    public string? Id { get; set; } = "";

    public string[]? Addresses { get; set; } = [];

    public string? CaFingerprint { get; set; } = "";

    public byte[]? CaCertificate { get; set; } = [];

    public byte[]? Certificate { get; set; } = [];

    public long NotBefore { get; set; }

    public long NotAfter { get; set; }

    public string? Key { get; set; } = "";

    public string? Client { get; set; } = "";

    public string? Role { get; set; } = "";

    public static ContextEntry From(AgentContext context) => new()
    {
        Name = context.Name,
        Id = context.Id,
        Addresses = [.. context.Addresses],
        CaFingerprint = context.CaFingerprint,
        CaCertificate = context.CaCertificate.ToArray(),
        Certificate = context.Certificate.ToArray(),
        NotBefore = context.NotBefore.ToUnixTimeSeconds(),
        NotAfter = context.NotAfter.ToUnixTimeSeconds(),
        Key = context.KeyId,
        Client = context.Client,
        Role = Words.For(context.Role),
    };

    public AgentContext ToContext()
    {
        // The ids become names of files: nothing but hex digits may stand in them.
        bool isWhole = Name is not null && AgentContext.IsName(Name) && IsHex(Id, 16) && IsHex(Key, 16) && IsHex(CaFingerprint, 64)
            && Addresses is { Length: >= 1 and <= ContextFile.MostAddresses } && Addresses.All(address => HostPort.TryParse(address, out _))
            && CaCertificate is { Length: > 0 } && Certificate is { Length: > 0 } && NotBefore < NotAfter && Client is not null;
        return !isWhole ? throw new FormatException("An entry is not whole.") : new AgentContext
        {
            Name = Name!,
            Id = Id!,
            Addresses = Addresses!,
            CaFingerprint = CaFingerprint!,
            CaCertificate = CaCertificate,
            Certificate = Certificate,
            NotBefore = DateTimeOffset.FromUnixTimeSeconds(NotBefore),
            NotAfter = DateTimeOffset.FromUnixTimeSeconds(NotAfter),
            KeyId = Key!,
            Client = Client!,
            Role = Words.RoleOf(Role ?? ""), // One that a newer version knows comes as unspecified: it is for show.
        };
    }

    internal static bool IsHex(string? text, int length) => text?.Length == length && text.All(char.IsAsciiHexDigitLower);
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ContextFile))]
internal sealed partial class ContextJson : JsonSerializerContext;
