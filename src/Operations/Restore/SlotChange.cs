using ImeiAgent.Diag.Identity;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <summary>What one slot held before a write, and what it is to hold after.</summary>
internal sealed record SlotChange(byte Slot, SlotContent Old, SlotContent Wanted)
{
    /// <summary>As a journal row keeps it.</summary>
    public static SlotChange Of(JournalSlot slot) =>
        new(slot.Slot, new SlotContent(slot.OldActive, NvData.From(slot.OldData)), new SlotContent(true, NvData.From(slot.NewData)));

    /// <summary>What the slot was found to hold, next to both.</summary>
    public SlotNow Compare(SlotContent? now) => now switch
    {
        null => SlotNow.Unreadable,
        { } content when content.Holds(Wanted) => SlotNow.New,
        { } content when content.HoldsAgain(Old) => SlotNow.Old,
        { } content when content.AsSlot().State == ImeiSlotState.Ok => SlotNow.OtherValid,
        _ => SlotNow.Other,
    };
}
