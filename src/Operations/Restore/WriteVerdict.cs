using ImeiAgent.Diag.Identity;
using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;

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
}

/// <summary>What the slot was found to hold after a write.</summary>
internal enum SlotNow
{
    /// <summary>What was written.</summary>
    New,
    /// <summary>What it held before.</summary>
    Old,
    /// <summary>Neither, and no valid IMEI.</summary>
    Other,
    /// <summary>Neither, but a valid IMEI: some firmware puts its own back.</summary>
    Intact,
    /// <summary>It could not be read.</summary>
    Unreadable,
}

/// <summary>What follows from both.</summary>
internal enum WriteVerdict
{
    /// <summary>The phone holds the new value.</summary>
    Applied,
    /// <summary>The phone did not take the write and holds the old value.</summary>
    Refused,
    /// <summary>The phone took the write, or may have, and holds the old value.</summary>
    NotStored,
    /// <summary>The phone holds neither: the old value has to be put back.</summary>
    PutBack,
    /// <summary>It is not known what the phone holds.</summary>
    Unknown,
}

/// <summary>The state table of a write. Only what was read back from the phone makes an outcome known.</summary>
internal static class WriteVerdicts
{
    public static WriteVerdict Judge(WriteAnswer answer, SlotNow now) => (answer, now) switch
    {
        (_, SlotNow.New) => WriteVerdict.Applied,
        (_, SlotNow.Other) => WriteVerdict.PutBack,
        // A valid number is never overwritten, least of all by a lost one.
        (_, SlotNow.Intact) => WriteVerdict.Unknown,
        (WriteAnswer.NotSent or WriteAnswer.Refused, SlotNow.Old) => WriteVerdict.Refused,
        (WriteAnswer.Accepted or WriteAnswer.NotAnswered, SlotNow.Old) => WriteVerdict.NotStored,
        // Without a byte sent the phone holds what was read a moment ago.
        (WriteAnswer.NotSent, SlotNow.Unreadable) => WriteVerdict.Refused,
        _ => WriteVerdict.Unknown,
    };
}

/// <summary>What item 550 of a slot holds: nothing, or data of which the first 9 bytes mean something.</summary>
internal readonly record struct SlotContent(bool IsActive, NvData Data)
{
    /// <summary>The content that a reply tells; null when it tells none.</summary>
    public static SlotContent? Of(DiagReply<NvItem> reply) => reply switch
    {
        { IsAnswer: false } => null,
        { Answer.Status: NvStatus.Done } => new SlotContent(true, reply.Answer.Data),
        { Answer.Status: NvStatus.NotActive } => new SlotContent(false, default),
        _ => null,
    };

    /// <summary>Whether both hold the same. Bytes behind the ninth mean nothing and are not looked at.</summary>
    public bool Holds(SlotContent other) =>
        IsActive == other.IsActive
        && Data.Bytes[..Imei.PackedLength].SequenceEqual(other.Data.Bytes[..Imei.PackedLength]);

    /// <summary>The reply that told it.</summary>
    public DiagReply<NvItem> AsReply() => new(new NvItem(NvItemId.Imei, IsActive ? NvStatus.Done : NvStatus.NotActive, Data));

    /// <summary>What it is, next to the values before and after a write.</summary>
    public static SlotNow Compare(SlotContent? now, SlotContent old, SlotContent wanted) => now switch
    {
        null => SlotNow.Unreadable,
        { } content when content.Holds(wanted) => SlotNow.New,
        { } content when content.Holds(old) => SlotNow.Old,
        { } content when ImeiSlot.Interpret(content.AsReply()).State == ImeiSlotState.Ok => SlotNow.Intact,
        _ => SlotNow.Other,
    };
}
