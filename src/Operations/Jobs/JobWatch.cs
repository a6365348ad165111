using System.Runtime.CompilerServices;
using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <summary>
/// Watches a job. Nothing is queued for a watcher: it asks for the next batch when it has handed on the last, and gets it from memory
/// when that is one of the newest, else from the vault. So one that is slow, or stopped for an hour, costs a single batch of memory and
/// nobody's time, and misses nothing.
/// </summary>
internal static class JobWatch
{
    private static readonly TimeSpan s_heartbeat = TimeSpan.FromMilliseconds(500);

    /// <summary>Watches a running job until it ends.</summary>
    public static async IAsyncEnumerable<DumpEvent> RunAsync(
        RunningDump dump, bool shared, WatchRequest watch, PhoneRegistry phones, VaultFile vault, TimeProvider time, [EnumeratorCancellation] CancellationToken ct)
    {
        DumpTrace.LinkTo(dump.Row.Traceparent);
        dump.Audience.CountWatchers(1);
        if (!watch.OmitItems)
            dump.Spool.CountItemWatchers(1);
        try
        {
            JobView view = dump.View();
            ct.ThrowIfCancellationRequested();
            yield return Header(view, shared, phones);
            JobState told = view.State;
            string hint = view.Hint;
            // Who asks may have been told another state before.
            yield return new DumpStateChanged(view);

            long next = watch.FromNow ? view.Progress.Sequence + 1 : Math.Max(1, watch.FromSequence);
            long progressAt = 0;
            while (true)
            {
                Task news = dump.News.Next;
                view = dump.View();
                for (; !watch.OmitItems && next <= view.Progress.Sequence; next++)
                {
                    // A write that begins after the agent was told to end would cut the call off without its reason.
                    ct.ThrowIfCancellationRequested();
                    if (Batch(dump.Row.Id, dump.Name, next, dump.Spool, vault, watch) is { } batch)
                        yield return batch;
                }
                if ((view.State, view.Hint) != (told, hint) && !view.HasEnded)
                    yield return new DumpStateChanged(view);
                (told, hint) = (view.State, view.Hint);
                if (view.HasEnded || progressAt == 0 || time.GetElapsedTime(progressAt) >= s_heartbeat)
                {
                    progressAt = time.GetTimestamp();
                    yield return view.Progress;
                }
                if (view.HasEnded)
                {
                    yield return Ending(view);
                    yield break;
                }
                await WaitAsync(news, s_heartbeat - time.GetElapsedTime(progressAt), time, ct);
            }
        }
        finally
        {
            if (!watch.OmitItems)
                dump.Spool.CountItemWatchers(-1);
            dump.Audience.CountWatchers(-1);
        }
    }

    /// <summary>Tells a job that has ended, from what is in the vault.</summary>
    public static async IAsyncEnumerable<DumpEvent> ReplayAsync(
        JobRow row, WatchRequest watch, PhoneRegistry phones, VaultFile vault, [EnumeratorCancellation] CancellationToken ct)
    {
        DumpTrace.LinkTo(row.Traceparent);
        JobView view = JobViews.Of(row);
        yield return Header(view, shared: false, phones);
        for (long next = Math.Max(1, watch.FromSequence); !watch.OmitItems && !watch.FromNow && next <= row.LastSequence; next++)
        {
            ct.ThrowIfCancellationRequested();
            if (Batch(row.Id, view.Name, next, null, vault, watch) is { } batch)
                yield return batch;
        }
        yield return view.Progress;
        await Task.CompletedTask;
        yield return Ending(view);
    }

    private static DumpHeader Header(JobView job, bool shared, PhoneRegistry phones)
    {
        PhoneView phone = phones.List().FirstOrDefault(p => p.Name == job.Device)
            ?? new PhoneView(job.Device, "", PhoneState.Disconnected, "", new PhoneReading(job.Identity, []));
        return new DumpHeader(phone, job.Progress.Total, job.Notes, job.Name, shared);
    }

    private static DumpBatch? Batch(long id, string job, long sequence, Spool? spool, VaultFile vault, WatchRequest watch)
    {
        SpooledBatch batch = spool?.Recent(sequence)
            ?? (VaultAccess.Try(() => vault.Jobs.Batch(id, sequence)) is { } bytes ? new SpooledBatch(sequence, bytes) : throw Faults.BatchesGone(job));
        var wanted = new DumpBatch(batch, watch.SkipAbsent, watch.FoldAbsent);
        return !watch.SkipAbsent || wanted.Items.Any() ? wanted : null;
    }

    private static DumpSummary Ending(JobView job) =>
        job.Summary ?? throw (job.Error ?? (job.HasEnded ? Faults.JobCancelled(job.Name) : Faults.Stopping()));

    private static async Task WaitAsync(Task news, TimeSpan atMost, TimeProvider time, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        if (news.IsCompleted || atMost <= TimeSpan.Zero)
            return;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await Task.WhenAny(news, Task.Delay(atMost, time, over.Token));
        await over.CancelAsync();
        ct.ThrowIfCancellationRequested();
    }
}
