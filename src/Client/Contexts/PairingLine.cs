using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Contexts;

/// <summary>
/// An invitation, as the agent printed it: <c>imei1:</c> and base64url of a JSON object. Whoever has the line has its rights until it is
/// used or expires, so nothing here prints the secret.
/// </summary>
public sealed class PairingLine
{
    private const string Mark = "imei1:";
    private const int LongestLine = 4096;
    private const int SecretLength = 16;

    private PairingLine(PairingFields fields, HostPort[] addresses, byte[] secret, Role role)
    {
        Addresses = addresses;
        CaFingerprint = fields.F!;
        Id = fields.I!;
        Secret = secret;
        ExpireTime = DateTimeOffset.FromUnixTimeSeconds(fields.E);
        Role = role;
        ClientName = fields.N!;
    }

    /// <summary>What the agent will call this client.</summary>
    public string ClientName { get; }

    /// <summary>What it will be allowed to do.</summary>
    public Role Role { get; }

    /// <summary>When the invitation expires.</summary>
    public DateTimeOffset ExpireTime { get; }

    /// <summary>SHA-256 over the SubjectPublicKeyInfo of the agent's certificate authority, 64 lower-case hex digits.</summary>
    public string CaFingerprint { get; }

    internal IReadOnlyList<HostPort> Addresses { get; }

    internal string Id { get; }

    internal byte[] Secret { get; }

    /// <summary>Reads a line; white space around it and in it, as mail programs put it there, is passed over.</summary>
    /// <exception cref="ContextException">It is no such line, not the whole of one, or of a newer version.</exception>
    public static PairingLine Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string line = string.Concat(text.Where(c => !char.IsWhiteSpace(c)));
        if (!line.StartsWith(Mark, StringComparison.Ordinal))
            throw IsNewer(line)
                ? Newer()
                : new ContextException(ContextException.LineDamaged, $"That is no pairing line: it begins with \"{Mark}\", as imei-agent pair prints it.");
        if (line.Length > LongestLine)
            throw Damaged(null);
        try
        {
            byte[] json = Base64Url.DecodeFromChars(line.AsSpan(Mark.Length));
            using (JsonDocument document = JsonDocument.Parse(json))
                if (document.RootElement.GetProperty("v").GetInt32() != 1)
                    throw Newer();
            return From(JsonSerializer.Deserialize(json, PairingJson.Default.PairingFields));
        }
        catch (Exception fault) when (fault is FormatException or JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException)
        {
            throw Damaged(fault);
        }
    }

    /// <summary>Says what the line is for; not the secret.</summary>
    public override string ToString() => $"{Words.For(Role)} {ClientName} at {string.Join(", ", Addresses)}";

    /// <exception cref="ContextException">Its time is over.</exception>
    internal void ThrowIfExpired(DateTimeOffset now)
    {
        if (now >= ExpireTime)
            throw new ContextException(ContextException.LineExpired, string.Create(
                CultureInfo.InvariantCulture,
                $"The pairing line expired at {ExpireTime:yyyy-MM-dd HH:mm} UTC, and this machine's clock says {now:yyyy-MM-dd HH:mm} UTC. Ask for a new line (imei-agent pair), or set the clock."));
    }

    private static PairingLine From(PairingFields? fields)
    {
        if (fields?.A is not { Length: >= 1 and <= ContextFile.MostAddresses } || !ContextEntry.IsHex(fields.F, 64) || !ContextEntry.IsHex(fields.I, 8)
            || !AgentContext.IsWord(fields.N) || fields.S is null || fields.R is null)
            throw Damaged(null);
        HostPort[] addresses = [.. fields.A.Select(text => HostPort.TryParse(text, out HostPort address) ? address : throw Damaged(null))];
        byte[] secret = Base64Url.DecodeFromChars(fields.S);
        if (secret.Length != SecretLength)
            throw Damaged(null);
        Role role = Words.RoleOf(fields.R);
        if (role == Role.Unspecified)
            throw new ContextException(
                ContextException.LineNewer, $"The pairing line gives the role \"{SafeText.Clean(fields.R)}\", which this version does not know. Update this program.");
        return new PairingLine(fields, addresses, secret, role);
    }

    private static bool IsNewer(string line) =>
        line.StartsWith("imei", StringComparison.Ordinal) && line.IndexOf(':', StringComparison.Ordinal) is > 4 and <= 8 and var colon
        && !line.AsSpan(4, colon - 4).ContainsAnyExceptInRange('0', '9');

    private static ContextException Newer() =>
        new(ContextException.LineNewer, "The pairing line is of a version that this program does not know. Update it.");

    private static ContextException Damaged(Exception? inner) =>
        new(ContextException.LineDamaged, "The pairing line is damaged: take the whole line, or ask for a new one (imei-agent pair).", inner);
}

// Names as in the line.
internal sealed class PairingFields
{
    public string[]? A { get; set; }

    public string? F { get; set; }

    public string? I { get; set; }

    public string? S { get; set; }

    public long E { get; set; }

    public string? R { get; set; }

    public string? N { get; set; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PairingFields))]
internal sealed partial class PairingJson : JsonSerializerContext;
