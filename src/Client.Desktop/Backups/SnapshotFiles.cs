using System.Globalization;
using ImeiAgent.Client.Desktop.Agents;
using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Backups;

/// <summary>Snapshots as files. The agent puts each export on record.</summary>
public static class SnapshotFiles
{
    /// <summary>The address of a file.</summary>
    /// <param name="agent">The agent's name.</param>
    /// <param name="snapshot">The snapshot's name, with or without "snapshots/".</param>
    /// <param name="format">The format.</param>
    /// <param name="slot">SIM slot, from 1.</param>
    /// <param name="activeOnly">Only items with data.</param>
    public static string Address(string agent, string snapshot, SnapshotFormat format, uint slot, bool activeOnly) => string.Create(
        CultureInfo.InvariantCulture,
        $"/download/at/{Uri.EscapeDataString(agent)}/snapshots/{Uri.EscapeDataString(Named.Short(snapshot))}?format={format}&slot={slot}&active={(activeOnly ? "true" : "false")}");

    internal static void Map(WebApplication app) => app.MapGet(
        "/download/at/{agent}/snapshots/{name}",
        (HttpContext context, AgentLinks links, string agent, string name, string? format, uint? slot, bool? active) =>
            Enum.TryParse(format, ignoreCase: true, out SnapshotFormat wanted) && SnapshotWords.Formats.Contains(wanted)
                ? Download.FromAsync(context, links, agent, "snapshot.export", link =>
                    FileAsync(link, new ExportSnapshotRequest { Name = name, Format = wanted, Slot = slot ?? 1, ActiveOnly = active ?? false }, context.RequestAborted))
                : Download.SayAsync(context, StatusCodes.Status400BadRequest, BackupTexts.NoSuchFormat));

    private static async Task<Download> FileAsync(AgentLink link, ExportSnapshotRequest request, CancellationToken cancellation)
    {
        Snapshot snapshot = (await link.Client.GetSnapshotAsync(new GetSnapshotRequest { Name = request.Name }, cancellation)).Snapshot;
        return new Download(
            SnapshotWords.FileName(snapshot, request.Format, request.Slot, request.ActiveOnly), "text/plain; charset=us-ascii",
            link.Client.ExportSnapshotAsync(request, cancellation).Select(piece => piece.Chunk.Memory));
    }
}
