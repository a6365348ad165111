using System.Reflection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ImeiAgent.Client.Telemetry;

/// <summary>OpenTelemetry's SDK, built by hand: where to send and how the exporters read from the standard variables.</summary>
internal sealed partial class OtlpExport
{
    private const string Own = "ImeiAgent";

    private readonly TracerProvider? _traces;
    private readonly MeterProvider? _metrics;
    private readonly ILoggerFactory? _logs;
    private readonly ILogger? _log;

    /// <summary>Begins to send.</summary>
    /// <param name="service">Name of the program.</param>
    /// <param name="source">The source of its own spans.</param>
    /// <param name="settings">What is sent.</param>
    /// <param name="environment">Variables by name.</param>
    public OtlpExport(string service, string source, OtlpSettings settings, Func<string, string?> environment)
    {
        if (settings.Traces)
            _traces = Sdk.CreateTracerProviderBuilder()
                .ConfigureResource(resource => Describe(resource, service))
                .AddSource(source, ClientTelemetry.Name)
                .AddProcessor(new MaskedSpans())
                .AddOtlpExporter(to => OtlpSignal.Apply(to, OtlpSignal.Traces, environment))
                .Build();
        if (settings.Metrics)
            _metrics = Sdk.CreateMeterProviderBuilder()
                .ConfigureResource(resource => Describe(resource, service))
                .AddMeter(ClientTelemetry.Name)
                .SetExemplarFilter(ExemplarFilterType.TraceBased)
                .AddOtlpExporter(to => OtlpSignal.Apply(to, OtlpSignal.Metrics, environment))
                .Build();
        if (!settings.Logs)
            return;
        _logs = LoggerFactory.Create(logging => logging.AddOpenTelemetry(logs =>
        {
            ResourceBuilder resource = ResourceBuilder.CreateDefault();
            Describe(resource, service);
            logs.IncludeFormattedMessage = true;
            logs.SetResourceBuilder(resource).AddProcessor(new MaskedRecords()).AddOtlpExporter(to => OtlpSignal.Apply(to, OtlpSignal.Logs, environment));
        }));
        _log = _logs.CreateLogger(source);
    }

    public void LogEnd(string command, int exitCode)
    {
        if (_log is not null)
            LogEnded(_log, command, exitCode);
    }

    public void AddTo(ILoggingBuilder logging)
    {
        if (_logs is not null)
            logging.AddProvider(new SentLogs(_logs)).AddFilter<SentLogs>(Own, LogLevel.Information);
    }

    /// <summary>All three at once: one that hangs takes none of the others' time.</summary>
    public void Flush(TimeSpan limit)
    {
        int milliseconds = (int)limit.TotalMilliseconds;
        Parallel.Invoke(
            () => _logs?.Dispose(),
            () => _traces?.Shutdown(milliseconds),
            () => _metrics?.Shutdown(milliseconds));
    }

    // What OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say comes last, and counts.
    private static void Describe(ResourceBuilder resource, string service) => resource
        .AddService(service, serviceVersion: typeof(OtlpExport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0])
        .AddEnvironmentVariableDetector();

    [LoggerMessage(5001, LogLevel.Information, "{Command} ended with exit code {ExitCode}")]
    private static partial void LogEnded(ILogger log, string command, int exitCode);

    // What a program's own logging knows of the export: whose end is the export's to decide, since it is flushed within a limit.
    private sealed class SentLogs(ILoggerFactory logs) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => logs.CreateLogger(categoryName);

        public void Dispose()
        {
        }
    }
}
