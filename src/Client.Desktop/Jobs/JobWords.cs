using System.Diagnostics;
using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Jobs;

/// <summary>Jobs in words.</summary>
public static class JobWords
{
    /// <summary>What a job reads, as in "full, SIM 1 and 2", or "3 items only, SIM 1" when it is no backup of everything.</summary>
    public static string Reads(Job job)
    {
        ArgumentNullException.ThrowIfNull(job);
        string sims = ShellWords.Sims(job.Slots);
        return job.Quick ? JobTexts.ReadsQuick.With(sims) : job.ReadsEverything ? JobTexts.ReadsFull.With(sims) : JobTexts.ReadsItems.With(job.Progress?.Total ?? 0, sims);
    }

    /// <summary>A time span, as in "3.5 s" or "2 min 5 s".</summary>
    public static string Span(TimeSpan span) => span < TimeSpan.FromMinutes(1)
        ? JobTexts.SpanSeconds.With(span.TotalSeconds)
        : JobTexts.SpanMinutes.With((int)span.TotalMinutes, span.Seconds);

    /// <summary>The id of a job's own trace; empty for none.</summary>
    public static string TraceOf(Job job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return ActivityContext.TryParse(job.Traceparent, null, out ActivityContext trace) ? trace.TraceId.ToHexString() : "";
    }
}
