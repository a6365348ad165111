using ImeiAgent.Diag.Identity;
using ImeiAgent.Operations;
using ImeiAgent.Session;
using ImeiAgent.Vault;

namespace ImeiAgent.Unit.Operations;

/// <summary>Journal rows as an agent leaves them that is killed while it restores.</summary>
internal static class OpenRows
{
    /// <summary>Slot 1 was lost and is to hold 356938035643809.</summary>
    public static JournalSlot Slot1 =>
        new(1, OldActive: true, Convert.FromHexString("000000000000000000"), Convert.FromHexString("083A65390853468390"), CheckDigitComputed: false, "");

    /// <summary>Slot 2 was inactive and is to hold 490154203237518.</summary>
    public static JournalSlot Slot2 => new(2, OldActive: false, [], Convert.FromHexString("084A09512430325781"), CheckDigitComputed: false, "");

    /// <summary>Opens a row of the bench's first phone and leaves it at a step; returns its number.</summary>
    /// <param name="bench">The bench.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="state">How far it came.</param>
    /// <param name="of">Changes whose it is.</param>
    /// <param name="slots">The slots; slot 1 without it.</param>
    public static async Task<long> LeaveAsync(
        Bench bench, RestoreRequest request, JournalState state = JournalState.Intent, Func<PhoneIdentity, PhoneIdentity>? of = null, JournalSlot[]? slots = null)
    {
        // The name and identity as a first agent learnt them.
        Phone phone;
        await using (PhoneRegistry first = bench.NewRegistry([PortSpec.Parse("/dev/sim1")]))
            phone = await first.RequireAsync("", Bench.Ct);
        return Leave(bench, phone, request, state, of, slots);
    }

    /// <summary>The same, of a phone that was met before.</summary>
    public static long Leave(
        Bench bench, Phone phone, RestoreRequest request, JournalState state, Func<PhoneIdentity, PhoneIdentity>? of = null, JournalSlot[]? slots = null)
    {
        string backup = bench.Vault.Snapshots.Save(
            new NewSnapshot(SnapshotOrigin.BeforeWrite, phone.Name, phone.Last.Identity, []), new SnapshotBuilder().Build()).Name;
        JournalRow row = bench.Vault.Journal.Open(new JournalEntry(
            request.RequestId, request.Digest(), phone.Name, of?.Invoke(phone.Last.Identity) ?? phone.Last.Identity, slots ?? [Slot1], "ticket", "photo", "local:test",
            "", "", Restart: true, TraceId: ""));
        if (state >= JournalState.BackedUp)
            bench.Vault.Journal.BackedUp(row.Id, backup);
        for (JournalState step = JournalState.Intent; step <= state; step++)
            bench.Vault.Journal.Advance(row.Id, step);
        return row.Id;
    }
}
