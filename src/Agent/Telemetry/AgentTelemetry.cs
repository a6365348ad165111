using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ImeiAgent.Agent.Telemetry;

/// <summary>Where this room's spans and measurements come from. docs/telemetry.md lists them.</summary>
internal static class AgentTelemetry
{
    /// <summary>Name of the source and of the meter.</summary>
    public const string Name = "ImeiAgent.Agent";

    /// <summary>Spans.</summary>
    public static ActivitySource Source { get; } = new(Name);

    /// <summary>Measurements.</summary>
    public static Meter Meter { get; } = new(Name);
}

/// <summary>
/// Names of OpenTelemetry's semantic conventions for RPC, which are a release candidate (1.40): what is renamed there is renamed here.
/// </summary>
internal static class RpcConventions
{
    public const string System = "rpc.system.name";
    public const string Grpc = "grpc";
    public const string Method = "rpc.method";
    public const string Status = "rpc.response.status_code";
    public const string Error = "error.type";
    public const string ServerDuration = "rpc.server.call.duration";

    /// <summary>Bounds of the buckets in seconds. Beyond the conventions' 10 s, since restores and dumps take minutes.</summary>
    public static IReadOnlyList<double> Buckets { get; } = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60, 300, 900];
}

/// <summary>Names of this program's own attributes.</summary>
internal static class CallAttributes
{
    public const string Operator = "imeiagent.operator";
    public const string Client = "imeiagent.client";
    public const string Station = "imeiagent.station";
    public const string Role = "imeiagent.role";
}
