namespace ImeiAgent.Agent.Tracing;

/// <summary>What the agent's log says of the traces it keeps.</summary>
internal static partial class TraceLog
{
    [LoggerMessage(1301, LogLevel.Warning, "{Problem}")]
    public static partial void Problem(ILogger log, string problem);
}
