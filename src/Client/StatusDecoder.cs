using System.Globalization;
using System.Net.Sockets;
using Google.Rpc;
using Grpc.Core;
using ImeiAgent.V1;

namespace ImeiAgent.Client;

// The one place that turns what gRPC throws into what a person or a script can use.
internal static class StatusDecoder
{
    private static readonly Dictionary<string, string> NoMetadata = [];

    public static Exception Decode(RpcException exception, AgentEndpoint endpoint, CancellationToken cancellation)
    {
        if (exception.StatusCode == StatusCode.Cancelled && cancellation.IsCancellationRequested)
            return new OperationCanceledException(exception.Message, exception, cancellation);

        if (ErrorInfoOf(exception) is { } info && info.Domain == AgentException.AgentDomain)
            return new AgentException(
                info.Domain, info.Reason, exception.Status.Detail, exception.StatusCode, new Dictionary<string, string>(info.Metadata), exception);

        if (FindDialFault(exception) is { } dial)
            return Unreachable(endpoint, dial, exception);

        (string reason, string message) = exception.StatusCode switch
        {
            StatusCode.Unimplemented => (AgentException.Unexplained, "This agent does not know that call: it is older than this program."),
            StatusCode.DeadlineExceeded => (AgentException.ConnectionLost, $"The agent at {endpoint} did not answer in time."),
            StatusCode.Unavailable or StatusCode.Internal or StatusCode.Unknown or StatusCode.Cancelled or StatusCode.DataLoss =>
                (AgentException.ConnectionLost, $"The connection to the agent at {endpoint} broke: {exception.Status.Detail}"),
            _ => (AgentException.Unexplained, exception.Status.Detail),
        };
        return new AgentException(AgentException.ClientDomain, reason, message, exception.StatusCode, NoMetadata, exception);
    }

    public static AgentException ConnectionLost(AgentEndpoint endpoint, string what) =>
        new(AgentException.ClientDomain, AgentException.ConnectionLost, $"The agent at {endpoint} {what}.", StatusCode.Unavailable, NoMetadata, null);

    public static AgentException NoPlan(AgentEndpoint endpoint) =>
        new(AgentException.ClientDomain, AgentException.Unexplained, $"The agent at {endpoint} did not say what would be written; nothing was done.",
            StatusCode.Unknown, NoMetadata, null);

    public static AgentException OutcomeNotLearnt(string requestId, AgentException last) =>
        new(AgentException.ClientDomain, AgentException.OutcomeNotLearnt,
            "The restore was sent and its outcome could not be learnt: the phone may hold the old or the new value. " + last.Message,
            StatusCode.Unknown, new Dictionary<string, string> { ["request_id"] = requestId }, last);

    // The name without "jobs/", as it is typed.
    public static AgentException WatchLost(AgentEndpoint endpoint, WatchJobRequest rest, AgentException last)
    {
        string name = rest.Name[(rest.Name.IndexOf('/', StringComparison.Ordinal) + 1)..];
        string text = $"The agent at {endpoint} stayed away for {Outage.OfJob.TotalMinutes:0} minutes. Job {name} goes on as soon as it runs again; "
            + $"to go on watching: imei jobs watch {name}. " + last.Message;
        return new(AgentException.ClientDomain, AgentException.ConnectionLost, text, StatusCode.Unavailable,
            new Dictionary<string, string> { ["job"] = rest.Name, ["from_sequence"] = rest.FromSequence.ToString(CultureInfo.InvariantCulture) }, last);
    }

    public static AgentException Unreachable(AgentEndpoint endpoint, DialException dial, Exception inner)
    {
        string why = dial.InnerException switch
        {
            _ when dial.Reason == AgentException.AgentNotTrusted =>
                $"What answers is not the agent that was paired ({dial.Message}). Nothing was sent. If the agent was set up anew, pair again; else find out who answers there.",
            _ when dial.Reason != AgentException.AgentUnreachable => dial.Message,
            _ when endpoint.Kind == EndpointKind.Tls => $"No agent answers on the network ({dial.Message}). Does it run, with --listen, and is the way to it open?",
            SocketException { SocketErrorCode: SocketError.AccessDenied } or UnauthorizedAccessException =>
                $"No permission to reach the agent at {endpoint}: it serves the user who started it, and no other user's is asked.",
            _ => $"No agent listens at {endpoint}. Start one with: imei-agent run",
        };
        return new AgentException(AgentException.ClientDomain, dial.Reason, why, StatusCode.Unavailable, NoMetadata, inner);
    }

    private static ErrorInfo? ErrorInfoOf(RpcException exception)
    {
        try
        {
            return exception.GetRpcStatus()?.GetDetail<ErrorInfo>();
        }
        catch (Google.Protobuf.InvalidProtocolBufferException)
        {
            return null; // Trailers of something that is no agent.
        }
    }

    private static DialException? FindDialFault(RpcException exception)
    {
        for (Exception? cause = exception.Status.DebugException; cause is not null; cause = cause.InnerException)
            if (cause is DialException dial)
                return dial;
        return null;
    }
}
