using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Receipts;

/// <summary>A receipt in words.</summary>
internal static class ReceiptWords
{
    /// <summary>Whether the restore has not ended, or has ended and is not settled.</summary>
    public static bool IsOpen(JournalEntry entry) => entry.State is not (JournalState.Closed or JournalState.Unspecified);

    /// <summary>A receipt as the row that it is part of. Of one that no hash is on the row is open.</summary>
    public static JournalEntry EntryOf(WriteReceipt receipt) => new()
    {
        Name = receipt.Journal,
        Receipt = receipt,
        State = receipt.Outcome == WriteOutcome.Unknown && receipt.Sha256.Length == 0 ? JournalState.Sent : JournalState.Closed,
    };

    /// <summary>What the phone holds in a slot after it, as far as that is known.</summary>
    public static string Holds(WriteReceipt receipt, SlotReceipt slot, bool isOpen) => (isOpen ? WriteOutcome.Unknown : receipt.Outcome) switch
    {
        WriteOutcome.Applied => (receipt.Restarted ? ReceiptTexts.HoldsNewSeenAgain : ReceiptTexts.HoldsNew).With(slot.Slot, SafeText.Clean(slot.NewImei)),
        WriteOutcome.Unchanged => ReceiptTexts.HoldsUnchanged.With(slot.Slot, SafeText.Clean(slot.NewImei)),
        WriteOutcome.RolledBack or WriteOutcome.Refused or WriteOutcome.AppliedNotInEffect or WriteOutcome.Validated =>
            ReceiptTexts.HoldsOld.With(slot.Slot, Before(slot)),
        _ => ReceiptTexts.HoldsUnknown.With(slot.Slot, Before(slot), SafeText.Clean(slot.NewImei)),
    };

    /// <summary>Whether the value was seen to stay over a restart; null where nothing was written that could.</summary>
    public static string? Restart(WriteReceipt receipt) => receipt.Restarted ? ReceiptTexts.Restarted
        : receipt.Outcome == WriteOutcome.Applied ? ReceiptTexts.NotRestarted : null;

    /// <summary>A moment of the record: in UTC, as the journal has it.</summary>
    public static string Utc(Timestamp? time) =>
        time is null ? "" : time.ToDateTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) + " UTC";

    /// <summary>With a capital and a full stop.</summary>
    public static string Sentence(string words) => words.Length == 0 ? "" : char.ToUpperInvariant(words[0]) + words[1..] + (words.EndsWith('.') ? "" : ".");

    private static string Before(SlotReceipt slot) => slot.OldImei.Length > 0 ? $"{Words.For(slot.OldState)}, {SafeText.Clean(slot.OldImei)}" : Words.For(slot.OldState);
}
