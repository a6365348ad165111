using System.Diagnostics.Metrics;

namespace ImeiAgent.Vault;

/// <summary>The instruments of this room; docs/telemetry.md lists them.</summary>
internal static class VaultTelemetry
{
    private static readonly Meter s_meter = new("ImeiAgent.Vault");

    private static readonly Histogram<long> s_snapshotSize = s_meter.CreateHistogram<long>(
        "imeiagent.snapshot.size", "By", "Content of a snapshot that was kept.",
        advice: new InstrumentAdvice<long> { HistogramBucketBoundaries = [1_000, 10_000, 100_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000] });

    /// <summary>A snapshot of that many bytes is being kept. Whoever listens does so within a transaction: what they throw goes no further.</summary>
    public static void Kept(long bytes)
    {
        try
        {
            s_snapshotSize.Record(bytes);
        }
        catch (Exception)
        {
            // See above.
        }
    }
}
