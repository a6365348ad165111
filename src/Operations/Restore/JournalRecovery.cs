using ImeiAgent.Diag.Identity;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Session;
using ImeiAgent.Vault;
using Microsoft.Extensions.Logging;

namespace ImeiAgent.Operations;

/// <summary>
/// Settles what an agent that was killed left open, when the phone is there again and before it is offered for anything else: the
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
            foreach (JournalRow row in vault.Journal.ListOpen().Where(r => r.Entry.Device == phone || r.Entry.Identity.IsSamePhoneAs(identity)))
            {
                var old = new SlotContent(row.Entry.OldActive, NvData.From(row.Entry.OldData));
                var wanted = new SlotContent(true, NvData.From(row.Entry.NewData));
                var now = SlotContent.Of(await session.ReadAsync((byte)row.Entry.Slot, NvItemId.Imei, time, ct));

                (WriteOutcome outcome, OperationError error, string advice) = Settle(SlotContent.Compare(now, old, wanted), row.Entry.Slot);
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

    private static (WriteOutcome, OperationError, string) Settle(SlotNow now, int slot) => now switch
    {
        SlotNow.New => (WriteOutcome.Applied, OperationError.None,
            "The agent was interrupted. The phone holds the new value: it was read back when the phone came again."),
        SlotNow.Old => (WriteOutcome.RolledBack, OperationError.WriteRolledBack,
            "The agent was interrupted. The phone holds its old value: it was read back when the phone came again. Ask for the restore again."),
        SlotNow.Other => (WriteOutcome.Unknown, OperationError.WriteOutcomeUnknown,
            $"The agent was interrupted and slot {slot} holds neither the old nor the new value. Identify the phone and restore the slot again; "
            + "the value before is kept in the backup snapshot."),
        _ => (WriteOutcome.Unknown, OperationError.WriteOutcomeUnknown,
            $"The agent was interrupted and slot {slot} cannot be read. Restart the phone and identify it: what the slot then shows is what it holds."),
    };

    [LoggerMessage(2101, LogLevel.Warning, "The interrupted restore journal/{Row} of {Phone} was settled: {Outcome}")]
    private static partial void LogSettled(ILogger log, long row, string phone, WriteOutcome outcome);
}
