using ImeiAgent.Client.Desktop.Agents;
using ImeiAgent.Client.Desktop.Restore;
using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Receipts;

/// <summary>Where the receipts of an agent's journal come from: always from the agent, which knows who may see numbers in full.</summary>
public sealed class ReceiptSource(RestoreCases cases)
{
    /// <summary>Whether this person may see the numbers of a row in full: a supervisor of every row, whoever restored of their own restore.</summary>
    public bool MayReveal(AgentLink link, string journal)
    {
        ArgumentNullException.ThrowIfNull(link);
        return link.View.Role.MaySupervise || cases.Find(link, Full(journal)) is not null;
    }

    /// <summary>A row with its receipt.</summary>
    /// <param name="link">The agent.</param>
    /// <param name="journal">The row, with or without "journal/".</param>
    /// <param name="reveal">Show IMEIs unmasked. A person asked to see them.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="AgentException">The agent's refusal, or the connection broke.</exception>
    public async Task<JournalEntry> ReadAsync(AgentLink link, string journal, bool reveal, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(link);
        if (reveal && !link.View.Role.MaySupervise && cases.Find(link, Full(journal)) is { } own)
            return ReceiptWords.EntryOf(await own.RevealAsync(cancellation));
        return (await link.Client.GetJournalEntryAsync(new() { Name = journal, RevealImei = reveal }, cancellation)).Entry;
    }

    /// <summary>
    /// Who the phone of a receipt was: by the backup before the write; where there is none any more, by the phone of that name as it is attached.
    /// Null when nothing tells.
    /// </summary>
    /// <param name="link">The agent.</param>
    /// <param name="receipt">The receipt.</param>
    /// <param name="reveal">
    /// Show a MEID that is an IMEI unmasked, as far as the backup tells it. A person asked to see the receipt's numbers; asked for only where it is masked.
    /// </param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task<PhoneIdentity?> WhoseAsync(AgentLink link, WriteReceipt receipt, bool reveal, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(link);
        ArgumentNullException.ThrowIfNull(receipt);
        PhoneIdentity? kept = null;
        try
        {
            if (receipt.BackupSnapshot.Length > 0)
                kept = (await link.Client.GetSnapshotAsync(new() { Name = receipt.BackupSnapshot }, cancellation)).Snapshot.Identity;
            if (reveal && Serials.IsMasked(kept?.Meid))
                kept = (await link.Client.GetSnapshotAsync(new() { Name = receipt.BackupSnapshot, RevealImei = true }, cancellation)).Snapshot.Identity;
        }
        catch (AgentException)
        {
            // A receipt without it is a receipt still.
        }
        return kept ?? link.View.Find(receipt.Device)?.Identity;
    }

    private static string Full(string journal) => journal.Contains('/', StringComparison.Ordinal) ? journal : "journal/" + journal;
}
