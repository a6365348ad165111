using System.Diagnostics;
using Grpc.Core;
using ImeiAgent.Operations;
using ImeiAgent.V1;

namespace ImeiAgent.Agent.Access;

/// <summary>Who makes a call, and what they may do.</summary>
/// <param name="Caller">Who.</param>
/// <param name="Role">What they may do; unspecified for a caller without a certificate.</param>
/// <param name="IsLocal">Whether the call came over the agent's own socket or pipe.</param>
internal sealed record SignedIn(Caller Caller, Role Role, bool IsLocal)
{
    private const string Key = "imeiagent.signed-in";

    /// <summary>Who makes this call. The access check has put it there before any service sees the call.</summary>
    public static SignedIn Of(ServerCallContext context) => (SignedIn)context.UserState[Key];

    /// <summary>Puts it there.</summary>
    public void Remember(ServerCallContext context) => context.UserState[Key] = this;

    /// <summary>The trace of the call, 32 hex digits: the caller's (W3C header traceparent) or, when it gave none, a new one.</summary>
    public static string TraceOf(ServerCallContext context) =>
        ActivityContext.TryParse(context.RequestHeaders.GetValue("traceparent"), null, out ActivityContext caller) ? caller.TraceId.ToHexString()
        : (Activity.Current?.TraceId ?? ActivityTraceId.CreateRandom()).ToHexString();
}

/// <summary>What the services ask of a call.</summary>
internal static class CallerOfCall
{
    /// <summary>Who makes this call.</summary>
    public static Caller Caller(this ServerCallContext context) => SignedIn.Of(context).Caller;
}
