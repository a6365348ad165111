namespace ImeiAgent.Client.Telemetry;

/// <summary>
/// Which signals leave this machine by OTLP, as OpenTelemetry's standard variables say. Without them none does: where the standard would
/// send to localhost unasked, this asks for an endpoint first. Endpoints, protocols, headers and certificates the exporter reads itself.
/// </summary>
public sealed record OtlpSettings
{
    private const string Otlp = "otlp";
    private const string None = "none";

    /// <summary>Spans are sent.</summary>
    public bool Traces { get; private init; }

    /// <summary>Measurements are sent.</summary>
    public bool Metrics { get; private init; }

    /// <summary>Log records are sent.</summary>
    public bool Logs { get; private init; }

    /// <summary>Anything is sent.</summary>
    public bool Any => Traces || Metrics || Logs;

    /// <summary>What is wrong with the variables, a sentence each, for a person. A signal whose variable is wrong is not sent.</summary>
    public IReadOnlyList<string> Problems { get; private init; } = [];

    /// <summary>Reads the variables.</summary>
    /// <param name="environment">The value of a variable; null when it is not set.</param>
    public static OtlpSettings Of(Func<string, string?> environment)
    {
        // An empty variable counts as one that is not set.
        string? Value(string name) => environment(name)?.Trim() is { Length: > 0 } value ? value : null;

        if (string.Equals(Value("OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase))
            return new OtlpSettings();
        var problems = new List<string>();
        return new OtlpSettings
        {
            Traces = IsOn("TRACES", Value, problems),
            Metrics = IsOn("METRICS", Value, problems),
            Logs = IsOn("LOGS", Value, problems),
            Problems = [.. problems.Distinct()],
        };
    }

    // What is not asked for is not checked.
    private static bool IsOn(string signal, Func<string, string?> value, List<string> problems) =>
        IsChosen(signal, value, problems) && HasEndpoint(signal, value, problems) && HasProtocol(signal, value, problems);

    // A list by the standard, of which one name makes sense here.
    private static bool IsChosen(string signal, Func<string, string?> value, List<string> problems)
    {
        string variable = $"OTEL_{signal}_EXPORTER";
        if (value(variable) is not { } names)
            return value($"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT") is not null || value("OTEL_EXPORTER_OTLP_ENDPOINT") is not null;
        bool chosen = false;
        foreach (string name in names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (string.Equals(name, Otlp, StringComparison.OrdinalIgnoreCase))
                chosen = true;
            else if (!string.Equals(name, None, StringComparison.OrdinalIgnoreCase))
                problems.Add($"{variable}: there is no exporter \"{SafeText.Clean(name)}\" here; otlp or none is expected.");
        }
        return chosen;
    }

    private static bool HasEndpoint(string signal, Func<string, string?> value, List<string> problems)
    {
        (string variable, string? text) = Special(signal, "ENDPOINT", value);
        if (text is null || (Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)))
            return true;
        // The text may hold a password, so it is not repeated.
        problems.Add($"{variable}: an address such as http://localhost:4317 is expected.");
        return false;
    }

    private static bool HasProtocol(string signal, Func<string, string?> value, List<string> problems)
    {
        (string variable, string? text) = Special(signal, "PROTOCOL", value);
        if (text is null or "grpc" or "http/protobuf")
            return true;
        problems.Add($"{variable}: grpc or http/protobuf is expected.");
        return false;
    }

    // What is said for one signal goes before what is said for all.
    private static (string Variable, string? Value) Special(string signal, string what, Func<string, string?> value)
    {
        string special = $"OTEL_EXPORTER_OTLP_{signal}_{what}", general = $"OTEL_EXPORTER_OTLP_{what}";
        return value(special) is { } text ? (special, text) : (general, value(general));
    }
}
