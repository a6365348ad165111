using Google.Protobuf.WellKnownTypes;
using ImeiAgent.V1;

namespace ImeiAgent.Client;

// Dumps that live in the agent, and the items they leave out.
public sealed partial class AgentClient
{
    // One call of a wait that may last for hours: short enough that a dead connection shows.
    private static readonly TimeSpan WaitPiece = TimeSpan.FromMinutes(1);

    /// <summary>Starts a dump, or joins the one that reads the same already; may therefore be repeated, and is when the connection breaks.</summary>
    public Task<StartDumpResponse> StartDumpAsync(StartDumpRequest request, CancellationToken cancellation) => Resuming.CallAsync(
        () => CallAsync(options => _jobs.StartDumpAsync(request, options), WithPhone, cancellation), _time, cancellation);

    /// <summary>Returns a job as it is now.</summary>
    public Task<GetJobResponse> GetJobAsync(GetJobRequest request, CancellationToken cancellation) =>
        CallAsync(options => _jobs.GetJobAsync(request, options), Quick, cancellation);

    /// <summary>Lists one page of jobs, newest first.</summary>
    public Task<ListJobsResponse> ListJobsAsync(ListJobsRequest request, CancellationToken cancellation) =>
        CallAsync(options => _jobs.ListJobsAsync(request, options), Quick, cancellation);

    /// <summary>Ends a job. Whoever asks with unless_shared keeps its own watch open meanwhile: that is how the agent counts.</summary>
    public Task<CancelJobResponse> CancelJobAsync(CancelJobRequest request, CancellationToken cancellation) =>
        CallAsync(options => _jobs.CancelJobAsync(request, options), Quick, cancellation);

    /// <summary>Waits for a job's end, over as many calls as that takes, and over an agent that is started again.</summary>
    /// <param name="name">The job's name, or a unique beginning.</param>
    /// <param name="limit">How long at most; null is for ever.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The job as it ended, or as it is when the time is over.</returns>
    public async Task<Job> WaitJobAsync(string name, TimeSpan? limit, CancellationToken cancellation)
    {
        long start = _time.GetTimestamp();
        TimeSpan Left() => limit is { } whole ? whole - _time.GetElapsedTime(start) : WaitPiece;
        bool known = _wasThere;
        Outage? outage = null;
        while (true)
        {
            TimeSpan piece = TimeSpan.FromTicks(Math.Clamp(Left().Ticks, TimeSpan.TicksPerMillisecond, WaitPiece.Ticks));
            WaitJobRequest request = new() { Name = name, Limit = Duration.FromTimeSpan(piece) };
            try
            {
                Job job = (await CallAsync(
                    options => _jobs.WaitJobAsync(request, options), piece + WithPhone, cancellation).ConfigureAwait(false)).Job;
                if (job.HasEnded || Left() <= TimeSpan.Zero)
                    return job;
                (name, known, outage) = (job.Name, true, null);
                continue;
            }
            catch (AgentException fault) when (Outage.IsOne(fault))
            {
                outage ??= Outage.Begin(_time, fault, known);
                if (outage.IsOver || Left() <= TimeSpan.Zero)
                    throw;
            }
            await outage.PauseAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Watches a job: a header, its batches, changes of its state, progress, a summary. A connection that breaks, and an agent that is
    /// started again, are waited for up to 2 minutes and show in nothing but a note: each batch comes once.
    /// </summary>
    /// <param name="request">The job, and what of it.</param>
    /// <param name="onNote">Told for a person when the connection breaks and when it is back.</param>
    /// <param name="cancellation">Ends the watch, not the job.</param>
    /// <exception cref="AgentException">
    /// What the job failed of; the agent's refusal; <see cref="AgentException.ConnectionLost"/>, with the metadata "job", when the agent
    /// stayed away.
    /// </exception>
    public IAsyncEnumerable<WatchJobResponse> WatchJobAsync(WatchJobRequest request, Action<string>? onNote, CancellationToken cancellation) =>
        // An agent that has answered before, as with the job's name, is worth waiting for from the first moment on.
        Resuming.WatchAsync(
            new WatchPlace(request, isKnown: _wasThere), rest => OpenWatch(rest, cancellation), Endpoint, _time, onNote, cancellation);

    /// <summary>Lists the items that are not read.</summary>
    public Task<ListSkipsResponse> ListSkipsAsync(ListSkipsRequest request, CancellationToken cancellation) =>
        CallAsync(options => _nv.ListSkipsAsync(request, options), Quick, cancellation);

    /// <summary>Puts an item on the list of its model.</summary>
    public Task<AddSkipResponse> AddSkipAsync(AddSkipRequest request, CancellationToken cancellation) =>
        CallAsync(options => _nv.AddSkipAsync(request, options), Quick, cancellation);

    /// <summary>Takes an item off the list.</summary>
    public Task<RemoveSkipResponse> RemoveSkipAsync(RemoveSkipRequest request, CancellationToken cancellation) =>
        CallAsync(options => _nv.RemoveSkipAsync(request, options), Quick, cancellation);

    private IAsyncEnumerable<WatchJobResponse> OpenWatch(WatchJobRequest rest, CancellationToken cancellation) =>
        StreamAsync(options => _jobs.WatchJob(rest, options), null, Silence, cancellation);
}
