using System.Diagnostics;
using ImeiAgent.Vault;

namespace ImeiAgent.Agent.Telemetry;

/// <summary>
/// Whose trace is whose. A caller goes on with a trace of their own, or with one that nobody has; who names another's, or one of the agent's own as a
/// dump has it, must not be able to fill it up or to put calls into it. Remembers the last; of older ones the store knows. Safe for use by many threads.
/// </summary>
internal sealed class TraceOwners(Traces kept)
{
    // A client makes at most 50 traces a second.
    private const int Most = 8192;

    private const string Agent = "agent";

    private readonly Lock _lock = new();
    private readonly Dictionary<ActivityTraceId, string> _owners = [];
    private readonly Queue<ActivityTraceId> _order = [];

    /// <summary>The agent began something by itself.</summary>
    public void Began(ActivityTraceId trace) => _ = IsOf(trace, Agent, isNew: true);

    /// <summary>Whether a caller may go on with a trace, which from then on is theirs.</summary>
    /// <param name="trace">The trace.</param>
    /// <param name="who">The caller's lasting name; null for one who has none, and goes on with nothing.</param>
    public bool Admits(ActivityTraceId trace, string? who) => who is not null && IsOf(trace, who, isNew: false);

    private bool IsOf(ActivityTraceId trace, string who, bool isNew)
    {
        lock (_lock)
            if (_owners.TryGetValue(trace, out string? owner))
                return owner == who;
        string first = isNew ? who : OwnerInStore(trace) ?? who;
        lock (_lock)
        {
            if (!_owners.TryAdd(trace, first))
                return _owners[trace] == who;
            _order.Enqueue(trace);
            if (_order.Count > Most)
                _owners.Remove(_order.Dequeue());
        }
        return first == who;
    }

    private string? OwnerInStore(ActivityTraceId trace)
    {
        try
        {
            return kept.OwnerOf(trace.ToHexString()) is { } owner ? owner.Length > 0 ? owner : Agent : null;
        }
        catch (Exception e) when (e is VaultUnavailableException or ObjectDisposedException)
        {
            return null;
        }
    }
}
