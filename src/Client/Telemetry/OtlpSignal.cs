using OpenTelemetry.Exporter;

namespace ImeiAgent.Client.Telemetry;

/// <summary>
/// What the standard variables say of one signal. Those of all signals the exporter reads itself; those of one signal it does not (OpenTelemetry .NET,
/// README of the OTLP exporter).
/// </summary>
public static class OtlpSignal
{
    /// <summary>Spans.</summary>
    public const string Traces = "TRACES";

    /// <summary>Measurements.</summary>
    public const string Metrics = "METRICS";

    /// <summary>Log records.</summary>
    public const string Logs = "LOGS";

    /// <summary>Sets what is said of the signal; an endpoint is taken as it is then, without a path for the signal, as the standard wants it.</summary>
    /// <param name="options">Of the exporter.</param>
    /// <param name="signal">One of the constants here.</param>
    /// <param name="environment">The value of a variable; null when it is not set.</param>
    public static void Apply(OtlpExporterOptions options, string signal, Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(environment);
        string? Value(string what) => environment($"OTEL_EXPORTER_OTLP_{signal}_{what}")?.Trim() is { Length: > 0 } value ? value : null;

        if (Value("PROTOCOL") is { } protocol)
            options.Protocol = protocol == "grpc" ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        if (Value("ENDPOINT") is { } endpoint)
            options.Endpoint = new Uri(endpoint);
        if (Value("HEADERS") is { } headers)
            options.Headers = headers;
        if (int.TryParse(Value("TIMEOUT"), out int milliseconds))
            options.TimeoutMilliseconds = milliseconds;
    }
}
