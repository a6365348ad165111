using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Operations;

/// <summary>A trace in words.</summary>
public static class TraceWords
{
    /// <summary>Whether something in it failed, and with what.</summary>
    public static string Result(TraceSummary trace)
    {
        ArgumentNullException.ThrowIfNull(trace);
        return !trace.Failed ? OperationTexts.WentWell : trace.Error.Length > 0 ? SafeText.Clean(trace.Error) : OperationTexts.Failed;
    }

    /// <summary>How long it took; empty when that is not known.</summary>
    public static string Took(TraceSummary trace)
    {
        ArgumentNullException.ThrowIfNull(trace);
        return trace.Duration is { } took ? TraceText.For(took.ToTimeSpan()) : "";
    }
}
