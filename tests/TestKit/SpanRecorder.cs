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

    public SpanRecorder()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name.StartsWith("ImeiAgent.", StringComparison.Ordinal),
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

    /// <summary>Everything that ended, in that order.</summary>
    public IReadOnlyList<Activity> All => [.. _ended];

    /// <summary>The spans of a trace, by their beginning.</summary>
    public IReadOnlyList<Activity> Of(ActivityTraceId trace) => [.. _ended.Where(span => span.TraceId == trace && span.Source.Name != Own).OrderBy(span => span.StartTimeUtc)];

    /// <summary>The spans below a span, by their beginning.</summary>
    public IReadOnlyList<Activity> Below(Activity parent) => [.. _ended.Where(span => span.ParentSpanId == parent.SpanId && span.TraceId == parent.TraceId).OrderBy(span => span.StartTimeUtc)];

    public void Dispose() => _listener.Dispose();
}
