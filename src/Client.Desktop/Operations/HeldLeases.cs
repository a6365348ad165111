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
    private readonly ConcurrentDictionary<(string Agent, string Device), Kept> _kept = new();
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
        await link.Client.ReleaseLeaseAsync(new ReleaseLeaseRequest { Device = lease.Device, FencingToken = lease.FencingToken }, cancellation);
        if (_kept.TryGetValue((link.Name, lease.Device), out Kept? kept) && kept.Token == lease.FencingToken)
            await EndAsync((link.Name, lease.Device), kept);
    }

    /// <summary>Whether this program keeps the lease; else it ends by itself unless another of the person's programs does.</summary>
    public bool Keeps(string agent, Lease lease)
    {
        ArgumentNullException.ThrowIfNull(lease);
        return _kept.TryGetValue((agent, lease.Device), out Kept? kept) && kept.Token == lease.FencingToken;
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
        foreach (((string, string) key, Kept kept) in _kept.ToArray())
        {
            try
            {
                using CancellationTokenSource limit = new(TimeSpan.FromSeconds(1));
                await kept.Link.Client.ReleaseLeaseAsync(new ReleaseLeaseRequest { Device = kept.Device, FencingToken = kept.Token }, limit.Token);
            }
            catch (Exception fault) when (fault is AgentException or OperationCanceledException or ObjectDisposedException)
            {
                // Nobody renews it any more.
            }
            await EndAsync(key, kept);
        }
    }

    private void Keep(AgentLink link, Lease lease)
    {
        (string, string) key = (link.Name, lease.Device);
        Kept kept = new(link, lease.Device, lease.FencingToken);
        if (_kept.TryGetValue(key, out Kept? before))
            _ = EndAsync(key, before);
        _kept[key] = kept;
        Forget(link.Name, lease.Device);
        kept.Watching = WatchAsync(key, kept);
    }

    private async Task WatchAsync((string Agent, string Device) key, Kept kept)
    {
        string how;
        try
        {
            how = await EndOfAsync(kept);
        }
        catch (OperationCanceledException)
        {
            return; // Given back here.
        }
        catch (AgentException fault)
        {
            how = fault.Message;
        }
        if (!_kept.TryRemove(new KeyValuePair<(string, string), Kept>(key, kept)))
            return;
        if (how.Length > 0)
            _lost[key] = how;
        Changed?.Invoke();
    }

    // How it ended; nothing when it was given back, which only its holder can do.
    private static async Task<string> EndOfAsync(Kept kept)
    {
        WatchLeaseRequest request = new() { Device = kept.Device, FencingToken = kept.Token };
        await foreach (WatchLeaseResponse news in kept.Link.Client.WatchLeaseAsync(request, kept.Over.Token))
            if (news.End != LeaseEnd.Unspecified)
                return news.End == LeaseEnd.Released ? "" : Words.Ended(news);
        return "";
    }

    private async Task EndAsync((string, string) key, Kept kept)
    {
        _kept.TryRemove(new KeyValuePair<(string, string), Kept>(key, kept));
        await kept.Over.CancelAsync();
        await kept.Watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // Its source is not disposed: it has no timer, and whoever gives the lease back may come after its end.
    private sealed class Kept(AgentLink link, string device, ulong token)
    {
        public AgentLink Link { get; } = link;

        public string Device { get; } = device;

        public ulong Token { get; } = token;

        public CancellationTokenSource Over { get; } = new();

        public Task Watching { get; set; } = Task.CompletedTask;
    }
}
