using System.Diagnostics;
using System.Diagnostics.Metrics;
using ImeiAgent.Diag.Messages;

namespace ImeiAgent.Session;

/// <summary>
/// What the room tells of itself; the names are those of docs/telemetry.md. Without a listener it costs a comparison. Whoever listens runs on the
/// thread that tells, between a write and its reply: what they throw goes no further, because nobody may be left waiting for a phone by it.
/// </summary>
internal static class SessionTelemetry
{
    public const string Name = "ImeiAgent.Session";

    public const string Answer = "imeiagent.answer";

    public static readonly ActivitySource Source = new(Name);

    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> Refusals =
        Meter.CreateCounter<long>("imeiagent.diag.refusals", "{refusal}", "Requests that a phone refused.");

    private static readonly Counter<long> Resends =
        Meter.CreateCounter<long>("imeiagent.diag.resends", "{frame}", "Frames sent again, after a timeout or a bad frame.");

    private static readonly Counter<long> BadFrames =
        Meter.CreateCounter<long>("imeiagent.diag.bad_frames", "{frame}", "Frames thrown away: wrong check, too short, too long, aborted.");

    private static readonly Counter<long> UnsolicitedDropped =
        Meter.CreateCounter<long>("imeiagent.diag.unsolicited.dropped", "{packet}", "Unsolicited packets that nobody read in time.");

    // A dump is refused thousands of items: a tag is made once a code.
    private static readonly KeyValuePair<string, object?>[] RefusalTags =
        [.. Enumerable.Range(0, 256).Select(static code => KeyValuePair.Create(Answer, (object?)((RefusalCode)code).Name()))];

    /// <summary>Begins the span of an exchange; null when nobody listens.</summary>
    public static Activity? Start(string name)
    {
        Activity? before = Activity.Current;
        try
        {
            return Source.StartActivity(name, ActivityKind.Client);
        }
        catch (Exception)
        {
            Activity.Current = before;
            return null;
        }
    }

    /// <summary>Ends it.</summary>
    public static void End(Activity? span)
    {
        try
        {
            span?.Dispose();
        }
        catch (Exception)
        {
            // See above.
        }
    }

    /// <summary>A request was refused with this code.</summary>
    public static void CountRefusal(byte code) => Count(Refusals, [RefusalTags[code]]);

    public static void CountResend() => Count(Resends, []);

    public static void CountBadFrame() => Count(BadFrames, []);

    public static void CountUnsolicitedDropped() => Count(UnsolicitedDropped, []);

    private static void Count(Counter<long> counter, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (!counter.Enabled)
            return;
        try
        {
            counter.Add(1, tags);
        }
        catch (Exception)
        {
            // See above.
        }
    }
}
