using System.Diagnostics;

namespace ImeiAgent.TestKit;

/// <summary>The ended spans of one trace, which begins with a span of the test's own.</summary>
public sealed class SpanLog : IDisposable
{
    private readonly SpanRecorder _recorder = new();

    /// <summary>Begins the trace.</summary>
    public SpanLog() => Root = SpanRecorder.Root();

    /// <summary>What is current in the test.</summary>
    public Activity Root { get; }

    /// <summary>In the order in which they ended.</summary>
    public IReadOnlyList<Activity> Spans => [.. _recorder.All.Where(span => span.TraceId == Root.TraceId)];

    /// <inheritdoc/>
    public void Dispose()
    {
        Root.Stop();
        _recorder.Dispose();
    }
}
