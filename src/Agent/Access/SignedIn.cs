using System.Diagnostics;
using Grpc.Core;
using ImeiAgent.Agent.Telemetry;
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

    /// <summary>The same; null before the access check, or when it did not find out.</summary>
    public static SignedIn? Find(ServerCallContext context) => context.UserState.TryGetValue(Key, out object? who) ? (SignedIn)who : null;

    /// <summary>Puts it there.</summary>
    public void Remember(ServerCallContext context) => context.UserState[Key] = this;

    /// <summary>The trace of the call, 32 hex digits: that of its span. When nobody listens the caller's (W3C header traceparent), else a new one.</summary>
    public static string TraceOf(ServerCallContext context) =>
        CallTelemetry.SpanOf(context) is { } span ? span.TraceId.ToHexString()
        : ActivityContext.TryParse(context.RequestHeaders.GetValue("traceparent"), null, out ActivityContext caller) ? caller.TraceId.ToHexString()
        : (Activity.Current?.TraceId ?? ActivityTraceId.CreateRandom()).ToHexString();
}

/// <summary>What the services ask of a call.</summary>
internal static class CallerOfCall
{
    /// <summary>Who makes this call.</summary>
    public static Caller Caller(this ServerCallContext context) => SignedIn.Of(context).Caller;
}
