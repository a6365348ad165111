using System.Collections.Concurrent;
using ImeiAgent.Client.Desktop.Agents;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Operations;

/// <summary>
/// The leases that a person took by hand in these windows: kept by an open watch until they are given back, whichever page is shown, and given back
/// when the program ends. How one was lost is remembered until somebody has read it. Safe for use by several threads.
/// </summary>
public sealed class HeldLeases : IAsyncDisposable
{
    private readonly ConcurrentDictionary<(string Agent, string Device), (AgentClient Client, LeaseHold Hold)> _kept = new();
    private readonly ConcurrentDictionary<(string Agent, string Device), string> _lost = new();

    /// <summary>Raised when a lease was lost, or that was read; on any thread.</summary>
    public event Action? Changed;

    /// <summary>Takes a lease and keeps it.</summary>
    /// <param name="link">The agent.</param>
    /// <param name="device">The phone's name.</param>
    /// <param name="purpose">What for, 3 to 200 characters: others read it.</param>
    /// <param name="cancellation">Ends the call, not the lease.</param>
    /// <exception cref="AgentException">Somebody else has it, or the agent refused.</exception>
    public async Task TakeAsync(AgentLink link, string device, string purpose, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(link);
        AcquireLeaseRequest request = new() { Device = device, Purpose = purpose, RequestId = Guid.NewGuid().ToString() };
        Keep(link, (await link.Client.AcquireLeaseAsync(request, cancellation)).Lease);
    }

    /// <summary>Takes a lease from its holder, who is told, and keeps it.</summary>
    /// <param name="link">The agent.</param>
    /// <param name="device">The phone's name.</param>
    /// <param name="reason">Why, 3 to 200 characters: the holder reads it.</param>
    /// <param name="cancellation">Ends the call, not the lease.</param>
    /// <exception cref="AgentException">A write is under way, or the agent refused.</exception>
    public async Task StealAsync(AgentLink link, string device, string reason, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(link);
        StealLeaseRequest request = new() { Device = device, Reason = reason, RequestId = Guid.NewGuid().ToString() };
        Keep(link, (await link.Client.StealLeaseAsync(request, cancellation)).Lease);
    }

    /// <summary>Gives a lease of this person back, whether it was taken here or by another of their programs.</summary>
    /// <exception cref="AgentException">The agent refused.</exception>
    public async Task ReleaseAsync(AgentLink link, Lease lease, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(link);
        ArgumentNullException.ThrowIfNull(lease);
        // Whoever keeps it is told of its end.
        await link.Client.ReleaseLeaseAsync(new ReleaseLeaseRequest { Device = lease.Device, FencingToken = lease.FencingToken }, cancellation);
    }

    /// <summary>Whether this program keeps the lease; else it ends by itself unless another of the person's programs does.</summary>
    public bool Keeps(string agent, Lease lease)
    {
        ArgumentNullException.ThrowIfNull(lease);
        return _kept.TryGetValue((agent, lease.Device), out (AgentClient, LeaseHold Hold) kept) && kept.Hold.Token == lease.FencingToken;
    }

    /// <summary>How each lease at an agent was lost, a sentence a phone; until it was read.</summary>
    public IReadOnlyList<(string Device, string How)> LostAt(string agent) =>
        [.. _lost.Where(one => one.Key.Agent == agent).Select(one => (one.Key.Device, one.Value)).OrderBy(one => one.Device, StringComparer.Ordinal)];

    /// <summary>It was read.</summary>
    public void Forget(string agent, string device)
    {
        if (_lost.TryRemove((agent, device), out _))
            Changed?.Invoke();
    }

    /// <summary>Gives everything back that an agent still answers for; what cannot be given back ends by itself within its 30 s.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (((_, string device), (AgentClient client, LeaseHold hold)) in _kept.ToArray())
        {
            try
            {
                using CancellationTokenSource limit = new(TimeSpan.FromSeconds(1));
                await client.ReleaseLeaseAsync(new ReleaseLeaseRequest { Device = device, FencingToken = hold.Token }, limit.Token);
                await hold.DisposeAsync();
            }
            catch (Exception fault) when (fault is AgentException or OperationCanceledException or ObjectDisposedException)
            {
                // Nobody renews it any more.
            }
        }
    }

    private void Keep(AgentLink link, Lease lease)
    {
        (string, string) key = (link.Name, lease.Device);
        LeaseHold hold = LeaseHold.Keep(link.Client, lease.Device, lease.FencingToken, CancellationToken.None);
        if (_kept.TryGetValue(key, out (AgentClient, LeaseHold Hold) before))
            _ = before.Hold.ReleaseAsync();
        _kept[key] = (link.Client, hold);
        Forget(link.Name, lease.Device);
        hold.WhileHeld.Register(() => OnOver(key, hold));
    }

    private void OnOver((string, string) key, LeaseHold hold)
    {
        if (!_kept.TryGetValue(key, out (AgentClient Client, LeaseHold Hold) kept) || kept.Hold != hold || !_kept.TryRemove(new(key, kept)))
            return;
        // Given back is not lost: only its holder can do that.
        if (hold.Lost is { } lost && lost.News?.End != LeaseEnd.Released)
            _lost[key] = lost.Message;
        _ = hold.ReleaseAsync();
        Changed?.Invoke();
    }
}
