using System.Collections.Concurrent;
using System.Diagnostics;

namespace ImeiAgent.Unit.Client.Telemetry;

/// <summary>The ended spans of one trace. Tests run side by side in one process: each looks at its own trace only.</summary>
internal sealed class SpanLog : IDisposable
{
    private readonly ConcurrentQueue<Activity> _spans = new();
    private readonly ActivityListener _listener;

    public SpanLog()
    {
        Root = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();
        Root.ActivityTraceFlags = ActivityTraceFlags.Recorded;
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name.StartsWith("ImeiAgent.", StringComparison.Ordinal),
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                if (span.TraceId == Root.TraceId)
                    _spans.Enqueue(span);
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>What is current in the test.</summary>
    public Activity Root { get; }

    /// <summary>In the order in which they ended.</summary>
    public IReadOnlyList<Activity> Spans => [.. _spans];

    /// <summary>All that a span tells, as text.</summary>
    public static string Text(Activity span) => string.Join(' ',
    [
        span.DisplayName, span.StatusDescription, span.TraceStateString, .. span.TagObjects.Select(tag => $"{tag.Key}={tag.Value}"),
        .. span.Baggage.Select(tag => $"{tag.Key}={tag.Value}"), .. span.Events.SelectMany(one => one.Tags.Select(tag => $"{one.Name} {tag.Key}={tag.Value}")),
    ]);

    public void Dispose()
    {
        Root.Stop();
        _listener.Dispose();
    }
}
