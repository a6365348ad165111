using System.Diagnostics.Metrics;

namespace ImeiAgent.Vault;

/// <summary>The instruments of this room; docs/telemetry.md lists them.</summary>
internal static class VaultTelemetry
{
    private static readonly Meter s_meter = new("ImeiAgent.Vault");

    public static readonly Histogram<long> SnapshotSize = s_meter.CreateHistogram<long>(
        "imeiagent.snapshot.size", "By", "Content of a snapshot that was kept.",
        advice: new InstrumentAdvice<long> { HistogramBucketBoundaries = [1_000, 10_000, 100_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000] });
}
