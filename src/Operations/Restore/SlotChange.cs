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

    // So few wrong bits are a fault of a memory; more are another value, of which nothing is told.
    private const int FewBits = 4;

    /// <summary>What the slot was found to hold, next to both.</summary>
    public SlotNow Compare(SlotContent? now) => now switch
    {
        null => SlotNow.Unreadable,
        { } content when content.Holds(Wanted) => SlotNow.New,
        { } content when content.HoldsAgain(Old) => SlotNow.Old,
        { } content when content.AsSlot().State == ImeiSlotState.Ok => SlotNow.OtherValid,
        _ => SlotNow.Other,
    };

    /// <summary>The same in words. Of what is neither, it says whether only a few bits are wrong, and never which.</summary>
    public string Describe(SlotContent? now) => $"slot {Slot}: " + (Compare(now), now) switch
    {
        (SlotNow.New, _) => "the new value",
        (SlotNow.Old, _) => "the old value",
        (SlotNow.OtherValid, _) => "another valid number",
        (SlotNow.Other, { IsActive: false }) => "not active",
        (SlotNow.Other, { } content) => Wrong(content, Wanted, "new") ?? Wrong(content, Old, "old") ?? "something else",
        _ => "not readable",
    };

    private static string? Wrong(SlotContent now, SlotContent meant, string which) =>
        !meant.IsActive ? null : now.BitsOff(meant) is var bits and <= FewBits ? $"{bits} {(bits == 1 ? "bit" : "bits")} off the {which} value" : null;
}
