using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Operations;

/// <summary>A row of the journal in words.</summary>
public static class JournalWords
{
    extension(JournalEntry entry)
    {
        /// <summary>Whether it is under way or was interrupted.</summary>
        public bool IsOpen => entry.State != JournalState.Closed;

        /// <summary>How it ended, or how far it came.</summary>
        public string Result => entry.UnderWay ? OperationTexts.UnderWay.With(Words.For(entry.State)) : entry.IsOpen ? OperationTexts.Open.With(Words.For(entry.State)) : Words.InBrief(entry.Receipt?.Outcome ?? WriteOutcome.Unspecified);

        /// <summary>How that is to be taken.</summary>
        public Mood Mood => entry.UnderWay ? Mood.Doubtful : entry.IsOpen ? Mood.Bad : Moods.Of(entry.Receipt?.Outcome ?? WriteOutcome.Unspecified);

        /// <summary>The slots it is about, as in "SIM 1, SIM 2".</summary>
        public string Slots => string.Join(", ", Every(entry).Select(slot => ShellWords.Sim(slot.Slot)));

        /// <summary>The numbers asked for, masked unless they were asked to be seen.</summary>
        public string Numbers => string.Join(", ", Every(entry).Where(slot => slot.NewImei.Length > 0).Select(slot => SafeText.Clean(slot.NewImei)));

        /// <summary>Whether a phone that was left behind asks for a code before it can be put right.</summary>
        public bool AsksForCode =>
            entry.Hint.Contains("--spc", StringComparison.Ordinal)
            || entry.Receipt?.ErrorReason is "SPC_REQUIRED" or "SPC_REFUSED" or "PASSWORD_REQUIRED" or "PASSWORD_REFUSED";
    }

    private static IReadOnlyList<SlotReceipt> Every(JournalEntry entry) => (entry.Receipt ?? new WriteReceipt()).EverySlot;
}
