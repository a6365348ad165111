using ImeiAgent.Diag.Nv;
using ImeiAgent.Operations;
using ImeiAgent.TestKit;
using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Integration.Crash;

/// <summary>A phone that lost its numbers, in a process of its own, and a vault: an agent restores, something goes wrong, another agent comes.</summary>
internal sealed class CrashBench(CrashCase what, IReadOnlyList<int> slots) : IAsyncDisposable
{
    // What waits in vain waits so long.
    private static readonly TimeSpan GivesUp = TimeSpan.FromMilliseconds(500);

    private readonly TemporaryFolder _folder = new();
    private readonly string _id = Guid.NewGuid().ToString();
    private PhoneProcess? _phone;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private PhoneProcess Phone => _phone ??= new PhoneProcess(_folder.File("phone"), _folder.File("phone.store"), "galaxy-imei-lost", Seed: 7);

    /// <summary>Lets it happen, and holds what is there afterwards against what has to be.</summary>
    public async Task RunAsync()
    {
        Requires.Pty();
        await Phone.StartAsync(what.Quirks, Ct);
        await using var first = ChildProcess.Start(new ChildOrders(
            _folder.File("vault"), Phone.Link, _id, [.. slots], what.Step, what.Deed, what.Back == PhoneBack.Late ? GivesUp : 2 * Eventually.Deadline));
        string told = await HappenAsync(first);
        try
        {
            await IsSettledAsync(told);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{e.Message}\nThe first agent said \"{told}\":\n{first.Said}", e);
        }
    }

    /// <summary>What goes wrong; returns how the restore ended as the agent told it, empty when it was killed.</summary>
    private async Task<string> HappenAsync(ChildProcess agent)
    {
        if (what.Fault == Fault.AgentKilled)
        {
            await agent.DiedAsync(Ct);
            return "";
        }
        if (what.Back == PhoneBack.Stays)
            return await agent.EndedAsync(Ct);
        if (what.PhoneDiesAtWrite)
        {
            await Phone.DiesAsync(Ct);
        }
        else
        {
            await agent.ReachedAsync(Ct);
            await (what.Fault == Fault.CablePulled ? Phone.UnplugAsync() : Phone.KillAsync(Ct));
            await agent.GoOnAsync();
        }
        string told = what.Back == PhoneBack.Late ? await agent.EndedAsync(Ct) : "";
        await (what.Fault == Fault.CablePulled ? Phone.PlugAsync() : Phone.StartAsync(CrashCase.Brief, Ct));
        return what.Back == PhoneBack.Late ? told : await agent.EndedAsync(Ct);
    }

    private async Task IsSettledAsync(string told)
    {
        await using var second = RestoringAgent.Start(_folder.File("vault"), Phone.Link, new RestoringOptions(ChildRestorer.Haste));
        await second.OfferedAsync();

        // Before anybody was offered the phone, the row was closed with the truth.
        JournalRow row = second.Vault.Journal.FindByRequestId(_id)!;
        Assert.Equal(JournalState.Closed, row.State);
        Assert.Contains(row.Outcome!.Value, what.Outcomes(slots.Count));
        bool isNew = row.Outcome == WriteOutcome.Applied;
        foreach (int slot in (int[])[1, 2])
            Assert.Contains(Phone.Holds(slot), Allowed(slot, isNew && slots.Contains(slot)));
        Assert.True(IsTrue(told, isNew), $"It told {told}; the new values are {(isNew ? "" : "not ")}there.");

        // Who asks again is told the same.
        RestoreReceipt receipt = (await second.RunAsync(Numbers.Request(_id, slots))).Receipt;
        Assert.True(receipt.Replayed);
        Assert.Equal(((RestoreOutcome)row.Outcome.Value, row.Sha256, JournalRow.Hash(row)), (receipt.Outcome, receipt.Sha256, receipt.Sha256));

        // What the phone held is kept.
        Assert.Equal(what.Step == JournalState.Checked && !isNew, row.BackupSnapshot.Length == 0);
        if (row.BackupSnapshot.Length > 0)
            foreach (int slot in (int[])[1, 2])
                Assert.Equal(Old(slot), Numbers.Held(second.Vault.Snapshots.Load(row.BackupSnapshot).Find((byte)slot, NvItemId.Imei)));

        // And the phone can be restored.
        RestoreReceipt next = (await second.RunAsync(Numbers.Request(Guid.NewGuid().ToString(), slots))).Receipt;
        Assert.Equal(isNew ? RestoreOutcome.Unchanged : RestoreOutcome.Applied, next.Outcome);
        foreach (int slot in slots)
            Assert.Equal(Numbers.New(slot), Phone.Holds(slot));
    }

    /// <summary>What a slot of the profile holds at first.</summary>
    private static string Old(int slot) => slot == 1 ? Numbers.Zeros : Numbers.NotActive;

    /// <summary>What a slot may hold. An item cannot be made inactive again: zeros stand for that.</summary>
    private static string[] Allowed(int slot, bool isNew) => isNew ? [Numbers.New(slot)] : [Old(slot), Numbers.Zeros];

    /// <summary>Whether what the first agent told, if it could, agrees with what the phone holds.</summary>
    private static bool IsTrue(string told, bool isNew) => told switch
    {
        "" or nameof(RestoreOutcome.Unknown) => true,
        nameof(RestoreOutcome.Applied) => isNew,
        nameof(RestoreOutcome.Refused) or nameof(RestoreOutcome.RolledBack) or nameof(RestoreOutcome.NotInEffect) => !isNew,
        // Refused before the intent.
        nameof(OperationError.VaultUnavailable) or nameof(OperationError.DeviceDisconnected) or nameof(OperationError.NoReply) => !isNew,
        _ => false,
    };

    public async ValueTask DisposeAsync()
    {
        await Phone.DisposeAsync();
        _folder.Dispose();
    }
}
