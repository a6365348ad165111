namespace ImeiAgent.Vault;

/// <summary>
/// The directory in which an agent keeps what it read and did: one SQLite file, owned by one agent at a time. Beside it a second for traces, which
/// may be lost.
/// Safe for use by many threads. SPC and passwords have no place in it.
/// </summary>
public sealed class VaultFile : IDisposable
{
    private readonly VaultStore _store;

    private VaultFile(VaultStore store, Traces traces, TimeProvider time)
    {
        _store = store;
        Traces = traces;
        Snapshots = new Snapshots(store, time);
        Attention = new Attention(store, time);
        Journal = new Journal(store, Attention, time);
        Approvals = new Approvals(store, Attention, time);
        Numbers = new Numbers(store, time);
        Audit = new Audit(store, time);
        Leases = new LeaseBook(store, Audit);
        Jobs = new Jobs(store, time);
        Learned = new Learned(store);
        Clients = new Clients(store);
    }

    /// <summary>
    /// Opens the vault in <paramref name="directory"/>; creates directory and file, for this account only, when they do not exist,
    /// and brings an older file up to date.
    /// </summary>
    /// <exception cref="VaultUnavailableException">
    /// Another agent has it open, a newer agent wrote it, it is no vault, or it cannot be written.
    /// </exception>
    public static VaultFile Open(string directory, TimeProvider time)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        string home = Path.GetFullPath(directory);
        var store = VaultStore.Open(home);
        try
        {
            return new VaultFile(store, Traces.Open(home, time, new TracesLimits()), time);
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>What was read from phones.</summary>
    public Snapshots Snapshots { get; }

    /// <summary>What restores are doing and did.</summary>
    public Journal Journal { get; }

    /// <summary>What a second person was asked to allow.</summary>
    public Approvals Approvals { get; }

    /// <summary>How much of both waits for a person.</summary>
    public Attention Attention { get; }

    /// <summary>Which phone last showed which number.</summary>
    public Numbers Numbers { get; }

    /// <summary>What anyone did.</summary>
    public Audit Audit { get; }

    /// <summary>Who may write to which phone.</summary>
    public LeaseBook Leases { get; }

    /// <summary>Dumps and what they have read so far.</summary>
    public Jobs Jobs { get; }

    /// <summary>What was learned of phone models.</summary>
    public Learned Learned { get; }

    /// <summary>The clients that were paired.</summary>
    public Clients Clients { get; }

    /// <summary>What happened inside the agent of late.</summary>
    public Traces Traces { get; }

    /// <summary>Closes the file and lets another agent have it. Calls under way are waited for.</summary>
    public void Dispose()
    {
        Traces.Dispose();
        _store.Dispose();
    }
}
