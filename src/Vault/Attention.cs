namespace ImeiAgent.Vault;

/// <summary>How much there is that a person should see to.</summary>
/// <param name="PendingApprovals">Questions that nobody has granted, as <see cref="Approvals.List"/> has them.</param>
/// <param name="OpenRows">Journal rows that are not closed, as <see cref="Journal.ListOpen"/> has them.</param>
/// <param name="Change">
/// Grows whenever a question is asked or granted, or a row is opened, moves on, is closed or is left by its restore, also where the counts stay as they are.
/// </param>
public readonly record struct AttentionCounts(int PendingApprovals, int OpenRows, ulong Change);

/// <summary>
/// What of the vault waits for a person, counted by those who write it: read from the file once, when it is opened, and never asked for again.
/// A vault has one owner, so nobody else changes what is counted.
/// </summary>
public sealed class Attention
{
    private readonly Lock _lock = new();
    private AttentionCounts _now;
    private TaskCompletionSource _changed = NewSignal();

    internal Attention(VaultStore store, TimeProvider time)
    {
        // Whoever kept a number from before a restart must not take it for one of now. It fits into the 53 bits that JavaScript counts with.
        ulong beginning = (ulong)time.GetUtcNow().ToUnixTimeMilliseconds() << 10;
        _now = store.Read(sql => new AttentionCounts(
            Approvals.CountPending(sql), Journal.CountOpen(sql), beginning));
    }

    /// <summary>As it is; never older than a write that has returned.</summary>
    public AttentionCounts Now
    {
        get
        {
            lock (_lock)
                return _now;
        }
    }

    /// <summary>Completes at the next change. Who takes it before looking at <see cref="Now"/> misses nothing.</summary>
    public Task Changed => Volatile.Read(ref _changed).Task;

    /// <summary>A restore ended, and may have left its row open: from now on a person can settle it, which nothing on the disk tells.</summary>
    public void LeftOpen() => Note();

    /// <summary>Something is on the disk. Differences, not totals: it does not matter in which order two writers come here.</summary>
    internal void Note(int approvals = 0, int rows = 0)
    {
        lock (_lock)
            _now = new AttentionCounts(_now.PendingApprovals + approvals, _now.OpenRows + rows, _now.Change + 1);
        Interlocked.Exchange(ref _changed, NewSignal()).SetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
