using System.Diagnostics;
using ImeiAgent.Client.Desktop.Agents;
using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Nv;

/// <summary>
/// What a job has read so far, for all windows: one watch, from the job's first item on. It goes on when the connection breaks, and no item is missing or
/// comes twice.
/// </summary>
public sealed class LiveRead : IAsyncDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _end = new();
    private readonly AgentLink _link;
    private readonly TimeProvider _time;
    private ulong _last;
    private readonly Task _watch;

    internal LiveRead(AgentLink link, Job job, TimeProvider time)
    {
        (_link, Job, _time) = (link, job, time);
        _watch = Task.Run(() => WatchAsync(_end.Token));
    }

    /// <summary>The job as it was last told.</summary>
    public Job Job { get; private set; }

    /// <summary>The items that came.</summary>
    public ItemSheet Sheet { get; } = new();

    /// <summary>How far it has come; null before that was told.</summary>
    public ReadProgress? Progress { get; private set; }

    /// <summary>What was read in the end; null before.</summary>
    public ReadSummary? Summary { get; private set; }

    /// <summary>Why nothing more comes: the job failed or was cancelled, or it cannot be watched; null while it can, and when it went well.</summary>
    public AgentException? Fault { get; private set; }

    /// <summary>Whether nothing more will come.</summary>
    public bool IsOver => Summary is not null || Fault is not null;

    /// <summary>Windows that look at it.</summary>
    internal int Lookers { get; set; }

    /// <summary>Raised after anything came, on any thread.</summary>
    public event Action? Changed;

    /// <summary>Watches no more.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _watch.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    private async Task WatchAsync(CancellationToken cancellation)
    {
        while (!await TryWatchAsync(cancellation))
            await Task.Delay(s_pause, _time, cancellation);
    }

    // False when the same may be asked again from where it broke off: the job goes on without its watch.
    private async Task<bool> TryWatchAsync(CancellationToken cancellation)
    {
        using Activity? span = AgentLink.StartAction("job.watch");
        try
        {
            WatchJobRequest rest = new() { Name = Job.Name, FromSequence = _last + 1 };
            await foreach (WatchJobResponse message in _link.Client.WatchJobAsync(rest, null, cancellation))
            {
                Take(message);
                Changed?.Invoke();
            }
            return true;
        }
        catch (AgentException fault)
        {
            CallFault.Of(fault, span);
            if (fault.IsPassing)
                return false;
            Fault = fault;
            Changed?.Invoke();
            return true;
        }
        catch (ObjectDisposedException)
        {
            return true; // The agent was forgotten, and its pages with it.
        }
    }

    private void Take(WatchJobResponse message)
    {
        switch (message.EventCase)
        {
            case WatchJobResponse.EventOneofCase.Batch:
                Sheet.Add(message.Batch.Items);
                _last = message.Batch.Sequence;
                break;
            case WatchJobResponse.EventOneofCase.Progress:
                Progress = message.Progress;
                break;
            case WatchJobResponse.EventOneofCase.Job:
                Job = message.Job;
                break;
            case WatchJobResponse.EventOneofCase.Summary:
                Summary = message.Summary;
                break;
        }
    }
}
