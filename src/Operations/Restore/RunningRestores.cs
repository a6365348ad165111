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
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _names = new(StringComparer.OrdinalIgnoreCase);
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
            TaskCompletionSource holder = _names.GetOrAdd(requestId, mine);
            if (holder == mine)
                return new Ticket(this, requestId, mine);
            await holder.Task.WaitAsync(ct);
        }
    }

    /// <summary>
    /// Enters under a number, so that two phones cannot pass the check for it side by side; null when another restore of it is under way.
    /// </summary>
    public Ticket? TryEnter(Imei number)
    {
        // A number's first 14 digits are its own; no request id, which is a UUID, looks like it.
        string name = number.Reveal()[..14];
        var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _names.TryAdd(name, mine) ? new Ticket(this, name, mine) : null;
    }

    private void Remove(Task task)
    {
        lock (_lock)
            _tasks.Remove(task);
    }

    /// <summary>The right to act under a request id or a number; disposing it ends that.</summary>
    internal sealed class Ticket(RunningRestores owner, string name, TaskCompletionSource ended) : IDisposable
    {
        public void Dispose()
        {
            owner._names.TryRemove(name, out _);
            ended.TrySetResult();
        }
    }
}
