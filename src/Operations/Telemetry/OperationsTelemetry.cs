using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ImeiAgent.Operations;

/// <summary>
/// The spans and instruments of this room; docs/telemetry.md lists what they are called and what they carry. Whoever listens runs in the middle of what
/// is told of: what they throw goes no further, because no phone may be left between two values by it.
/// </summary>
internal static class OperationsTelemetry
{
    public const string Name = "ImeiAgent.Operations";

    // Most phones answer an item in less than a millisecond; a window of many and a slow phone make it a few hundred.
    private static readonly InstrumentAdvice<double> s_itemSeconds = new()
    {
        HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    };

    private static readonly InstrumentAdvice<double> s_waitSeconds = new() { HistogramBucketBoundaries = [0.01, 0.1, 1, 5, 15, 30, 60, 300, 900, 3600] };

    private static readonly InstrumentAdvice<int> s_windows = new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64] };

    private static readonly Meter s_meter = new(Name);

    public static readonly ActivitySource Source = new(Name);

    public static readonly Histogram<double> ItemDuration = s_meter.CreateHistogram(
        "imeiagent.nv.item.duration", "s", "From the beginning of the write of an NV read to its reply; requests ahead of it in the phone's queue included.", advice: s_itemSeconds);

    public static readonly Counter<long> Items = s_meter.CreateCounter<long>("imeiagent.nv.items", "{item}", "NV items of dumps, by what became of them.");

    public static readonly Histogram<int> Window = s_meter.CreateHistogram(
        "imeiagent.window", "{request}", "Requests that may be outstanding at a phone, once a segment of a dump.", advice: s_windows);

    public static readonly Counter<long> Restores = s_meter.CreateCounter<long>("imeiagent.restores", "{restore}", "Restores, by how they ended.");

    public static readonly Histogram<double> LeaseWait = s_meter.CreateHistogram(
        "imeiagent.lease.wait.duration", "s", "How long was waited in line for a phone, by what came of it.", advice: s_waitSeconds);

    /// <summary>Starts a span below the current one, and makes it current; null when nobody listens.</summary>
    public static Activity? Start(string name) => Start(name, default, default, null);

    /// <summary>The same below another span.</summary>
    public static Activity? Start(string name, ActivityContext parent, DateTimeOffset startTime = default) => Start(name, parent, startTime, null);

    /// <summary>Ends a span.</summary>
    public static void End(this Activity? span)
    {
        try
        {
            span?.Dispose();
        }
        catch (Exception)
        {
            Activity.Current = span!.Parent;
        }
    }

    /// <summary>Adds to a counter.</summary>
    public static void Count(this Counter<long> counter, long count, string tag, string value)
    {
        try
        {
            counter.Add(count, new KeyValuePair<string, object?>(tag, value));
        }
        catch (Exception)
        {
            // See above.
        }
    }

    /// <summary>Adds a measurement.</summary>
    public static void Measure<T>(this Histogram<T> histogram, T value, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
        where T : struct
    {
        try
        {
            histogram.Record(value, tags);
        }
        catch (Exception)
        {
            // See above.
        }
    }

    /// <summary>Starts a span that is the first of its own trace, or goes on with a trace that is kept somewhere. It is not made current.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="traceparent">W3C traceparent of the span it is a part of; empty for a trace of its own.</param>
    /// <param name="link">Who has to do with it: mostly the call that asked for it.</param>
    /// <param name="startTime">When it began, where that was earlier.</param>
    /// <returns>Null when nobody listens.</returns>
    public static Activity? StartApart(string name, string traceparent = "", ActivityContext link = default, DateTimeOffset startTime = default)
    {
        Activity? current = Activity.Current;
        try
        {
            // Without this the current span would be taken for its parent.
            Activity.Current = null;
            ActivityContext parent = ActivityContext.TryParse(traceparent, null, isRemote: true, out ActivityContext kept) ? kept : default;
            return Start(name, parent, startTime, link == default ? null : [new ActivityLink(link)]);
        }
        finally
        {
            Activity.Current = current;
        }
    }

    private static Activity? Start(string name, ActivityContext parent, DateTimeOffset startTime, ActivityLink[]? links)
    {
        Activity? before = Activity.Current;
        try
        {
            return Source.StartActivity(name, ActivityKind.Internal, parent, tags: null, links, startTime);
        }
        catch (Exception)
        {
            Activity.Current = before;
            return null;
        }
    }

    /// <summary>Says on a span why it failed: the error's stable name, and its sentence, in which numbers are masked.</summary>
    public static void Fail(this Activity? span, OperationException why)
    {
        span?.SetTag("error.type", why.Error.Name());
        span?.SetStatus(ActivityStatusCode.Error, why.Message);
    }

    /// <summary>The same of a fault that is no operation's error; its text may hold anything and is left out.</summary>
    public static void Fail(this Activity? span, Exception why)
    {
        if (why is OperationException known)
        {
            span.Fail(known);
            return;
        }
        span?.SetTag("error.type", why is OperationCanceledException ? "CANCELLED" : why.GetType().FullName);
        span?.SetStatus(ActivityStatusCode.Error);
    }
}
