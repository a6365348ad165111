using System.Diagnostics;
using ImeiAgent.Client.Desktop.Agents;
using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Jobs;

/// <summary>
/// One job as it goes on, for all windows of the program and all pages: one watch, whose batches become the picture of the items and the table of
/// them. The watch resumes by itself when the connection breaks, however long that lasts, and no item is missing or comes twice.
/// </summary>
public sealed class JobWatch : IAsyncDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1), s_redraw = TimeSpan.FromMilliseconds(250);

    private readonly AgentLink _link;
    private readonly TimeProvider _time;
    private readonly Dictionary<uint, RangeCells> _cells = new() { [1] = new(), [2] = new() };
    private readonly CancellationTokenSource _end = new();
    private readonly Task _watch;
    private ulong _last;
    private long _shown; // When somebody was last told.

    /// <summary>Begins to watch.</summary>
    /// <param name="link">The agent.</param>
    /// <param name="job">The job's full name.</param>
    /// <param name="time">The clock.</param>
    internal JobWatch(AgentLink link, string job, TimeProvider time)
    {
        (_link, Name, _time) = (link, job, time);
        _watch = Task.Run(() => WatchAsync(_end.Token));
    }

    /// <summary>The job's full name.</summary>
    public string Name { get; }

    /// <summary>What is known of it; replaced as a whole.</summary>
    public JobSight Sight { get; private set; } = new(null);

    /// <summary>Raised after <see cref="Sight"/> was replaced, and at most four times a second when batches came; on any thread.</summary>
    public event Action? Changed;

    /// <summary>The items of a SIM slot.</summary>
    /// <param name="slot">1 or 2.</param>
    public RangeCells Cells(uint slot) => _cells[slot];

    /// <summary>The items that came, in the order they came.</summary>
    public ItemSheet Sheet { get; } = new();

    /// <summary>Watches no more.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _watch.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    private async Task WatchAsync(CancellationToken cancellation)
    {
        while (true)
        {
            using (Activity? span = AgentLink.StartAction("job.watch"))
            {
                try
                {
                    await WatchOnceAsync(cancellation);
                    return;
                }
                catch (AgentException fault)
                {
                    bool isLost = fault.IsPassing;
                    Show(Sight with { IsLost = isLost, Fault = CallFault.Of(fault, span) });
                    if (!isLost)
                        return;
                }
                catch (ObjectDisposedException)
                {
                    return; // The agent was forgotten, and its pages with it.
                }
            }
            await Task.Delay(s_pause, _time, cancellation);
        }
    }

    private async Task WatchOnceAsync(CancellationToken cancellation)
    {
        Job job = await JobAsync(cancellation);
        Show(Sight with { Job = job, Progress = job.Progress, IsLost = false, Fault = null });
        try
        {
            WatchJobRequest rest = new() { Name = job.Name, FromSequence = _last + 1, FoldAbsent = true };
            await foreach (WatchJobResponse message in _link.Client.WatchJobAsync(rest, OnNote, cancellation))
                Take(message);
        }
        catch (AgentException fault) when (!fault.IsPassing && fault.Code != ErrorReason.JobBatchesGone)
        {
            // How a job ended that failed or was cancelled is told as an error too. Any other leaves the picture in pieces.
            job = await JobAsync(cancellation);
            if (job.Failure is not { } end || end.Reason != fault.Reason)
                throw;
        }
        job = await JobAsync(cancellation);
        Show(new JobSight(job, job.Progress, IsWhole: true));
    }

    private async Task<Job> JobAsync(CancellationToken cancellation) =>
        (await _link.Client.GetJobAsync(new GetJobRequest { Name = Sight.Job?.Name ?? Name }, cancellation)).Job;

    // The client tells in turn that the connection broke and that it is there again.
    private void OnNote(string note) => Show(Sight with { IsLost = !Sight.IsLost });

    private void Take(WatchJobResponse message)
    {
        switch (message.EventCase)
        {
            case WatchJobResponse.EventOneofCase.Batch:
                // No batch is longer than all items of both slots, whatever an agent says.
                NvItem[] items = [.. message.Batch.Items.Unfolded().Take(2 * RangeCells.Count)];
                foreach ((uint slot, RangeCells cells) in _cells)
                    cells.Take(items, slot);
                Sheet.Add(items);
                _last = message.Batch.Sequence;
                if (_time.GetElapsedTime(_shown) >= s_redraw)
                    Show(Sight with { IsLost = false });
                break;
            case WatchJobResponse.EventOneofCase.Progress:
                Show(Sight with { Progress = message.Progress, IsLost = false });
                break;
            case WatchJobResponse.EventOneofCase.Job:
                Show(Sight with { Job = message.Job, IsLost = false });
                break;
        }
    }

    private void Show(JobSight next)
    {
        (Sight, _shown) = (next, _time.GetTimestamp());
        Changed?.Invoke();
    }
}
