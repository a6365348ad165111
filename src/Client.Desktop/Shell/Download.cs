using System.Diagnostics;
using Grpc.Core;
using ImeiAgent.Client.Desktop.Agents;
using Microsoft.Net.Http.Headers;

namespace ImeiAgent.Client.Desktop.Shell;

/// <summary>A file that comes from an agent piece by piece.</summary>
/// <param name="FileName">What to call it.</param>
/// <param name="ContentType">What it is.</param>
/// <param name="Pieces">Its bytes, in order.</param>
public sealed record Download(string FileName, string ContentType, IAsyncEnumerable<ReadOnlyMemory<byte>> Pieces)
{
    /// <summary>Answers a request with a file of an agent. What the agent refuses is a sentence; a file that breaks off is no whole one to the browser.</summary>
    /// <param name="context">The request.</param>
    /// <param name="links">The agents.</param>
    /// <param name="agent">Which.</param>
    /// <param name="action">The name of the root span.</param>
    /// <param name="open">Begins the file.</param>
    public static Task FromAsync(HttpContext context, AgentLinks links, string agent, string action, Func<AgentLink, Download> open) =>
        FromAsync(context, links, agent, action, link => Task.FromResult(open(link)));

    /// <summary>The same of a file about which the agent is asked first.</summary>
    public static async Task FromAsync(HttpContext context, AgentLinks links, string agent, string action, Func<AgentLink, Task<Download>> open)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(links);
        ArgumentNullException.ThrowIfNull(open);
        if (links.Find(agent) is not { } link)
        {
            await SayAsync(context, StatusCodes.Status404NotFound, ShellTexts.NoSuchAgent.With(SafeText.Clean(agent)));
            return;
        }
        using Activity? span = AgentLink.StartAction(action);
        try
        {
            Download file = await open(link);
            await file.SendAsync(context);
        }
        catch (AgentException fault)
        {
            var told = CallFault.Of(fault, span);
            if (context.Response.HasStarted)
                context.Abort();
            else
                await SayAsync(context, StatusOf(fault), Sentence(told));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody wants it any more.
        }
    }

    private async Task SendAsync(HttpContext context)
    {
        await using IAsyncEnumerator<ReadOnlyMemory<byte>> pieces = Pieces.GetAsyncEnumerator(context.RequestAborted);
        // Only with the first piece it is known that there is a file.
        bool any = await pieces.MoveNextAsync();
        ContentDispositionHeaderValue disposition = new("attachment");
        disposition.SetHttpFileName(FileName);
        context.Response.Headers.ContentDisposition = disposition.ToString();
        context.Response.ContentType = ContentType;
        for (; any; any = await pieces.MoveNextAsync())
            await context.Response.Body.WriteAsync(pieces.Current, context.RequestAborted);
    }

    /// <summary>The status that goes with a refusal.</summary>
    internal static int StatusOf(AgentException fault) => fault.StatusCode switch
    {
        StatusCode.PermissionDenied or StatusCode.Unauthenticated => StatusCodes.Status403Forbidden,
        StatusCode.NotFound => StatusCodes.Status404NotFound,
        StatusCode.InvalidArgument => StatusCodes.Status400BadRequest,
        StatusCode.ResourceExhausted => StatusCodes.Status429TooManyRequests,
        StatusCode.Unavailable or StatusCode.DeadlineExceeded => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status502BadGateway,
    };

    /// <summary>Why there is no file: the sentence, its reason, and the trace.</summary>
    internal static string Sentence(CallFault fault) =>
        $"{SafeText.Clean(fault.Why.Message)} [{fault.Why.Reason}]{(fault.Trace is null ? "" : $" {ShellTexts.Trace} {fault.Trace}")}";

    /// <summary>Answers with a sentence in place of a file.</summary>
    public static Task SayAsync(HttpContext context, int status, string why)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(why, context.RequestAborted);
    }
}
