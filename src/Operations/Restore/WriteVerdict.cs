using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <summary>How the phone took a write.</summary>
internal enum WriteAnswer
{
    /// <summary>Not one byte left for the phone.</summary>
    NotSent,
    /// <summary>It said no, in one way or another.</summary>
    Refused,
    /// <summary>It said done: accepted, which is not yet stored.</summary>
    Accepted,
    /// <summary>It said nothing, or nothing that is understood; it may have acted.</summary>
    NotAnswered,
    /// <summary>One slot was written, and the next was refused or not sent.</summary>
    Partly,
}

/// <summary>What a slot was found to hold after a write.</summary>
internal enum SlotNow
{
    /// <summary>What was written.</summary>
    New,
    /// <summary>What it held before.</summary>
    Old,
    /// <summary>Neither, and no valid IMEI.</summary>
    Other,
    /// <summary>Neither, but a valid IMEI: some firmware puts its own back.</summary>
    OtherValid,
    /// <summary>It could not be read.</summary>
    Unreadable,
}

/// <summary>What all slots of a write were found to hold together.</summary>
internal enum Holding
{
    /// <summary>All hold what was written.</summary>
    New,
    /// <summary>All hold what they held before.</summary>
    Old,
    /// <summary>One holds the new value and the other does not, or one holds what is no number.</summary>
    Torn,
    /// <summary>One holds a valid IMEI that is neither the old nor the new.</summary>
    OtherValid,
    /// <summary>One could not be read.</summary>
    Unreadable,
}

/// <summary>What follows after a write was sent and the slots were read back.</summary>
internal enum WriteVerdict
{
    /// <summary>The phone holds the new values.</summary>
    Applied,
    /// <summary>The phone did not take the write and holds the old values.</summary>
    Refused,
    /// <summary>The phone took the write, or may have, and holds the old values.</summary>
    NotStored,
    /// <summary>The phone holds neither: the old values have to be put back.</summary>
    PutBack,
    /// <summary>It is not known what the phone holds, or a person has to look.</summary>
    Unknown,
}

/// <summary>The state tables of a write. Only what was read from the phone makes an outcome known.</summary>
internal static class WriteVerdicts
{
    /// <summary>The slots together.</summary>
    public static Holding Combine(IEnumerable<SlotNow> slots)
    {
        SlotNow[] all = [.. slots];
        return all.Contains(SlotNow.Unreadable) ? Holding.Unreadable
            // A valid number is never overwritten, least of all by a lost one.
            : all.Contains(SlotNow.OtherValid) ? Holding.OtherValid
            : Array.TrueForAll(all, now => now == SlotNow.New) ? Holding.New
            : Array.TrueForAll(all, now => now == SlotNow.Old) ? Holding.Old
            : Holding.Torn;
    }

    /// <summary>After the write.</summary>
    public static WriteVerdict Judge(WriteAnswer answer, Holding now) => (answer, now) switch
    {
        (_, Holding.New) => WriteVerdict.Applied,
        (_, Holding.Torn) => WriteVerdict.PutBack,
        (_, Holding.OtherValid) => WriteVerdict.Unknown,
        (WriteAnswer.NotSent or WriteAnswer.Refused, Holding.Old) => WriteVerdict.Refused,
        (WriteAnswer.Accepted or WriteAnswer.NotAnswered or WriteAnswer.Partly, Holding.Old) => WriteVerdict.NotStored,
        // Without a byte sent the phone holds what was read a moment ago.
        (WriteAnswer.NotSent, Holding.Unreadable) => WriteVerdict.Refused,
        _ => WriteVerdict.Unknown,
    };

    /// <summary>
    /// What becomes of a write that was interrupted, from how far its journal row is and what the slots hold now. Null: the slots have to be
    /// put back first, or nobody but a person can say.
    /// </summary>
    public static WriteOutcome? Settle(JournalState state, Holding now) => (state, now) switch
    {
        (JournalState.Checked or JournalState.BackedUp, _) => WriteOutcome.Refused,
        (_, Holding.New) => WriteOutcome.Applied,
        // The new value had been read back, and is gone.
        ( >= JournalState.ReadBack, Holding.Old) => WriteOutcome.NotInEffect,
        (_, Holding.Old) => WriteOutcome.RolledBack,
        _ => null,
    };
}
