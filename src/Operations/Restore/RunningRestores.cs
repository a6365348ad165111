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
    private bool _draining;

    /// <summary>Starts a restore.</summary>
    /// <exception cref="OperationException">The agent is ending.</exception>
    public void Start(Func<Task> restore)
    {
        lock (_lock)
        {
            if (_draining)
                throw Faults.Stopping();
            Task task = Task.Run(restore);
            _tasks.Add(task);
            task.ContinueWith(Remove, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    /// <summary>Lets nothing start any more, and completes when all have ended.</summary>
    public Task DrainAsync()
    {
        lock (_lock)
        {
            _draining = true;
            return Task.WhenAll(_tasks);
        }
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
    /// Claims a number for a phone until the claim is disposed: what two restores write at the same moment, neither sees at the
    /// other's phone.
    /// </summary>
    public NumberClaim Claim(Imei imei, string phone)
    {
        string number = RestorePolicy.Number(imei);
        lock (_lock)
            return _numbers.TryAdd(number, phone) ? new NumberClaim(this, number, "") : new NumberClaim(null, number, _numbers[number]);
    }

    private void Remove(Task task)
    {
        lock (_lock)
            _tasks.Remove(task);
    }

    /// <summary>A claimed number.</summary>
    /// <param name="owner">Whom to tell when it ends; null when it was not had.</param>
    /// <param name="number">Its digits.</param>
    /// <param name="heldBy">The phone that has the claim instead; empty when it was had.</param>
    internal sealed class NumberClaim(RunningRestores? owner, string number, string heldBy) : IDisposable
    {
        public string HeldBy => heldBy;

        public void Dispose()
        {
            if (owner is null)
                return;
            lock (owner._lock)
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
