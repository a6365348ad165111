using System.Reflection;
using System.Runtime.CompilerServices;
using ImeiAgent.Client.Telemetry;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ImeiAgent.Agent.Telemetry;

/// <summary>What leaves the agent, and where to: by OpenTelemetry's standard variables, and measurements for Prometheus. Nothing is set up for what is not asked for.</summary>
internal static class OpenTelemetrySetup
{
    private const string ServiceName = "imei-agent";
    private const string Prefix = "OTEL_";
    private const string Disabled = "OTEL_SDK_DISABLED";

    private static readonly string[] s_sources = [AgentTelemetry.Name, "ImeiAgent.Operations", "ImeiAgent.Session"];
    private static readonly string[] s_meters = [.. s_sources, "ImeiAgent.Vault", "System.Runtime"];

    /// <summary>Sets up what the environment asks for.</summary>
    /// <param name="builder">The agent.</param>
    /// <param name="prometheus">Measurements are fetched too (<see cref="MetricsEndpoint"/>).</param>
    /// <param name="environment">The value of a variable; null when it is not set.</param>
    /// <returns>What is wrong with the variables, a sentence each.</returns>
    public static IReadOnlyList<string> AddOpenTelemetry(this WebApplicationBuilder builder, bool prometheus, Func<string, string?> environment)
    {
        var otlp = OtlpSettings.Of(environment);
        if (otlp.Any || prometheus)
            SetUp(builder, otlp, prometheus, environment);
        return otlp.Problems;
    }

    // Apart and not inlined, so that an agent that tells nothing does not even load the libraries.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void SetUp(WebApplicationBuilder builder, OtlpSettings otlp, bool prometheus, Func<string, string?> environment)
    {
        // The agent's own settings hold no variables of the environment; the exporters read these there.
        builder.Configuration.AddInMemoryCollection(Environment.GetEnvironmentVariables().Keys.Cast<string>()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal) && name != Disabled)
            .Select(name => KeyValuePair.Create(name, environment(name))));
        OpenTelemetryBuilder telemetry = builder.Services.AddOpenTelemetry().ConfigureResource(Describe);
        if (otlp.Traces)
            telemetry.WithTracing(traces => traces.AddSource(s_sources).AddProcessor(new MaskedSpans()).AddOtlpExporter(to => OtlpSignal.Apply(to, OtlpSignal.Traces, environment)));
        if (otlp.Metrics || prometheus)
            telemetry.WithMetrics(metrics =>
            {
                metrics.AddMeter(s_meters).SetExemplarFilter(ExemplarFilterType.TraceBased);
                if (otlp.Metrics)
                    metrics.AddOtlpExporter(to => OtlpSignal.Apply(to, OtlpSignal.Metrics, environment));
                if (prometheus)
                    metrics.AddPrometheusExporter();
            });
        if (otlp.Logs)
            telemetry.WithLogging(
                logs => logs.AddProcessor(new MaskedRecords()).AddOtlpExporter(to => OtlpSignal.Apply(to, OtlpSignal.Logs, environment)),
                options => options.IncludeFormattedMessage = true);
    }

    // Last the variables again, since whoever sets a name there means it.
    private static void Describe(ResourceBuilder resource) =>
        resource.AddService(ServiceName, serviceVersion: VersionOf()).AddEnvironmentVariableDetector();

    private static string VersionOf() =>
        typeof(OpenTelemetrySetup).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";
}
