using System.Runtime.CompilerServices;
using ImeiAgent.Diag.Identity;
using ImeiAgent.Vault;

namespace ImeiAgent.Integration.Vault;

/// <summary>This very program, started again to be an agent that a test can kill: it opens journal rows until it dies.</summary>
internal static class ChildAgent
{
    public const string Variable = "IMEIAGENT_TEST_JOURNAL_IN";

    // Runs before the test runner; does nothing unless a test started the process.
    [ModuleInitializer]
    internal static void Run()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } directory)
            return;
        using VaultFile vault = VaultFile.Open(directory, TimeProvider.System);
        string backup = vault.Snapshots.Save(
            new NewSnapshot(SnapshotOrigin.BeforeWrite, "phone-1", PhoneIdentity.None, []), new SnapshotBuilder().Build()).Name;
        for (int i = 1; ; i++)
        {
            JournalRow row = vault.Journal.Open(new JournalEntry(
                $"r-{i}", new string('a', 64), "phone-1", PhoneIdentity.None,
                [new JournalSlot(1, OldActive: false, OldData: [], NewData: [8], CheckDigitComputed: false, SourceSnapshot: "")],
                Reason: "", Evidence: "", Operator: "ana", ApprovedBy: "", ApprovalReason: "", Restart: true, TraceId: ""));
            vault.Journal.BackedUp(row.Id, backup);
            vault.Journal.Advance(row.Id, JournalState.Intent);
            vault.Journal.Advance(row.Id, JournalState.Sent);
            Console.Out.WriteLine(row.Entry.RequestId);
            Console.Out.Flush();
        }
    }
}
