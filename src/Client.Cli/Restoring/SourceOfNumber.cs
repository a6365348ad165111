using ImeiAgent.V1;

namespace ImeiAgent.Client.Cli.Restoring;

// Where the numbers come from: the label, a snapshot, or a file that becomes a snapshot first.
internal static class SourceOfNumber
{
    // The contract's limit.
    private const long LargestFile = 64L * 1024 * 1024;

    public static async Task<IReadOnlyList<SlotSource>> ResolveAsync(Invocation invocation, RestoreOrder order)
    {
        if (order.FromOneBackup && IsFile(order.Slots[0].From!))
            throw CliException.Usage("A file holds one SIM: give one for each, --from FILE (SIM 1) and --from2 FILE (SIM 2), or the name of a snapshot of both.");
        List<SlotSource> sources = [];
        foreach (SlotOrder slot in order.Slots)
            sources.Add(await ResolveAsync(invocation, slot, isAskedAgain: order.RequestId is not null).ConfigureAwait(false));
        return sources;
    }

    private static async Task<SlotSource> ResolveAsync(Invocation invocation, SlotOrder order, bool isAskedAgain)
    {
        SlotSource source = new() { Slot = order.Slot, Etag = order.Etag };
        if (order.Label is not null)
        {
            source.Label = order.Label;
            return source;
        }
        source.SnapshotSlot = order.FromSlot;
        string from = order.From!;
        // Imported anew it would be another snapshot, and the request another request.
        if (IsFile(from) && isAskedAgain)
            throw CliException.Usage("--request-id needs the name of the snapshot that the file became, not the file: --from NAME, as it was printed then.");
        source.Snapshot = IsFile(from)
            ? await ImportAsync(invocation, from, order.FromSlot == 0 ? order.Slot : order.FromSlot).ConfigureAwait(false)
            : from;
        return source;
    }

    private static bool IsFile(string from) => File.Exists(from) || from.EndsWith(".txt", StringComparison.OrdinalIgnoreCase);

    private static async Task<string> ImportAsync(Invocation invocation, string path, uint slot)
    {
        if (!File.Exists(path))
            throw new CliException(ExitCode.File, "FILE_NOT_FOUND", $"{path} does not exist.");
        FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 4096, FileOptions.Asynchronous | FileOptions.SequentialScan);
        await using (file.ConfigureAwait(false))
        {
            if (file.Length > LargestFile)
                throw new CliException(ExitCode.File, "FILE_TOO_LARGE", $"{path} is larger than 64 MiB: no backup of a phone is.");
            ImportSnapshotRequest header = new() { FileName = Path.GetFileName(path), Format = SnapshotFormat.NvText, Slot = slot };
            ImportSnapshotResponse kept = await invocation.Client.ImportSnapshotAsync(header, file, invocation.Cancellation).ConfigureAwait(false);
            invocation.Screen.Note($"Imported {path} as {Names.Short(kept.Snapshot.Name)} ({kept.Snapshot.Active:N0} items with data).");
            foreach (string note in kept.Snapshot.Notes)
                invocation.Screen.Note("note: " + note);
            return kept.Snapshot.Name;
        }
    }
}
