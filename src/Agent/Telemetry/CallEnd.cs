using System.Collections.Frozen;
using Google.Rpc;
using Grpc.Core;

namespace ImeiAgent.Agent.Telemetry;

/// <summary>How a call ended.</summary>
/// <param name="Code">Its gRPC status.</param>
/// <param name="Error">What went wrong: the reason of its ErrorInfo, as in "SPC_REQUIRED", else the name of the status; null when nothing did.</param>
/// <param name="Sentence">What the caller is told of it; numbers are masked in it.</param>
internal readonly record struct CallEnd(StatusCode Code, string? Error, string Sentence = "")
{
    // "FailedPrecondition" is "FAILED_PRECONDITION" in gRPC.
    private static readonly FrozenDictionary<StatusCode, string> s_names = Enum.GetValues<StatusCode>().ToFrozenDictionary(
        code => code,
        code => code == StatusCode.OK ? "OK" : string.Concat(code.ToString().Select((c, i) => i > 0 && char.IsAsciiLetterUpper(c) ? $"_{c}" : char.ToUpperInvariant(c).ToString())));

    // The client's clock of a deadline runs out before this one's: by the way of the request, and by what each rounds.
    private static readonly TimeSpan s_tolerance = TimeSpan.FromMilliseconds(100);

    /// <summary>The name of its status, as in "FAILED_PRECONDITION".</summary>
    public string Status => NameOf(Code);

    /// <summary>Whether the client ended it, which is no error.</summary>
    public bool IsCancelled => Code == StatusCode.Cancelled;

    /// <summary>The end without an exception.</summary>
    public static CallEnd Of(ServerCallContext context) => Of(context.Status.StatusCode, null);

    /// <summary>The end with one.</summary>
    /// <param name="e">What the call threw.</param>
    /// <param name="context">The call.</param>
    /// <param name="now">When: a deadline that has passed comes as a client that left.</param>
    public static CallEnd Of(Exception e, ServerCallContext context, DateTimeOffset now) => e switch
    {
        RpcException { StatusCode: StatusCode.Cancelled } when context.Deadline <= (now + s_tolerance).UtcDateTime => Of(StatusCode.DeadlineExceeded, null),
        RpcException rpc => Of(rpc.StatusCode, rpc.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason) with { Sentence = rpc.Status.Detail },
        _ => Of(StatusCode.Unknown, null),
    };

    private static CallEnd Of(StatusCode code, string? reason) => code switch
    {
        StatusCode.OK or StatusCode.Cancelled => new CallEnd(code, null),
        _ => new CallEnd(code, reason is { Length: > 0 } ? reason : NameOf(code)),
    };

    private static string NameOf(StatusCode code) => s_names.GetValueOrDefault(code, "UNKNOWN");
}
