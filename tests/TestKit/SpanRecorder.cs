using System.Collections.Concurrent;
using System.Diagnostics;

namespace ImeiAgent.TestKit;

/// <summary>Listens to every span of this program, and of the test that made it. Tests run beside each other, so what is asked for is asked by trace.</summary>
public sealed class SpanRecorder : IDisposable
{
    private const string Own = "ImeiAgent.Tests";

    private static readonly ActivitySource s_source = new(Own);

    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivityListener _listener;

    /// <summary>Begins to listen.</summary>
    /// <param name="toAll">To the sources of other libraries too.</param>
    public SpanRecorder(bool toAll = false)
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => toAll || source.Name.StartsWith("ImeiAgent.", StringComparison.Ordinal),
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>A span of the test's own, as a client has one: what is done while it is current belongs to its trace.</summary>
    public static Activity Root(string name = "test")
    {
        Activity? current = Activity.Current;
        Activity.Current = null;
        return s_source.StartActivity(name) ?? throw new InvalidOperationException($"Nobody listens; {current?.DisplayName} was current.");
    }

    /// <summary>Everything that ended, in that order, but for spans of tests.</summary>
    public IReadOnlyList<Activity> All => [.. _ended.Where(span => span.Source.Name != Own)];

    /// <summary>The spans of a trace, by their beginning.</summary>
    public IReadOnlyList<Activity> Of(ActivityTraceId trace) => [.. All.Where(span => span.TraceId == trace).OrderBy(span => span.StartTimeUtc)];

    /// <summary>The same by the trace's 32 hex digits.</summary>
    public IReadOnlyList<Activity> Of(string trace) => Of(ActivityTraceId.CreateFromString(trace));

    /// <summary>The spans below a span, by their beginning.</summary>
    public IReadOnlyList<Activity> Below(Activity parent) => [.. Of(parent.TraceId).Where(span => span.ParentSpanId == parent.SpanId)];

    /// <summary>All that a span tells, as text.</summary>
    public static string Text(Activity span) => string.Join(' ',
    [
        span.DisplayName, span.StatusDescription, span.TraceStateString, .. span.TagObjects.Select(tag => $"{tag.Key}={tag.Value}"),
        .. span.Baggage.Select(tag => $"{tag.Key}={tag.Value}"), .. span.Events.SelectMany(one => one.Tags.Select(tag => $"{one.Name} {tag.Key}={tag.Value}")),
        .. span.Links.SelectMany(link => link.Tags ?? []).Select(tag => $"{tag.Key}={tag.Value}"),
    ]);

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();
}
