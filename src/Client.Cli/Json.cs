using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;

namespace ImeiAgent.Client.Cli;

// Canonical proto JSON, one message a line.
internal static class Json
{
    private static readonly JsonFormatter Formatter =
        new(JsonFormatter.Settings.Default.WithTypeRegistry(TypeRegistry.FromMessages(ErrorInfo.Descriptor)));

    public static string Line(IMessage message) => Formatter.Format(message);

    // Errors have the form in which they came: google.rpc.Status with an ErrorInfo, to which the run's trace is added.
    public static string Error(AgentException fault) => Error((int)fault.StatusCode, fault.Message, fault.Domain, fault.Reason, fault.Metadata);

    public static string Error(
        Grpc.Core.StatusCode code, string message, string reason, IReadOnlyDictionary<string, string>? metadata = null) =>
        Error((int)code, message, AgentException.ClientDomain, reason, metadata ?? new Dictionary<string, string>());

    private static string Error(int code, string message, string domain, string reason, IReadOnlyDictionary<string, string> metadata)
    {
        ErrorInfo info = new() { Domain = domain, Reason = reason };
        foreach ((string key, string value) in metadata)
            info.Metadata.Add(key, value);
        if (RunTrace.CurrentId is { } trace)
            info.Metadata["trace_id"] = trace;
        return Line(new Google.Rpc.Status { Code = code, Message = message, Details = { Any.Pack(info) } });
    }
}
