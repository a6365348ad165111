using ImeiAgent.Client.Contexts;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Cli.Contexts;

/// <summary>What one agent answered, or why it did not.</summary>
internal sealed record AgentAnswer(string Context, ListDevicesResponse? Devices, AgentException? Fault)
{
    /// <summary>A machine with contexts needs no agent of its own: that none runs there is told, and is no failure.</summary>
    public bool IsFailure(bool alone) =>
        Fault is not null && (alone || Context != AgentContext.Local || Fault.Reason != AgentException.AgentUnreachable);
}

// Asks this machine's agent and that of each context at the same time.
internal static class EveryAgent
{
    private const int AtOnce = 8;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    public static async Task<IReadOnlyList<AgentAnswer>> AskAsync(Invocation invocation)
    {
        ContextStore store = invocation.Contexts;
        List<(string Name, AgentEndpoint Endpoint)> agents = [(AgentContext.Local, invocation.LocalAgent())];
        agents.AddRange(store.Read().Contexts.Select(context => (context.Name, AgentEndpoint.For(context, store))));

        AgentAnswer[] answers = new AgentAnswer[agents.Count];
        ParallelOptions options = new() { MaxDegreeOfParallelism = AtOnce, CancellationToken = invocation.Cancellation };
        await Parallel.ForAsync(0, agents.Count, options, async (index, cancellation) =>
            answers[index] = await AskAsync(agents[index].Name, agents[index].Endpoint, invocation.Terminal.Time, cancellation).ConfigureAwait(false)).ConfigureAwait(false);
        return answers;
    }

    private static async Task<AgentAnswer> AskAsync(string name, AgentEndpoint endpoint, TimeProvider time, CancellationToken cancellation)
    {
        using CancellationTokenSource late = new(Limit, time);
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation, late.Token);
        AgentClient client = AgentClient.Connect(endpoint, time);
        await using (client.ConfigureAwait(false))
        {
            try
            {
                return new AgentAnswer(name, await client.ListDevicesAsync(limit.Token).ConfigureAwait(false), null);
            }
            catch (AgentException fault)
            {
                return new AgentAnswer(name, null, fault);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                return new AgentAnswer(name, null, AgentException.NoAnswer(endpoint, Limit));
            }
        }
    }
}
