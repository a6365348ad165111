using System.Runtime.CompilerServices;
using ImeiAgent.Vault;
using Microsoft.Extensions.Logging;

namespace ImeiAgent.Operations;

/// <summary>
/// The dumps of this agent: starts, finds, watches and ends them. A job lives in the vault; while it runs, one <see cref="RunningDump"/>
/// works at it. Jobs that an earlier agent left open are taken up at once, and go on when their phone is there.
/// </summary>
public sealed partial class DumpJobs : IAsyncDisposable
{
    private static readonly TimeSpan s_betweenPrunes = TimeSpan.FromHours(1);

    private readonly PhoneRegistry _phones;
    private readonly VaultFile _vault;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly DumpOrdering _ordering;
    private readonly RunningDumps _running;
    private readonly Task _pruning;

    /// <summary>Takes up what an earlier agent left open.</summary>
    public DumpJobs(PhoneRegistry phones, VaultFile vault, TimeProvider time, ILogger<DumpJobs> log)
    {
        (_phones, _vault, _time, _log) = (phones, vault, time, log);
        _ordering = new DumpOrdering(phones, vault, time);
        _running = new RunningDumps(phones, vault, time, log);
        _pruning = PruneAsync();
        _running.TakeUp();
    }

    /// <summary>Starts a dump, or finds the running one that reads the same from the same phone.</summary>
    /// <exception cref="OperationException">An argument is wrong, the phone is not there, or the vault failed.</exception>
    public async Task<(JobView Job, bool Shared)> StartAsync(DumpRequest request, CancellationToken ct)
    {
        (RunningDump dump, bool shared) = await FindOrStartAsync(request, ct);
        return (dump.View(), shared);
    }

    /// <summary>Starts a dump, or finds the running one, and watches it.</summary>
    /// <exception cref="OperationException">As <see cref="StartAsync"/>, or the job failed or was cancelled.</exception>
    public async IAsyncEnumerable<DumpEvent> ReadAsync(DumpRequest request, WatchRequest watch, [EnumeratorCancellation] CancellationToken ct)
    {
        (RunningDump dump, bool shared) = await FindOrStartAsync(request, ct);
        await foreach (DumpEvent told in JobWatch.RunAsync(dump, shared, watch, _phones, _vault, _time, ct))
            yield return told;
    }

    /// <summary>Watches a job, running or ended.</summary>
    /// <param name="name">Name or a unique beginning of it, with or without "jobs/".</param>
    /// <param name="watch">What of it.</param>
    /// <param name="ct">Ends the watch, not the job.</param>
    /// <exception cref="OperationException">There is no such job, or it failed or was cancelled, or its batches are gone.</exception>
    public IAsyncEnumerable<DumpEvent> WatchAsync(string name, WatchRequest watch, CancellationToken ct)
    {
        JobRow row = Find(name);
        return _running.Find(row.Name) is { } dump
            ? JobWatch.RunAsync(dump, shared: false, watch, _phones, _vault, _time, ct)
            : JobWatch.ReplayAsync(Find(row.Name), watch, _phones, _vault, ct);
    }

    /// <summary>A job as it is now.</summary>
    /// <exception cref="OperationException">None or several have that name, or the vault failed.</exception>
    public JobView Get(string name) => View(Find(name));

    /// <summary>The jobs that run, as they are now.</summary>
    internal IReadOnlyList<JobView> Running() => _running.Views();

    /// <summary>A job that has ended; null when it has not, or when the vault fails.</summary>
    internal JobView? Ended(string name)
    {
        try
        {
            return Get(name) is { HasEnded: true } ended ? ended : null;
        }
        catch (OperationException)
        {
            return null;
        }
    }

    /// <summary>Completes when the next job begins or ends.</summary>
    internal Task Changed => _running.Changed;

