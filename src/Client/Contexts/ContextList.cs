namespace ImeiAgent.Client.Contexts;

/// <summary>The contexts of a user as they were at one moment.</summary>
/// <param name="Current">The name of the one that is meant when none is named; null for the agent of this machine.</param>
/// <param name="Contexts">In the order in which they were added.</param>
public sealed record ContextList(string? Current, IReadOnlyList<AgentContext> Contexts)
{
    /// <summary>The context of that name.</summary>
    /// <exception cref="ContextException">There is none.</exception>
    public AgentContext Find(string name) =>
        Contexts.FirstOrDefault(context => context.Name == name)
        ?? throw new ContextException(
            ContextException.NotFound,
            $"There is no context \"{name}\". There {(Contexts.Count == 0 ? "is" : "are")}: {string.Join(", ", [.. Contexts.Select(context => context.Name), AgentContext.Local])}.");

    internal AgentContext? FindById(string id) => Contexts.FirstOrDefault(context => context.Id == id);

    internal ContextList With(AgentContext changed) =>
        this with { Contexts = [.. Contexts.Select(context => context.Id == changed.Id ? changed : context)] };
}
