using ImeiAgent.Diag.Identity;

namespace ImeiAgent.Operations;

/// <summary>What the rules are judged on. Everything here was read from phones or the vault a moment ago.</summary>
/// <param name="Slot">State of the slot that is to be written.</param>
/// <param name="Held">The number it holds; null when it holds none.</param>
/// <param name="Wanted">The number to put there: the phone's own, from its label or from a backup of it.</param>
/// <param name="OtherSlot">
/// The number of the phone's other slot: what it holds, or, when it has lost its own too, what it held when it was last read with one. Null
/// when that is not known.
/// </param>
/// <param name="HeldElsewhere">Name of another phone that is known to hold the number; empty when none is.</param>
public sealed record RestoreFacts(ImeiSlotState Slot, Imei? Held, Imei Wanted, Imei? OtherSlot, string HeldElsewhere);

/// <summary>What the rules say.</summary>
public enum RestoreRuling
{
    /// <summary>The number may be written: the slot has lost its own.</summary>
    Allowed,
    /// <summary>The slot holds the number already: there is nothing to repair.</summary>
    AlreadyThere,
    /// <summary>Refused: the slot holds another valid IMEI. That would change a phone's identity, not repair it.</summary>
    RefusedIntact,
    /// <summary>Refused: the phone's other slot has the number. No two slots share one.</summary>
    RefusedOtherSlot,
    /// <summary>Refused: another phone has the number. No two phones share one.</summary>
    RefusedOtherPhone,
    /// <summary>Refused: the slot could not be read, so it cannot be known whether its number is lost.</summary>
    RefusedUnreadable,
    /// <summary>Refused: the phone has no such slot, or no way to it.</summary>
    RefusedNoSlot,
}

/// <summary>
/// When an IMEI may be written. An IMEI is given to a phone by its maker and to no other (3GPP TS 22.016); this program puts back a
/// number that was lost and does nothing else. The rules have no exception, no option and no override, and they are judged from top
/// to bottom: the first that fits decides.
/// </summary>
public static class RestorePolicy
{
    /// <summary>Judges.</summary>
    public static RestoreRuling Judge(RestoreFacts facts) => facts switch
    {
        // 1. A slot that does not exist or cannot be reached is left alone.
        { Slot: ImeiSlotState.Unsupported } => RestoreRuling.RefusedNoSlot,

        // 2. A slot that cannot be read is left alone: its number may be intact.
        { Slot: ImeiSlotState.Unreadable } => RestoreRuling.RefusedUnreadable,

        // 3. A slot that holds the wanted number in good order needs no repair.
        { Slot: ImeiSlotState.Ok, Held: { } held } when SameNumber(held, facts.Wanted) => RestoreRuling.AlreadyThere,

        // 4. A slot that holds another valid number is intact: to overwrite it would be a change, not a repair.
        { Slot: ImeiSlotState.Ok } => RestoreRuling.RefusedIntact,

        // 5. A number that is, or was before it got lost, in the phone's other slot belongs there.
        { OtherSlot: { } other } when SameNumber(other, facts.Wanted) => RestoreRuling.RefusedOtherSlot,

        // 6. A number that another phone holds belongs to that phone.
        { HeldElsewhere.Length: > 0 } => RestoreRuling.RefusedOtherPhone,

        // 7. What is left is a slot without a number of its own: blank, a placeholder of the firmware, or damaged.
        { Slot: ImeiSlotState.Blank or ImeiSlotState.Generic or ImeiSlotState.Invalid } => RestoreRuling.Allowed,

        // 8. Anything unforeseen is refused.
        _ => RestoreRuling.RefusedUnreadable,
    };

    /// <summary>
    /// Whether two numbers name one phone: their first 14 digits agree. The 15th is computed from those, and some phones store 0 in
    /// its place (3GPP TS 23.003, clause 6.2.1).
    /// </summary>
    public static bool SameNumber(Imei left, Imei right) => Number(left) == Number(right);

    /// <summary>The 14 digits that name a phone.</summary>
    internal static string Number(Imei imei) => imei.Reveal()[..14];
}
