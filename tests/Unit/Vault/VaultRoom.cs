using ImeiAgent.Diag.Identity;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Vault;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;

namespace ImeiAgent.Unit.Vault;

/// <summary>A directory of its own for a test's vault, with a hand on the file behind the vault's back.</summary>
/// <param name="onDisk">Whether the disk is to be waited for; else memory is used where the machine has a folder in it.</param>
internal sealed class VaultRoom(bool onDisk = true) : IDisposable
{
    private const string Memory = "/dev/shm";

    public static readonly PhoneIdentity Galaxy = new("SM-G991U", "G991USQU4AUDA", "80F1A2B3", "A0000012345678", "Jan 1 2026 10:00:00");

    private readonly DirectoryInfo _parent = onDisk || !Directory.Exists(Memory)
        ? Directory.CreateTempSubdirectory("vault-test-")
        : Directory.CreateDirectory(Path.Combine(Memory, $"vault-test-{Guid.NewGuid()}"));
    private VaultFile? _vault;

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));

    public string Home => Path.Combine(_parent.FullName, "vault");

    public string Database => Path.Combine(Home, "vault.db");

    public VaultFile Vault => _vault ??= VaultFile.Open(Home, Time);

    public void Close()
    {
        _vault?.Dispose();
        _vault = null;
    }

    /// <summary>Runs SQL on the file, past the vault.</summary>
    public object? Raw(string sql, params (string Name, object Value)[] values)
    {
        using var connection = new SqliteConnection($"Data Source={Database};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        foreach ((string name, object value) in values)
            command.Parameters.AddWithValue(name, value);
        return command.ExecuteScalar();
    }

    public SnapshotInfo Save(SnapshotContent content, string device = "phone-1", params string[] notes) =>
        Vault.Snapshots.Save(new NewSnapshot(SnapshotOrigin.Read, device, Galaxy, notes), content);

    /// <summary>A write of a label's number to SIM 1.</summary>
    public static JournalEntry Entry(string requestId, string device = "phone-1") => new(
        requestId, new string('a', 64), device, Galaxy, [Slot(1)], Reason: "IMEI lost after an update", Evidence: "ticket 4711",
        Operator: "ana", ApprovedBy: "", ApprovalReason: "", Restart: true, TraceId: "4bf92f3577b34da6a3ce929d0e0e4736");

    /// <summary>Zeros before, 356938035643809 after.</summary>
    public static JournalSlot Slot(byte slot) => new(
        slot, OldActive: true, OldData: [8, 0x0A, 0, 0, 0, 0, 0, 0, 0], NewData: [8, 0x3A, 0x65, 0x39, 8, 0x53, 0x46, 0x83, 0x90],
        CheckDigitComputed: false, SourceSnapshot: "");

    /// <summary>Opens a row and brings it to a state before Closed.</summary>
    public long Open(string requestId, JournalState state = JournalState.Checked, string device = "phone-1")
    {
        long id = Vault.Journal.Open(Entry(requestId, device)).Id;
        if (state >= JournalState.BackedUp)
            Vault.Journal.BackedUp(id, Save(Content(1), device).Name);
        if (state > JournalState.BackedUp)
            Vault.Journal.Advance(id, state);
        return id;
    }

    public JobRow Job(string device = "phone-1", params string[] notes) =>
        Vault.Jobs.Create(new NewJob(device, Galaxy, """{"slots":[1]}""", "ana", Total: 65536, notes));

    /// <summary>Adds batches behind the job's last and counts an item done for each.</summary>
    public void Append(JobRow job, params byte[][] batches)
    {
        JobRow now = Vault.Jobs.Find(job.Name);
        Vault.Jobs.Append(job.Id, now.LastSequence + 1, [.. batches.Select(batch => (ReadOnlyMemory<byte>)batch)],
            new JobTally(now.Tally.Done + batches.Length, now.Tally.Active + batches.Length, 0, 0), now.Reading + TimeSpan.FromSeconds(1));
    }

    public JobRow End(JobRow job, JobState state = JobState.Succeeded) =>
        Vault.Jobs.End(job.Id, new JobEnd(state, "", "", "", []));

    /// <summary>Item 0 active with <paramref name="first"/> as its only byte, item 1 not active.</summary>
    public static SnapshotContent Content(byte first)
    {
        var builder = new SnapshotBuilder();
        builder.Add(Active(1, 0, first));
        builder.Add(new NvReading(1, new NvItemId(1), NvOutcome.Answered, (ushort)NvStatus.NotActive, default));
        return builder.Build();
    }

    public static NvReading Active(byte slot, ushort item, params byte[] data) =>
        new(slot, new NvItemId(item), NvOutcome.Answered, (ushort)NvStatus.Done, NvData.From(data));

    public void Dispose()
    {
        Close();
        _parent.Delete(recursive: true);
    }
}
