using System.CommandLine;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Cli.Reading;

// Reads items into a snapshot that the agent keeps, and from there into files: what was read is not lost when a file fails.
internal static class SnapshotRead
{
    public static Option<string> Output(string description) => new("--output", "-o") { Description = description, HelpName = "FILE" };

    public static Option<bool> Force() => new("--force", "-f") { Description = "Replace an existing file." };

    /// <summary>Reads, keeps, and writes the file or files when <paramref name="path"/> is not null.</summary>
    public static async Task<ExitCode> RunAsync(Invocation invocation, StartDumpRequest request, string? path, bool force)
    {
        Screen screen = invocation.Screen;
        CheckPaths(screen, request, path, force);

        (Job job, ReadSummary summary) = await OwnJob.RunAsync(invocation, own => ReadAsync(invocation, request, own)).ConfigureAwait(false);
        Print(screen, summary, job.Quick, toOutput: path != SnapshotExport.StandardOutput);
        if (path is not null)
            await ExportAsync(invocation, summary.Snapshot, [.. job.Slots], path, force).ConfigureAwait(false);
        return summary.Failed == 0 ? ExitCode.Ok : ExitCode.Incomplete;
    }

    /// <summary>Has the agent begin, and tells the job's name.</summary>
    public static async Task<ExitCode> DetachAsync(Invocation invocation, StartDumpRequest request)
    {
        Job job = await StartAsync(invocation, request, new JobNotes(invocation.Screen), invocation.Cancellation).ConfigureAwait(false);
        if (!invocation.Screen.Json)
            invocation.Screen.Line(Names.Short(job.Name));
        return ExitCode.Ok;
    }

    private static void CheckPaths(Screen screen, StartDumpRequest request, string? path, bool force)
    {
        if (path == SnapshotExport.StandardOutput)
        {
            if (screen.Json)
                throw CliException.Usage("-o - and --json both want standard output.");
            if (request.Slots.Count > 1)
                throw CliException.Usage("-o - takes one SIM: the format holds one SIM a file. Add --sim 1 or --sim 2.");
            return;
        }
        if (path is null)
            return;
        OutputFile.Check(path, force);
        if (request.Slots.Count > 1)
            OutputFile.Check(SnapshotExport.PathForSecondSim(path), force);
    }

    private static async Task<(Job Job, ReadSummary Summary)> ReadAsync(Invocation invocation, StartDumpRequest request, OwnJob own)
    {
        JobNotes notes = new(invocation.Screen);
        Job job = await StartAsync(invocation, request, notes, own.Watching).ConfigureAwait(false);
        own.IsNamed(job.Name);
        WatchJobRequest watch = new() { Name = job.Name, OmitItems = true };
        return (job, await JobWatch.RunAsync(invocation, watch, notes, own.Watching).ConfigureAwait(false));
    }

    private static async Task<Job> StartAsync(Invocation invocation, StartDumpRequest request, JobNotes notes, CancellationToken cancellation)
    {
        request.SaveSnapshot = true;
        StartDumpResponse started = await invocation.Client.StartDumpAsync(request, cancellation).ConfigureAwait(false);
        Job job = started.Job;
        if (invocation.Screen.Json)
            invocation.Screen.Message(started);
        if (started.Shared)
            invocation.Screen.Note($"note: SIM {string.Join(" and ", job.Slots)} of {Names.Short(job.Device)} "
                + $"{(job.Slots.Count > 1 ? "are" : "is")} already being read by {(job.Operator.Length > 0 ? job.Operator : "somebody")}; sharing that dump");
        notes.Tell(job);
        return job;
    }

    private static void Print(Screen screen, ReadSummary summary, bool quick, bool toOutput)
    {
        if (screen.Json)
            return;
        if (toOutput)
            screen.Line(JobWatch.Describe(summary, quick));
        else
            screen.Note(JobWatch.Describe(summary, quick));
        WarnIfIncomplete(screen, summary);
    }

    public static void WarnIfIncomplete(Screen screen, ReadSummary summary)
    {
        if (summary.Failed > 0)
            screen.Note($"warning: {summary.Failed:N0} items could not be read; this backup is not complete.");
    }

    private static async Task ExportAsync(Invocation invocation, string snapshot, IReadOnlyList<uint> slots, string path, bool force)
    {
        foreach (uint slot in slots)
        {
            bool second = slot == 2 && slots.Count > 1;
            string target = second ? SnapshotExport.PathForSecondSim(path) : path;
            if (second)
                invocation.Screen.Note($"note: the format holds one SIM a file; SIM 2 goes to {target}");
            ExportSnapshotRequest request = new() { Name = snapshot, Format = SnapshotFormat.NvText, Slot = slot };
            await SnapshotExport.RunAsync(invocation, request, target, force).ConfigureAwait(false);
        }
    }
}
