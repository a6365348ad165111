using ImeiAgent.Client.Contexts;

namespace ImeiAgent.Client.Desktop;

/// <summary>Which agents the windows show.</summary>
public sealed record DesktopOptions
{
    /// <summary>The agent of this machine, or the one that --agent or IMEI_AGENT names: what "local" stands for.</summary>
    public required AgentEndpoint Local { get; init; }

    /// <summary>The agents that this user was paired with.</summary>
    public required ContextStore Contexts { get; init; }

    /// <summary>The agent that the first window shows: a context's name, or "local".</summary>
    public string First { get; init; } = AgentContext.Local;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Finds the agents as every client does (<see cref="AgentChoice"/>).</summary>
    /// <param name="context">What was typed after --context; null when nothing was.</param>
    /// <param name="agent">What was typed after --agent; null when nothing was.</param>
    /// <param name="environment">Environment variables by name.</param>
    /// <exception cref="FormatException">Two agents are named, or an endpoint is none.</exception>
    /// <exception cref="ContextException">There is no such context, or the contexts cannot be read.</exception>
    public static DesktopOptions Of(string? context, string? agent, Func<string, string?> environment)
    {
        AgentEndpoint first = new AgentChoice(context, agent).Resolve(environment);
        return new DesktopOptions
        {
            Local = first.Context is null ? first : AgentChoice.LocalAgent(environment),
            Contexts = ContextStore.For(environment),
            First = first.Context?.Name ?? AgentContext.Local,
        };
    }
}
