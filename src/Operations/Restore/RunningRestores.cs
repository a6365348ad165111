using System.Collections.Concurrent;
using ImeiAgent.Diag.Identity;

namespace ImeiAgent.Operations;

/// <summary>
/// The restores under way. They belong to the agent, not to the call that asked for them: the agent waits for them when it ends,
/// and a request that comes again while it is carried out waits for that.
/// </summary>
internal sealed class RunningRestores
{
    private readonly Lock _lock = new();
    private readonly HashSet<Task> _tasks = [];
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _ids = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _numbers = [];
    private readonly TaskCompletionSource _draining = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the agent ends: a restore that waits for its phone stops waiting then.</summary>
    public Task Draining => _draining.Task;

    /// <summary>Whether a request is being carried out at this moment.</summary>
    public bool IsRunning(string requestId) => _ids.ContainsKey(requestId);

    /// <summary>Starts a restore.</summary>
    /// <exception cref="OperationException">The agent is ending.</exception>
    public void Start(Func<Task> restore)
    {
        lock (_lock)
        {
            if (_draining.Task.IsCompleted)
                throw Faults.Stopping();
            Task task = Task.Run(restore);
            _tasks.Add(task);
            task.ContinueWith(Remove, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    /// <summary>Lets nothing start any more, and nobody wait for a phone.</summary>
    public void BeginDrain() => _draining.TrySetResult();

    /// <summary>The same, and completes when all have ended.</summary>
    public Task DrainAsync()
    {
        BeginDrain();
        lock (_lock)
            return Task.WhenAll(_tasks);
    }

    /// <summary>Enters under a request id; waits while another request with it is carried out.</summary>
    public async Task<Ticket> EnterAsync(string requestId, CancellationToken ct)
    {
        var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        while (true)
        {
            TaskCompletionSource holder = _ids.GetOrAdd(requestId, mine);
            if (holder == mine)
                return new Ticket(this, requestId, mine);
            await holder.Task.WaitAsync(ct);
        }
    }

    /// <summary>
    /// Claims numbers for a phone until the claims are disposed: what two restores write at the same moment, neither sees at the other's
    /// phone.
    /// </summary>
    public NumberClaims Claim(IEnumerable<Imei> imeis, string phone)
    {
        var claims = new NumberClaims(this);
        lock (_lock)
            foreach (string number in imeis.Select(RestorePolicy.Number).Distinct())
                claims.Add(number, _numbers.TryAdd(number, phone) ? "" : _numbers[number]);
        return claims;
    }

    private void Remove(Task task)
    {
        lock (_lock)
            _tasks.Remove(task);
    }

    /// <summary>Claimed numbers.</summary>
    internal sealed class NumberClaims(RunningRestores owner) : IDisposable
    {
        private readonly Dictionary<string, string> _heldBy = [];

        /// <summary>The phone that has the claim instead; empty when it was had.</summary>
        public string HeldBy(Imei imei) => _heldBy[RestorePolicy.Number(imei)];

        /// <summary>Under the owner's lock.</summary>
        public void Add(string number, string heldBy) => _heldBy[number] = heldBy;

        public void Dispose()
        {
            lock (owner._lock)
                foreach ((string number, string heldBy) in _heldBy)
                    if (heldBy.Length == 0)
                        owner._numbers.Remove(number);
        }
    }

    /// <summary>The right to act under a request id; disposing it ends that.</summary>
    internal sealed class Ticket(RunningRestores owner, string requestId, TaskCompletionSource ended) : IDisposable
    {
        public void Dispose()
        {
            owner._ids.TryRemove(requestId, out _);
            ended.TrySetResult();
        }
    }
}
