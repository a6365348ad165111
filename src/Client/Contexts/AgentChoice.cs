namespace ImeiAgent.Client.Contexts;

/// <summary>
/// Which agent is meant, the same for every client: the context that was typed, else that of the variable IMEI_CONTEXT, else the endpoint that was
/// typed, else that of IMEI_AGENT, else the current context, else the agent of this machine.
/// </summary>
/// <param name="Context">What was typed after --context; null when nothing was.</param>
/// <param name="Agent">What was typed after --agent; null when nothing was.</param>
public sealed record AgentChoice(string? Context, string? Agent)
{
    /// <summary>Finds the agent.</summary>
    /// <param name="environment">Environment variables by name.</param>
    /// <exception cref="FormatException">Two agents are named, or an endpoint is none; the message is for a person.</exception>
    /// <exception cref="ContextException">There is no such context, or the contexts cannot be read.</exception>
    public AgentEndpoint Resolve(Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        string? variable = NotEmpty(environment("IMEI_CONTEXT"));
        // A typed endpoint that is passed over in silence would send a restore to the wrong bench.
        if (Agent is not null && (Context ?? variable) is not null)
            throw new FormatException($"--agent and {(Context is not null ? "--context" : "the variable IMEI_CONTEXT")} both name an agent: leave one out.");

        ContextStore store = ContextStore.For(environment);
        if ((Context ?? variable) is { } named)
            return named == AgentContext.Local ? LocalAgent(environment) : AgentEndpoint.For(store.Read().Find(named), store);
        if (Agent is not null)
            return Parse("--agent", Agent);
        if (NotEmpty(environment("IMEI_AGENT")) is not null)
            return LocalAgent(environment);
        ContextList contexts = store.Read();
        return contexts.Current is { } current ? AgentEndpoint.For(contexts.Find(current), store) : LocalAgent(environment);
    }

    /// <summary>The agent of this machine: where IMEI_AGENT says, else where it listens by default.</summary>
    /// <exception cref="FormatException">IMEI_AGENT is no endpoint.</exception>
    public static AgentEndpoint LocalAgent(Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        return NotEmpty(environment("IMEI_AGENT")) is { } endpoint ? Parse("IMEI_AGENT", endpoint) : AgentEndpoint.DefaultFor(environment);
    }

    private static AgentEndpoint Parse(string origin, string text) =>
        AgentEndpoint.TryParse(text, out AgentEndpoint? endpoint, out string? fault) ? endpoint : throw new FormatException($"{origin}: {fault}");

    private static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
