using ImeiAgent.Client.Contexts;

namespace ImeiAgent.Client.Desktop.Agents;

/// <summary>All agents that this user knows: that of this machine, and those they were paired with. Safe for use by several threads.</summary>
public sealed class AgentLinks(DesktopOptions options, ILogger<AgentLink> log) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (AgentLink Link, string Id)> _links = new(StringComparer.Ordinal);

    /// <summary>Raised when an agent was added or removed, on any thread.</summary>
    public event Action? Changed;

    /// <summary>The agent that a window shows that was asked for none.</summary>
    public string First => options.First;

    /// <summary>Whether that is how the list of contexts tells that it cannot be read or kept.</summary>
    public static bool IsUnreadable(Exception fault) => fault is ContextException or IOException or UnauthorizedAccessException;

    /// <summary>Names: this machine's agent first, then the contexts in the order they were added. What another program added is there too.</summary>
    /// <exception cref="ContextException">The list is damaged.</exception>
    /// <exception cref="IOException">The list cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The list is another user's.</exception>
    public IReadOnlyList<string> Names => [AgentContext.Local, .. options.Contexts.Read().Contexts.Select(context => context.Name)];

    /// <summary>The agent of that name, watched from now on; null when there is no such context.</summary>
    /// <exception cref="ContextException">The list of contexts is damaged.</exception>
    /// <exception cref="IOException">The list cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The list is another user's.</exception>
    public AgentLink? Find(string name)
    {
        AgentContext? context = name == AgentContext.Local ? null : options.Contexts.Read().Contexts.FirstOrDefault(one => one.Name == name);
        if (context is null && name != AgentContext.Local)
            return null;
        string id = context?.Id ?? "";
        AgentLink? stale = null;
        AgentLink found;
        lock (_gate)
        {
            if (_links.TryGetValue(name, out (AgentLink Link, string Id) known) && known.Id == id)
                return known.Link;
            stale = known.Link; // The context was removed and its name given to another.
            found = AgentLink.Start(name, context is null ? options.Local : AgentEndpoint.For(context, options.Contexts), options.Time, log);
            _links[name] = (found, id);
        }
        if (stale is not null)
            _ = stale.DisposeAsync().AsTask();
        return found;
    }

    /// <summary>The context of that name as it is kept now; null for this machine's agent, and when there is none or the list cannot be read.</summary>
    public AgentContext? ContextOf(string name)
    {
        try
        {
            return options.Contexts.Read().Contexts.FirstOrDefault(one => one.Name == name);
        }
        catch (Exception fault) when (fault is ContextException or IOException or UnauthorizedAccessException)
        {
            return null; // The pairing page says what is wrong with the file.
        }
    }

    /// <summary>Pairs with an agent.</summary>
    /// <param name="name">What to call it.</param>
    /// <param name="line">The invitation, as imei-agent pair printed it.</param>
    /// <param name="cancellation">Ends it before the certificate is kept.</param>
    /// <exception cref="ContextException">The name or the line cannot be used.</exception>
    /// <exception cref="AgentException">No agent, another agent, or it refused.</exception>
    /// <exception cref="IOException">The context cannot be kept.</exception>
    public async Task PairAsync(string name, string line, CancellationToken cancellation)
    {
        await Pairing.PairAsync(options.Contexts, name, PairingLine.Parse(line), options.Time, cancellation);
        Changed?.Invoke();
    }

    /// <summary>Forgets a context and its key. The agent does not learn of it.</summary>
    /// <exception cref="ContextException">There is none.</exception>
    /// <exception cref="IOException">The list cannot be kept.</exception>
    public async Task RemoveAsync(string name, CancellationToken cancellation)
    {
        await options.Contexts.RemoveAsync(name, cancellation);
        AgentLink? gone;
        lock (_gate)
        {
            gone = _links.Remove(name, out (AgentLink Link, string Id) known) ? known.Link : null;
        }
        if (gone is not null)
            await gone.DisposeAsync();
        Changed?.Invoke();
    }

    /// <summary>Ends all watches.</summary>
    public async ValueTask DisposeAsync()
    {
        AgentLink[] all;
        lock (_gate)
        {
            all = [.. _links.Values.Select(known => known.Link)];
            _links.Clear();
        }
        foreach (AgentLink link in all)
            await link.DisposeAsync();
    }
}
