using System.Diagnostics;
using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Backups;

/// <summary>Jobs in words.</summary>
public static class JobWords
{
    /// <summary>What a job reads, as in "full, SIM 1 and 2".</summary>
    public static string Reads(Job job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return (job.Quick ? BackupTexts.ReadsQuick : BackupTexts.ReadsFull).With(ShellWords.Sims(job.Slots));
    }

    /// <summary>A time span, as in "3.5 s" or "2 min 5 s".</summary>
    public static string Span(TimeSpan span) => span < TimeSpan.FromMinutes(1)
        ? BackupTexts.SpanSeconds.With(span.TotalSeconds)
        : BackupTexts.SpanMinutes.With((int)span.TotalMinutes, span.Seconds);

    /// <summary>The id of a job's own trace; empty for none.</summary>
    public static string TraceOf(Job job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return ActivityContext.TryParse(job.Traceparent, null, out ActivityContext trace) ? trace.TraceId.ToHexString() : "";
    }
}
