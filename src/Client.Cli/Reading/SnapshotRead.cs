using System.CommandLine;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Cli.Reading;

// Reads items into a snapshot that the agent keeps, and from there into files: what was read is not lost when a file fails.
internal static class SnapshotRead
{
    public static Option<string> Output(string description) => new("--output", "-o") { Description = description, HelpName = "FILE" };

    public static Option<bool> Force() => new("--force", "-f") { Description = "Replace an existing file." };

    /// <summary>Reads, keeps, and writes the file or files when <paramref name="path"/> is not null.</summary>
    public static async Task<ExitCode> RunAsync(Invocation invocation, ReadRangeRequest request, string? path, bool force)
    {
        Screen screen = invocation.Screen;
        CheckPaths(screen, request, path, force);

        request.OmitItems = true;
        request.SaveSnapshot = true;
        ReadSummary summary = await ReadAsync(invocation, request).ConfigureAwait(false);
        Print(screen, summary, toOutput: path != SnapshotExport.StandardOutput);
        if (path is not null)
            await ExportAsync(invocation, summary.Snapshot, path, force).ConfigureAwait(false);
        return summary.Failed == 0 ? ExitCode.Ok : ExitCode.Incomplete;
    }

    private static void CheckPaths(Screen screen, ReadRangeRequest request, string? path, bool force)
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

    private static async Task<ReadSummary> ReadAsync(Invocation invocation, ReadRangeRequest request)
    {
        ReadSummary? summary = null;
        await ProgressReport.RunAsync(invocation.Screen, invocation.Terminal.Time, async report =>
        {
            await foreach (ReadRangeResponse message in invocation.Client.ReadRangeAsync(request, null, invocation.Cancellation).ConfigureAwait(false))
            {
                if (invocation.Screen.Json)
                    invocation.Screen.Message(message);
                foreach (string note in message.Header?.Notes ?? [])
                    invocation.Screen.Note("note: " + note);
                if (message.Progress is { } progress)
                    report(progress);
                summary = message.Summary ?? summary;
            }
        }).ConfigureAwait(false);
        return summary ?? throw new CliException(ExitCode.Internal, "NO_SUMMARY", "the agent ended the read without a summary");
    }

    private static void Print(Screen screen, ReadSummary summary, bool toOutput)
    {
        if (screen.Json)
            return;
        string text = $"Read {summary.Total:N0} items in {ProgressReport.Duration(summary.Duration?.ToTimeSpan() ?? default)}: "
            + $"{summary.Active:N0} active, {summary.Absent:N0} not there, {summary.Failed:N0} unknown. Snapshot: {Names.Short(summary.Snapshot)}";
        if (toOutput)
            screen.Line(text);
        else
            screen.Note(text);
        if (summary.Failed > 0)
            screen.Note($"warning: {summary.Failed:N0} items could not be read; this backup is not complete.");
    }

    private static async Task ExportAsync(Invocation invocation, string snapshot, string path, bool force)
    {
        GetSnapshotResponse kept = await invocation.Client
            .GetSnapshotAsync(new GetSnapshotRequest { Name = snapshot }, invocation.Cancellation).ConfigureAwait(false);
        List<uint> slots = [.. kept.Snapshot.Slots];
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
