using ImeiAgent.Client.Desktop.Agents;

namespace ImeiAgent.Client.Desktop.Backups;

/// <summary>
/// The jobs that windows look at: one watch of each, however many windows look at its page, so that a further window costs the agent nothing. A watch outlives a
/// reload or a change of pages, and ends when nobody has looked for half a minute. Safe for use by several threads.
/// </summary>
public sealed class JobPictures(TimeProvider time) : IAsyncDisposable
{
    /// <summary>How long a picture is kept at which nobody looks. Its memory is at most 3 MiB.</summary>
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
        lock (_gate)
        {
            if (!_watched.TryGetValue((link, job), out Watched? watched))
                _watched[(link, job)] = watched = new Watched(new JobPicture(link, job, time));
            watched.Lookers++;
            watched.Leaving?.Dispose();
            watched.Leaving = null;
            return new JobLook(watched.Picture, () => Leave((link, job), watched));
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
            await watched.Picture.DisposeAsync();
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
        _ = watched.Picture.DisposeAsync().AsTask();
    }

    private sealed class Watched(JobPicture picture)
    {
        public JobPicture Picture { get; } = picture;

        public int Lookers { get; set; }

        public ITimer? Leaving { get; set; }
    }
}

/// <summary>A window's look at a job.</summary>
public sealed class JobLook : IDisposable
{
    private Action? _leave;

    internal JobLook(JobPicture picture, Action leave) => (Picture, _leave) = (picture, leave);

    /// <summary>The job.</summary>
    public JobPicture Picture { get; }

    /// <summary>The window looks no more.</summary>
    public void Dispose() => Interlocked.Exchange(ref _leave, null)?.Invoke();
}
