using System.Text;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Cli.Reading;

// A snapshot as a file, on disk or on standard output.
internal static class SnapshotExport
{
    /// <summary>The name that means standard output.</summary>
    public const string StandardOutput = "-";

    public static async Task RunAsync(Invocation invocation, ExportSnapshotRequest request, string path, bool force)
    {
        if (path == StandardOutput)
        {
            // The format is ASCII by definition; anything else in it is a fault that shows.
            await foreach (ExportSnapshotResponse piece in invocation.Client.ExportSnapshotAsync(request, invocation.Cancellation).ConfigureAwait(false))
                invocation.Screen.Raw(Encoding.ASCII.GetString(piece.Chunk.Span));
            return;
        }

        OutputFile file = OutputFile.Create(path, force);
        await using (file.ConfigureAwait(false))
        {
            long bytes = 0;
            await foreach (ExportSnapshotResponse piece in invocation.Client.ExportSnapshotAsync(request, invocation.Cancellation).ConfigureAwait(false))
            {
                await file.WriteAsync(piece.Chunk.Memory, invocation.Cancellation).ConfigureAwait(false);
                bytes += piece.Chunk.Length;
            }
            await file.CommitAsync().ConfigureAwait(false);
            invocation.Screen.Note($"Wrote {path} ({bytes:N0} bytes, SIM {Math.Max(1, request.Slot)}).");
        }
    }

    /// <summary>Where the second SIM goes: the format holds one SIM a file.</summary>
    public static string PathForSecondSim(string path) =>
        Path.Combine(Path.GetDirectoryName(path) ?? "", Path.GetFileNameWithoutExtension(path) + "_sim2" + Path.GetExtension(path));
}
