using System.Diagnostics;
using System.Diagnostics.Metrics;
using ImeiAgent.Diag.Messages;

namespace ImeiAgent.Session;

/// <summary>What the room tells of itself; the names are those of docs/telemetry.md. Without a listener it costs a comparison.</summary>
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

    /// <summary>A request was refused with this code.</summary>
    public static void CountRefusal(byte code)
    {
        if (Refusals.Enabled)
            Refusals.Add(1, RefusalTags[code]);
    }

    public static void CountResend() => Resends.Add(1);

    public static void CountBadFrame() => BadFrames.Add(1);

    public static void CountUnsolicitedDropped() => UnsolicitedDropped.Add(1);
}
