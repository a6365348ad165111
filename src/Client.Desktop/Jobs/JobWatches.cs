using ImeiAgent.Client.Desktop.Agents;
using ImeiAgent.Client.Desktop.Shell;

namespace ImeiAgent.Client.Desktop.Jobs;

/// <summary>
/// The jobs that windows look at: one watch of each, however many windows and pages look at it, so that a further one costs the agent nothing. A watch outlives a
/// reload or a change of pages, and ends when nobody has looked for half a minute. Safe for use by several threads.
/// </summary>
public sealed class JobWatches(TimeProvider time) : IAsyncDisposable
{
    /// <summary>How long a watch is kept at which nobody looks. Both SIMs of a phone are about 13 MiB.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly Dictionary<(AgentLink Link, string Job), Watched> _watched = [];

    /// <summary>Jobs that are watched now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _watched.Count;
        }
    }

    /// <summary>Begins to look at a job, until the look is disposed.</summary>
    /// <param name="link">The agent.</param>
    /// <param name="job">The job's name, with or without "jobs/".</param>
    public JobLook Look(AgentLink link, string job)
    {
        ArgumentNullException.ThrowIfNull(link);
        ArgumentNullException.ThrowIfNull(job);
        string name = "jobs/" + Named.Short(job);
        lock (_gate)
        {
            // One that was refused for good is not asked again by itself, but by whoever looks anew.
            if (!_watched.TryGetValue((link, name), out Watched? watched) || watched.Watch.Sight is { IsLost: false, Fault: not null })
                _watched[(link, name)] = watched = new Watched(new JobWatch(link, name, time));
            watched.Lookers++;
            watched.Leaving?.Dispose();
            watched.Leaving = null;
            return new JobLook(watched.Watch, () => Leave((link, name), watched));
        }
    }

    /// <summary>Ends all watches.</summary>
    public async ValueTask DisposeAsync()
    {
        Watched[] all;
        lock (_gate)
        {
            all = [.. _watched.Values];
            _watched.Clear();
        }
        foreach (Watched watched in all)
        {
            watched.Leaving?.Dispose();
            await watched.Watch.DisposeAsync();
        }
    }

    private void Leave((AgentLink Link, string Job) key, Watched watched)
    {
        lock (_gate)
        {
            if (--watched.Lookers == 0)
                watched.Leaving = time.CreateTimer(_ => Forget(key, watched), null, Patience, Timeout.InfiniteTimeSpan);
        }
    }

    private void Forget((AgentLink Link, string Job) key, Watched watched)
    {
        lock (_gate)
        {
            // Somebody came while the timer went off, or the program ends.
            if (watched.Lookers > 0 || _watched.GetValueOrDefault(key) != watched)
                return;
            _watched.Remove(key);
            watched.Leaving?.Dispose();
        }
        _ = watched.Watch.DisposeAsync().AsTask();
    }

    private sealed class Watched(JobWatch watch)
    {
        public JobWatch Watch { get; } = watch;

        public int Lookers { get; set; }

        public ITimer? Leaving { get; set; }
    }
}

/// <summary>A window's look at a job.</summary>
public sealed class JobLook : IDisposable
{
    private Action? _leave;

    internal JobLook(JobWatch watch, Action leave) => (Watch, _leave) = (watch, leave);

    /// <summary>The job.</summary>
    public JobWatch Watch { get; }

    /// <summary>The window looks no more.</summary>
    public void Dispose() => Interlocked.Exchange(ref _leave, null)?.Invoke();
}
