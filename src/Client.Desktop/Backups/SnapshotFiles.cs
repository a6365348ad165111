using System.Diagnostics;
using System.Globalization;
using Grpc.Core;
using ImeiAgent.Client.Contexts;
using ImeiAgent.Client.Desktop.Agents;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Backups;

/// <summary>Snapshots as files, by addresses that can be opened without a page.</summary>
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
        $"/download/at/{Uri.EscapeDataString(agent)}/snapshots/{Uri.EscapeDataString(JobWords.Short(snapshot))}?format={format}&slot={slot}&active={(activeOnly ? "true" : "false")}");

    /// <summary>Serves them.</summary>
    public static void Map(WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapGet("/download/at/{agent}/snapshots/{name}", ServeAsync);
    }

    private static async Task ServeAsync(HttpContext context, AgentLinks links, string agent, string name, string? format, uint? slot, bool? active)
    {
        CancellationToken gone = context.RequestAborted;
        if (!Enum.TryParse(format, ignoreCase: true, out SnapshotFormat wanted) || !SnapshotWords.Formats.Contains(wanted))
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, BackupTexts.NoSuchFormat);
            return;
        }
        using Activity? span = AgentLink.StartAction("snapshot.download");
        try
        {
            if (links.Find(agent) is not { } link)
            {
                await RefuseAsync(context, StatusCodes.Status404NotFound, BackupTexts.NoSuchAgent);
                return;
            }
            Snapshot snapshot = (await link.Client.GetSnapshotAsync(new GetSnapshotRequest { Name = name }, gone)).Snapshot;
            ExportSnapshotRequest request = new() { Name = snapshot.Name, Format = wanted, Slot = slot ?? 1, ActiveOnly = active ?? false };
            await foreach (ExportSnapshotResponse piece in link.Client.ExportSnapshotAsync(request, gone))
            {
                // Not before the first piece: until then a failure can still say what it is.
                if (!context.Response.HasStarted)
                    Begin(context.Response, SnapshotWords.FileName(snapshot, wanted, request.Slot, request.ActiveOnly));
                await context.Response.Body.WriteAsync(piece.Chunk.Memory, gone);
            }
        }
        catch (AgentException fault)
        {
            span?.SetTag("error.type", fault.Reason).SetStatus(ActivityStatusCode.Error);
            if (context.Response.HasStarted)
                context.Abort(); // The browser tells a file that broke off from one that ended.
            else
                await RefuseAsync(context, StatusOf(fault), $"{fault.Message} [{fault.Reason}]{(span is null ? "" : $" {Shell.ShellTexts.Trace} {span.TraceId.ToHexString()}")}");
        }
        catch (ContextException fault)
        {
            await RefuseAsync(context, StatusCodes.Status500InternalServerError, fault.Message);
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            // Whoever wanted it left.
        }
    }

    private static void Begin(HttpResponse response, string fileName)
    {
        response.ContentType = "text/plain; charset=us-ascii";
        response.Headers.ContentDisposition = $"attachment; filename=\"{fileName}\"";
        response.Headers.CacheControl = "no-store"; // It holds keys and an identity.
    }

    private static Task RefuseAsync(HttpContext context, int status, string why)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync(SafeText.Clean(why), context.RequestAborted);
    }

    private static int StatusOf(AgentException fault) => fault.StatusCode switch
    {
        StatusCode.NotFound => StatusCodes.Status404NotFound,
        StatusCode.PermissionDenied or StatusCode.Unauthenticated => StatusCodes.Status403Forbidden,
        StatusCode.InvalidArgument => StatusCodes.Status400BadRequest,
        StatusCode.ResourceExhausted => StatusCodes.Status429TooManyRequests,
        StatusCode.Unavailable or StatusCode.DeadlineExceeded => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status502BadGateway,
    };
}
