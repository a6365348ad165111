using ImeiAgent.Diag.Identity;

namespace ImeiAgent.Operations;

/// <summary>What the rules for a slot are judged on. Everything here was read from phones or the vault a moment ago.</summary>
/// <param name="Slot">State of the slot that is to be written.</param>
/// <param name="Held">The number it holds; null when it holds none.</param>
/// <param name="Wanted">The number to put there: the phone's own, from its label or from a backup of it.</param>
/// <param name="OtherSlot">
/// The number of the phone's other slot: what it is to hold after this restore, else what it holds, else, when it has lost its own too, what
/// it held when it was last read with one. Null when that is not known.
/// </param>
/// <param name="HeldElsewhere">Name of another phone that is known to have the number; empty when none is.</param>
/// <param name="PerhapsElsewhere">
/// Name of a phone that is known to have the number and of which cannot be told whether it is another, or that is known from a file only; empty
/// when none is.
/// </param>
public sealed record RestoreFacts(ImeiSlotState Slot, Imei? Held, Imei Wanted, Imei? OtherSlot, string HeldElsewhere, string PerhapsElsewhere = "");

/// <summary>What the rules say of a slot.</summary>
public enum RestoreRuling
{
    /// <summary>The number may be written: the slot has lost its own.</summary>
    Allowed,
    /// <summary>The slot holds the number already: there is nothing to repair.</summary>
    AlreadyThere,
    /// <summary>The slot holds another valid IMEI. Only a second person, a supervisor, can approve that it is replaced.</summary>
    NeedsApproval,
    /// <summary>A phone that may be another is known to have the number. A supervisor can confirm that it is this one, or that the record is wrong.</summary>
    NeedsConfirmation,
    /// <summary>Refused: the phone's other slot has the number. No two slots share one.</summary>
    RefusedOtherSlot,
    /// <summary>Refused: another phone has the number. No two phones share one.</summary>
    RefusedOtherPhone,
    /// <summary>Refused: the slot could not be read, so it cannot be known whether its number is lost.</summary>
    RefusedUnreadable,
    /// <summary>Refused: the phone has no such slot, or no way to it.</summary>
    RefusedNoSlot,
}

/// <summary>What the rules say of a snapshot as the source of a number.</summary>
public enum SourceRuling
{
    /// <summary>It is of this very phone.</summary>
    Allowed,
    /// <summary>The phone has lost its own serial numbers and the snapshot is of its model: a supervisor can confirm that it is of this phone.</summary>
    NeedsApproval,
    /// <summary>It is of this phone, from a file whose program lost bytes: a supervisor can compare its number with the label.</summary>
    NeedsComparison,
    /// <summary>Refused: it is of another phone, or it does not tell of which.</summary>
    Refused,
}

/// <summary>
/// When an IMEI may be written. An IMEI is given to a phone by its maker and to no other (3GPP TS 22.016); this program puts back a
/// number that was lost. It makes up no number and takes none from a list. A number has one of two sources: the phone's label, typed by a
/// person who gives a reason and names what shows it (a ticket, photo or invoice); or a backup of the same phone, which needs the same evidence when it came from a file. The rules have no option
/// and no override. Where they say "needs approval", the request is refused until a supervisor has approved this very request, for what the
/// phone holds at this moment, with a reason that is kept.
/// </summary>
public static class RestorePolicy
{
    /// <summary>How long an approval holds.</summary>
    public static readonly TimeSpan ApprovalHolds = TimeSpan.FromHours(24);

    /// <summary>Judges a slot, from top to bottom: the first that fits decides.</summary>
    public static RestoreRuling Judge(RestoreFacts facts) => facts switch
    {
        // 1. A slot that does not exist or cannot be reached is left alone.
        { Slot: ImeiSlotState.Unsupported } => RestoreRuling.RefusedNoSlot,

        // 2. A slot that cannot be read is left alone: its number may be intact.
        { Slot: ImeiSlotState.Unreadable } => RestoreRuling.RefusedUnreadable,

        // 3. A slot that holds the wanted number in good order needs no repair.
        { Slot: ImeiSlotState.Ok, Held: { } held } when SameNumber(held, facts.Wanted) => RestoreRuling.AlreadyThere,

        // 4. A number that is, or was before it got lost, in the phone's other slot belongs there.
        { OtherSlot: { } other } when SameNumber(other, facts.Wanted) => RestoreRuling.RefusedOtherSlot,

        // 5. A number that another phone has belongs to that phone. Nobody can approve otherwise.
        { HeldElsewhere.Length: > 0 } => RestoreRuling.RefusedOtherPhone,

        // 6. A slot that holds another valid number is intact. To overwrite it may be a repair (a service box put a number of its own
        //    there) or a crime: a second person decides.
        { Slot: ImeiSlotState.Ok } => RestoreRuling.NeedsApproval,

        // 7. A number that a phone has which may be this one or another: a second person decides.
        { PerhapsElsewhere.Length: > 0, Slot: ImeiSlotState.Blank or ImeiSlotState.Generic or ImeiSlotState.Invalid } => RestoreRuling.NeedsConfirmation,

        // 8. What is left is a slot without a number of its own: blank, a placeholder of the firmware, or damaged.
        { Slot: ImeiSlotState.Blank or ImeiSlotState.Generic or ImeiSlotState.Invalid } => RestoreRuling.Allowed,

        // 9. Anything unforeseen is refused.
        _ => RestoreRuling.RefusedUnreadable,
    };

    /// <summary>
    /// Judges a snapshot as the source of a number for a phone. Serial numbers (ESN, MEID) decide, and the model must not contradict them.
    /// The build may differ: a firmware update is why IMEIs get lost.
    /// </summary>
    /// <param name="snapshot">The phone that the snapshot tells.</param>
    /// <param name="lostBytes">The snapshot is a file whose program lost bytes of its items.</param>
    /// <param name="phone">The phone at hand.</param>
    public static SourceRuling Judge(PhoneIdentity snapshot, bool lostBytes, PhoneIdentity phone) =>
        snapshot.IsSamePhoneAs(phone) ? lostBytes ? SourceRuling.NeedsComparison : SourceRuling.Allowed
        : snapshot.IsUnique && !phone.IsUnique && phone.Model.Length > 0 && snapshot.Model == phone.Model ? SourceRuling.NeedsApproval
        : SourceRuling.Refused;

    /// <summary>
    /// Whether a phone that is known to have had a number is another than the one at hand: true, false, or null when serial numbers do not
    /// tell, as of a phone that lost its own.
    /// </summary>
    public static bool? IsAnotherPhone(PhoneIdentity holder, PhoneIdentity phone) =>
        holder.IsSamePhoneAs(phone with { Model = "" }) ? false
        : holder.IsAnotherPhoneThan(phone) ? true
        : holder.Model.Length > 0 && phone.Model.Length > 0 && holder.Model != phone.Model ? true
        : null;

    /// <summary>
    /// Whether two numbers name one phone: their first 14 digits agree. The 15th is computed from those, and some phones store 0 in
    /// its place (3GPP TS 23.003, clause 6.2.1).
    /// </summary>
    public static bool SameNumber(Imei left, Imei right) => Number(left) == Number(right);

    /// <summary>The 14 digits that name a phone.</summary>
    internal static string Number(Imei imei) => imei.Reveal()[..14];
}
