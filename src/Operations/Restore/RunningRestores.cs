using System.Collections.Concurrent;

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

    private void Remove(Task task)
    {
        lock (_lock)
            _tasks.Remove(task);
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
