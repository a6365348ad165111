using ImeiAgent.Diag.Identity;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Session;
using ImeiAgent.Vault;
using Microsoft.Extensions.Logging;

namespace ImeiAgent.Operations;

/// <summary>
/// Settles what a killed agent or a failing vault left open, when the phone is there again and before anything else changes it: the
/// slot is read and the row closed with the truth. Nothing is written to the phone.
/// </summary>
internal sealed partial class JournalRecovery(VaultFile vault, TimeProvider time, ILogger log)
{
    /// <summary>Closes every open row of the phone. The caller holds the phone's write gate.</summary>
    /// <exception cref="OperationException">The vault cannot be written: the phone must not be offered.</exception>
    public async Task RunAsync(string phone, PhoneIdentity identity, DiagSession session, CancellationToken ct)
    {
        try
        {
            foreach (JournalRow row in vault.Journal.ListOpen().Where(r => IsOf(r.Entry, phone, identity)))
            {
                var old = new SlotContent(row.Entry.OldActive, NvData.From(row.Entry.OldData));
                var wanted = new SlotContent(true, NvData.From(row.Entry.NewData));
                var now = SlotContent.Of(await session.ReadAsync((byte)row.Entry.Slot, NvItemId.Imei, time, ct));

                (WriteOutcome outcome, OperationError error, string advice) = identity.IsUnique
                    ? Settle(SlotContent.Compare(now, old, wanted), row.Entry.Slot)
                    : (WriteOutcome.Unknown, OperationError.WriteOutcomeUnknown, NotTold(row.Entry.Slot));
                vault.Journal.Close(row.Id, outcome, error.Name(), advice);
                vault.Audit.Append(new AuditEntry(row.Entry.Operator, "settle-restore", phone, outcome.ToString(), $"journal/{row.Id}: {advice}"));
                LogSettled(log, row.Id, phone, outcome);
            }
        }
        catch (VaultUnavailableException e)
        {
            throw new OperationException(OperationError.VaultUnavailable, PhoneHints.VaultInTheWay, e);
        }
    }

    /// <summary>
    /// Whether the row is of this phone. A name proves nothing by itself: it ends with four digits of a hash, and a phone that tells no
    /// serial number has its port's.
    /// </summary>
    private static bool IsOf(JournalEntry entry, string phone, PhoneIdentity identity) =>
        identity.IsSamePhoneAs(entry.Identity with { Model = "" })
        || (entry.Device == phone && !identity.IsUnique && !entry.Identity.IsUnique);

    private static string NotTold(int slot) =>
        $"The restore was interrupted, and the phone that came to this port tells neither ESN nor MEID: it may be another. Identify it and compare slot {slot} with the label.";

    private static (WriteOutcome, OperationError, string) Settle(SlotNow now, int slot) => now switch
    {
        SlotNow.New => (WriteOutcome.Applied, OperationError.None,
            "The restore was interrupted. The phone holds the new value: it was read back later."),
        SlotNow.Old => (WriteOutcome.RolledBack, OperationError.WriteRolledBack,
            "The restore was interrupted. The phone holds its old value: it was read back later. Ask for the restore again."),
        SlotNow.Other => (WriteOutcome.Unknown, OperationError.WriteOutcomeUnknown,
            $"The restore was interrupted and slot {slot} holds neither the old nor the new value. Identify the phone and restore the slot again; "
            + "the value before is kept in the backup snapshot."),
        SlotNow.Intact => (WriteOutcome.Unknown, OperationError.WriteOutcomeUnknown,
            $"The restore was interrupted and slot {slot} holds another valid IMEI than it was given. Identify the phone and compare with the label."),
        _ => (WriteOutcome.Unknown, OperationError.WriteOutcomeUnknown,
            $"The restore was interrupted and slot {slot} cannot be read. Restart the phone and identify it: what the slot then shows is what it holds."),
    };

    [LoggerMessage(2101, LogLevel.Warning, "The interrupted restore journal/{Row} of {Phone} was settled: {Outcome}")]
    private static partial void LogSettled(ILogger log, long row, string phone, WriteOutcome outcome);
}
