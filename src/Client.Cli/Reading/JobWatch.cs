using ImeiAgent.V1;

namespace ImeiAgent.Client.Cli.Reading;

// Follows a job to its end: notes, progress, and with --json every message.
internal static class JobWatch
{
    /// <exception cref="AgentException">What the job failed of.</exception>
    public static async Task<ReadSummary> RunAsync(Invocation invocation, WatchJobRequest request, JobNotes notes, CancellationToken cancellation)
    {
        Screen screen = invocation.Screen;
        ReadSummary? summary = null;
        await ProgressReport.RunAsync(screen, invocation.Terminal.Time, async report =>
        {
            await foreach (WatchJobResponse message in invocation.Client.WatchJobAsync(request, notes.TellAgain, cancellation).ConfigureAwait(false))
            {
                if (screen.Json)
                    screen.Message(message);
                notes.Tell(message.Header?.Notes ?? []);
                if (message.Job is { } job)
                    notes.Tell(job);
                if (message.Progress is { } progress)
                    report(progress);
                summary = message.Summary ?? summary;
            }
        }).ConfigureAwait(false);
        return summary ?? throw NoSummary();
    }

    public static CliException NoSummary() => new(ExitCode.Internal, "NO_SUMMARY", "the agent ended the read without a summary");

    /// <summary>What was read, as "Read 65,536 items in 3.5 s: 4,000 active, ...".</summary>
    public static string Describe(ReadSummary summary, bool quick) =>
        $"Read {summary.Total:N0} items{(quick ? " (quick)" : "")} in {ProgressReport.Duration(summary.Duration?.ToTimeSpan() ?? default)}: {Counts(summary)}."
        + (summary.Snapshot.Length > 0 ? $" Snapshot: {Names.Short(summary.Snapshot)}" : "");

    /// <summary>As "4,000 active, 61,000 not there, 0 unknown, 3 skipped (see imei skips)".</summary>
    public static string Counts(ReadSummary summary) =>
        $"{summary.Active:N0} active, {summary.Absent:N0} not there, {summary.Failed:N0} unknown"
        + (summary.Skipped > 0 ? $", {summary.Skipped:N0} skipped (see imei skips)" : "");
}
