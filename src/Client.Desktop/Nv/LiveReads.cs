using ImeiAgent.Client.Desktop.Agents;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Nv;

/// <summary>
/// The jobs whose items windows look at, one watch of each. A watch outlives a reload of its page; of those that nobody looks at the last 4 are kept, about
/// 10 MiB each. Safe for use by several threads.
/// </summary>
public sealed class LiveReads(TimeProvider time) : IAsyncDisposable
{
    private const int Most = 4;

    private readonly Lock _gate = new();
    private readonly List<(AgentLink Link, LiveRead Read)> _all = []; // What was looked at last is last.

    /// <summary>Begins to look at a job, until <see cref="Leave"/>.</summary>
    public LiveRead Look(AgentLink link, Job job)
    {
        ArgumentNullException.ThrowIfNull(link);
        ArgumentNullException.ThrowIfNull(job);
        lock (_gate)
        {
            int at = _all.FindIndex(one => ReferenceEquals(one.Link, link) && one.Read.Job.Name == job.Name);
            LiveRead read = at < 0 ? new LiveRead(link, job, time) : _all[at].Read;
            if (at >= 0)
                _all.RemoveAt(at);
            _all.Add((link, read));
            read.Lookers++;
            return read;
        }
    }

    /// <summary>Looks no more.</summary>
    public void Leave(LiveRead read)
    {
        ArgumentNullException.ThrowIfNull(read);
        List<LiveRead> dropped;
        lock (_gate)
        {
            read.Lookers--;
            dropped = [.. _all.Select(one => one.Read).Where(one => one.Lookers == 0).SkipLast(Most)];
            _all.RemoveAll(one => dropped.Contains(one.Read));
        }
        foreach (LiveRead one in dropped)
            _ = one.DisposeAsync().AsTask();
    }

    /// <summary>Ends all watches.</summary>
    public async ValueTask DisposeAsync()
    {
        LiveRead[] all;
        lock (_gate)
        {
            all = [.. _all.Select(one => one.Read)];
            _all.Clear();
        }
        foreach (LiveRead read in all)
            await read.DisposeAsync();
    }
}
