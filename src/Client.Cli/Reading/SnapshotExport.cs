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
            // First all of it, at most 64 MiB: whoever turns the pages of a pipe may take their time, and the agent gives up a client that does. And
            // there is no half a file where it is refused in the middle.
            using MemoryStream whole = new();
            await foreach (ExportSnapshotResponse piece in invocation.Client.ExportSnapshotAsync(request, invocation.Cancellation).ConfigureAwait(false))
                whole.Write(piece.Chunk.Span);
            // The format is ASCII by definition; anything else in it is a fault that shows.
            invocation.Screen.Raw(Encoding.ASCII.GetString(whole.GetBuffer(), 0, (int)whole.Length));
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
