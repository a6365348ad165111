using System.Runtime.CompilerServices;
using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <summary>
/// Everything that changes by itself, as it is: phones, ports, leases, jobs and how much waits for a person, each with the revision of its last change. Who watches is told what
/// differs from what they were told before, so that a slow reader costs nothing but its own news.
/// </summary>
public sealed class LiveState(PhoneRegistry phones, DumpJobs jobs, Leases leases, VaultFile vault, TimeProvider time)
{
    // How long a watcher hears nothing, and how often the progress of jobs is looked at.
    private static readonly TimeSpan s_heartbeat = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_progress = TimeSpan.FromSeconds(1);

    // Jobs that have ended are told to those who saw them run; then they may go.
    private const int MostEndedJobs = 64;

    // No port has such a name.
    private const string AttentionKey = "";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _entries = [];

    // Clients that kept a number from before a restart must not take it for one of now. It fits into the 53 bits that JavaScript counts with.
    private ulong _revision = (ulong)time.GetUtcNow().ToUnixTimeMilliseconds() << 10;

    /// <summary>
    /// Tells all phones, the jobs that run and what waits for a person, a barrier, then every change, and a heartbeat when nothing changed for 10 s. The progress of
    /// jobs is told at most once a second. Runs until it is cancelled.
    /// </summary>
    public async IAsyncEnumerable<LiveEvent> WatchAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var told = new Dictionary<string, Entry>();
        bool isFirst = true;
        long since = time.GetTimestamp();
        Task changed = Task.CompletedTask;
        while (true)
        {
            // One for as long as nothing changes: each would wait at all four until then.
            if (changed.IsCompleted)
                changed = Task.WhenAny(phones.Changed, jobs.Changed, leases.Changed, vault.Attention.Changed);
            (Entry[] now, ulong revision) = Sample();
            bool anything = isFirst;
            foreach (LiveEvent news in Differences(told, now, revision, isFirst))
            {
                anything = true;
                yield return news;
            }
            if (isFirst)
                yield return new LiveBarrier(revision);
            isFirst = false;

            if (anything)
                since = time.GetTimestamp();
            TimeSpan left = s_heartbeat - time.GetElapsedTime(since);
            if (left <= TimeSpan.Zero)
            {
                yield return new LiveHeartbeat(revision);
                since = time.GetTimestamp();
                left = s_heartbeat;
            }
            bool runs = now.Any(e => e.Value is JobView { HasEnded: false });
            await WaitAsync(changed, runs && left > s_progress ? s_progress : left, ct);
        }
    }

    private async Task WaitAsync(Task changed, TimeSpan longest, CancellationToken ct)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await Task.WhenAny(changed, Task.Delay(longest, time, over.Token));
        await over.CancelAsync();
        ct.ThrowIfCancellationRequested();
    }

    /// <summary>What a watcher was not told yet; brings what it was told up to date.</summary>
    private static IEnumerable<LiveEvent> Differences(Dictionary<string, Entry> told, Entry[] now, ulong revision, bool isFirst)
    {
        foreach (Entry gone in told.Values.ExceptBy(now.Select(e => e.Key), e => e.Key).ToArray())
        {
            told.Remove(gone.Key);
            if (gone.Value is Held(var phone, _))
                yield return new PhoneGone(revision, phone.Name, phone.Port);
        }
        foreach (Entry entry in now.OrderBy(e => e.Revision))
        {
            if (told.TryGetValue(entry.Key, out Entry? before) && before.Revision == entry.Revision)
                continue;
            told[entry.Key] = entry;
            if (entry.Value is Held(var phone, var lease))
                yield return new PhoneNews(entry.Revision, phone, lease);
            else if (entry.Value is JobView job && !(isFirst && job.HasEnded))
                yield return new JobNews(entry.Revision, job);
            else if (entry.Value is AttentionCounts counts)
                yield return new AttentionNews(entry.Revision, counts);
        }
    }

    /// <summary>Looks at everything; what differs from the last look gets a new revision, whoever looks first.</summary>
    private (Entry[] Entries, ulong Revision) Sample()
    {
        lock (_lock)
        {
            PhoneView[] present = [.. phones.List()];
            foreach (PhoneView phone in present)
                Put(KeyOf(phone), new Held(phone, leases.HolderOf(phone.Name)), IsSameHeld);
            var known = present.Select(KeyOf).ToHashSet();
            foreach (Entry gone in _entries.Values.Where(e => e.Value is Held && !known.Contains(e.Key)).ToArray())
            {
                _entries.Remove(gone.Key);
                _revision++;
            }

            IReadOnlyList<JobView> running = jobs.Running();
            foreach (JobView job in running)
                Put(job.Name, job, IsSame);
            var still = running.Select(j => j.Name).ToHashSet();
            foreach (Entry ended in _entries.Values.Where(e => e.Value is JobView { HasEnded: false } && !still.Contains(e.Key)).ToArray())
                if (jobs.Ended(ended.Key) is { } job)
                    Put(ended.Key, job, IsSame);
            foreach (Entry old in _entries.Values.Where(e => e.Value is JobView { HasEnded: true }).OrderByDescending(e => e.Revision).Skip(MostEndedJobs).ToArray())
                _entries.Remove(old.Key);
            Put(AttentionKey, vault.Attention.Now, Equals);
            return ([.. _entries.Values], _revision);
        }
    }

    private void Put(string key, object value, Func<object, object, bool> same)
    {
        if (!_entries.TryGetValue(key, out Entry? before) || !same(before.Value, value))
            _entries[key] = new Entry(key, ++_revision, value);
    }

    // Two ports may bear one name for a moment.
    private static string KeyOf(PhoneView phone) => $"{phone.Name} {phone.Port}";

    // A view is made anew each time, with lists of its own.
    private static bool IsSame(object left, object right)
    {
        var (a, b) = ((JobView)left, (JobView)right);
        return a.State == b.State && a.Progress == b.Progress && a.Hint == b.Hint && a.WaitUntil == b.WaitUntil && a.Notes.Count == b.Notes.Count;
    }

    // When a lease was renewed last is no news: it would be told every few seconds.
    private static bool IsSameHeld(object left, object right)
    {
        var (a, b) = ((Held)left, (Held)right);
        return a.Phone == b.Phone && a.Lease?.Token == b.Lease?.Token && a.Lease?.Waiting == b.Lease?.Waiting;
    }

    private sealed record Held(PhoneView Phone, LeaseView? Lease);

    private sealed record Entry(string Key, ulong Revision, object Value);
}
