using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ImeiAgent.Client.Telemetry;

/// <summary>What calls to an agent tell of themselves. Nobody has to listen: then there is no span, and no trace goes out with the call.</summary>
public static class ClientTelemetry
{
    /// <summary>Name of the source of spans and of the meter.</summary>
    public const string Name = "ImeiAgent.Client";

    // As OpenTelemetry advises for durations of calls; long watches end in the last.
    private static readonly double[] s_seconds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60, 300, 1800];

    private static readonly Meter s_meter = new(Name);

    internal static ActivitySource Source { get; } = new(Name);

    internal static Histogram<double> Duration { get; } = s_meter.CreateHistogram(
        "rpc.client.call.duration", "s", "How long a call took, a stream to its end.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = s_seconds });
}