    /// <summary>A page of jobs, newest first.</summary>
    /// <param name="device">Only those of this phone, attached or by its full name; empty for all.</param>
    /// <param name="pageSize">1 to 1,000; 0 means 100.</param>
    /// <param name="pageToken">From an earlier page; empty for the first.</param>
    /// <exception cref="OperationException">An argument is wrong, or the vault failed.</exception>
    public JobPage List(string device, int pageSize, string pageToken)
    {
        (JobRow[] found, string next) = Paging.Page(
            pageSize, limit => _vault.Jobs.List(device.Length == 0 ? null : _phones.NameOf(device), limit, pageToken), row => row.Name);
        return new JobPage([.. found.Select(View)], next);
    }

    /// <summary>Ends a job; of one that has ended nothing is changed.</summary>
    /// <param name="name">As for <see cref="Get"/>.</param>
    /// <param name="by">Who asks.</param>
    /// <param name="unlessShared">Leave it running while somebody else asked for it or watches it.</param>
    /// <param name="ct">Ends the wait for the job's end, not the cancelling.</param>
    /// <exception cref="OperationException">There is no such job, or the vault failed.</exception>
    public async Task<JobView> CancelAsync(string name, Caller by, bool unlessShared, CancellationToken ct)
    {
        JobRow row = Find(name);
        if (_running.Find(row.Name) is not { } dump || (unlessShared && !dump.Audience.Leave(by)))
            return Get(row.Name);
        if (dump.IsAbandoned)
        {
            dump.EndAbandoned();
            _running.Forget(dump);
            return Get(row.Name);
        }
        await dump.CancelAsync();
        await WhenEndedAsync(dump, ct);
        return Get(row.Name);
    }

    /// <summary>The job when it has ended, or as it is when the time is over.</summary>
    /// <param name="name">As for <see cref="Get"/>.</param>
    /// <param name="limit">How long to wait at most.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="OperationException">There is no such job, or the vault failed.</exception>
    public async Task<JobView> WaitAsync(string name, TimeSpan limit, CancellationToken ct)
    {
        JobRow row = Find(name);
        if (_running.Find(row.Name) is { } dump)
        {
            // Who waits for a job wants it as much as who watches it.
            dump.Audience.CountWatchers(1);
            try
            {
                using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
                await Task.WhenAny(WhenEndedAsync(dump, over.Token), Task.Delay(limit, _time, over.Token));
                await over.CancelAsync();
            }
            finally
            {
                dump.Audience.CountWatchers(-1);
            }
            ct.ThrowIfCancellationRequested();
        }
        return Get(row.Name);
    }

    /// <summary>Begins nothing new and stops reading; what was read is on the disk when this completes, and the next agent goes on.</summary>
    public async ValueTask DisposeAsync()
    {
        await _running.DisposeAsync();
        await _pruning;
    }

    /// <summary>What ended long ago goes, also when nothing happens: batches hold what is secret in a phone.</summary>
    private async Task PruneAsync()
    {
        using var timer = new PeriodicTimer(s_betweenPrunes, _time);
        try
        {
            do
            {
                try
                {
                    _vault.Jobs.Prune();
                }
                catch (VaultUnavailableException e)
                {
                    LogNotPruned(_log, e);
                }
            }
            while (await timer.WaitForNextTickAsync(_running.Stopping));
        }
        catch (OperationCanceledException)
        {
            // The agent ends.
        }
    }

    private async Task<(RunningDump Dump, bool Shared)> FindOrStartAsync(DumpRequest request, CancellationToken ct) =>
        _running.FindOrStart(await _ordering.RunAsync(request, ct), request.By);

    private static async Task WhenEndedAsync(RunningDump dump, CancellationToken ct)
    {
        while (true)
        {
            Task next = dump.News.Next;
            if (dump.View().HasEnded)
                return;
            await next.WaitAsync(ct);
        }
    }

    private JobRow Find(string name) => VaultAccess.Try(() => _vault.Jobs.Find(JobNames.Bare(name)));

    private JobView View(JobRow row) => _running.Find(row.Name)?.View() ?? JobViews.Of(row);

    [LoggerMessage(2112, LogLevel.Warning, "Batches of jobs that ended long ago could not be removed")]
    private static partial void LogNotPruned(ILogger log, Exception exception);
}
