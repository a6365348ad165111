using System.Globalization;
using ImeiAgent.Diag.Identity;
using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

internal static partial class Faults
{
    private const string NothingSent = "Nothing was sent to the phone.";

    /// <summary>The exception for a ruling that refuses.</summary>
    public static OperationException Ruled(RestoreRuling ruling, string phone, SlotReading slot, RestoreFacts facts) => ruling switch
    {
        RestoreRuling.RefusedNoSlot => SlotUnreachable(phone, slot.Slot, slot.PhoneAnswer),
        RestoreRuling.RefusedUnreadable => PhoneRefused(phone, slot.PhoneAnswer,
            $" Slot {slot.Slot} cannot be read, so it is not known whether its IMEI is lost. {NothingSent} Restart the phone and try again."),
        RestoreRuling.RefusedIntact => new(OperationError.ImeiIntact,
            $"Slot {slot.Slot} of {phone} holds the valid IMEI {facts.Held}. To replace it by {facts.Wanted} would be a change, not a repair. "
            + $"{NothingSent} If the label is right, this is the wrong phone or the wrong slot."),
        RestoreRuling.RefusedOtherSlot => new(OperationError.ImeiInUse,
            $"{facts.Wanted} belongs to the phone's other slot, which holds it or held it in a backup. {NothingSent} Labels of phones with two SIMs show two numbers: take the other."),
        RestoreRuling.RefusedOtherPhone => new(OperationError.ImeiInUse,
            $"{facts.HeldElsewhere} holds {facts.Wanted}. {NothingSent} Check that the label belongs to {phone}. "
            + $"When {facts.HeldElsewhere} has lost the number or was given it by mistake, connect it too: what it then shows decides."),
        _ => throw new ArgumentOutOfRangeException(nameof(ruling), ruling, "This ruling refuses nothing."),
    };

    public static OperationException EtagMismatch(string phone, int slot) =>
        new(OperationError.EtagMismatch, $"Slot {slot} of {phone} changed since it was read. {NothingSent} Identify the phone again.");

    public static OperationException RequestIdReused(string requestId) =>
        new(OperationError.RequestIdReused, $"The request_id {requestId} was used with other content. {NothingSent} Every new restore needs a new UUID.");

    public static OperationException StillOpen(JournalRow row, Exception? inner = null) =>
        new(OperationError.WriteOutcomeUnknown,
            $"This restore was interrupted (journal/{row.Id}) and is settled as soon as {row.Entry.Device} is connected. Connect it, then repeat the request.", inner);

    public static OperationException SnapshotNotFound(SnapshotNotFoundException e) =>
        new(OperationError.SnapshotNotFound,
            e.Candidates.Count == 0
                ? $"No snapshot has the name \"{e.Name}\"."
                : $"Several snapshots begin with \"{e.Name}\"; name one: {string.Join(", ", e.Candidates)}.",
            e)
        { Fields = e.Candidates.Count == 0 ? [] : Field("candidates", string.Join(", ", e.Candidates)) };

    public static OperationException SnapshotDamaged(SnapshotDamagedException e) =>
        new(OperationError.SnapshotDamaged, $"The stored content of {e.Name} does not fit its hash. Use another snapshot or the label.", e);

    public static OperationException SnapshotOfOtherPhone(string snapshot, PhoneIdentity from, string phone, PhoneIdentity identity)
    {
        string why =
            !identity.IsUnique ? $"{phone} tells neither ESN nor MEID, so it cannot be known whether {snapshot} is of this phone."
            : !from.IsUnique ? $"{snapshot} tells neither ESN nor MEID, so it cannot be known of which phone it is."
            : $"{snapshot} is of another phone: {Describe(from)}; this one is {Describe(identity)}.";
        return new(OperationError.SnapshotOfOtherPhone, $"{why} {NothingSent} Type the number from the phone's label instead.");
    }

    public static OperationException SnapshotWithoutImei(string snapshot, int slot, ImeiSlotState? state)
    {
        string what = state is { } known ? $"its slot {slot} is {known.ToString().ToLowerInvariant()}" : $"it has no item 550 of slot {slot}";
        return new(OperationError.SnapshotWithoutImei, $"{snapshot} holds no usable IMEI: {what}. {NothingSent} Use an older snapshot or the label.");
    }

    public static OperationException NoBackup(string phone, Exception inner) => inner switch
    {
        VaultUnavailableException vault => Vault(vault),
        _ => new(OperationError.NoReply, $"The identity items of {phone} could not be read, so there is no backup. {NothingSent} Restart the phone and try again.", inner),
    };

    public static OperationException FileInvalid(string findings, Exception inner) =>
        new(OperationError.FileInvalid, $"The file is refused: {findings}. Nothing was kept.", inner) { Fields = Field("findings", findings) };

    /// <summary>The vault failed before anything was sent.</summary>
    public static OperationException Vault(VaultUnavailableException e) =>
        new(OperationError.VaultUnavailable, $"{Sentence(e.Message)} {NothingSent} Make room on the disk or check its permissions.", e);

    public static OperationException SpcRequired(string phone) =>
        new(OperationError.SpcRequired,
            $"{phone} is locked: it wants its service programming code (SPC) before this item may be written. Give it with --spc; 000000 is the code of "
            + "phones as they are made, operators call theirs MSL. Ask the owner's operator; every wrong code counts towards a lock-out.");

    public static OperationException SpcRefused(string phone) =>
        new(OperationError.SpcRefused,
            $"Phone does not accept SPC: {phone} refused the code that was given. It was sent once and will not be tried again: some phones lock up after 15 "
            + "wrong codes. Ask the operator or the owner for this phone's SPC (MSL). The phone may be silent for about 10 seconds now.");

    public static OperationException ReadOnly(string phone, int slot) =>
        new(OperationError.ItemReadOnly,
            $"{phone} answered NV_READONLY: the maker protects the IMEI of slot {slot} against writing. Only the maker's authorised service can restore it.")
        { Fields = Field("phone_answer", "NV_READONLY") };

    public static OperationException NotStored(string phone, int slot, WriteAnswer answer) => new(OperationError.WriteRolledBack,
        answer == WriteAnswer.Accepted
            ? $"{phone} accepted the write and did not store it: slot {slot} holds its old value. The maker protects the item; only authorised service can restore it."
            : $"{phone} did not answer the write, and slot {slot} holds its old value. Restart the phone and ask again with a new request_id.");

    public static OperationException PutBack(string phone, int slot, bool wasActive) => new(OperationError.WriteRolledBack,
        $"{phone} stored something other than it was given. "
        + (wasActive
            ? $"The old value of slot {slot} was put back and read back."
            : $"Slot {slot} was inactive before and cannot be made so again: it was filled with zeros, which phones show as no IMEI.")
        + " Restart the phone before another try.");

    public static OperationException UnknownOutcome(string phone, int slot, Imei wanted, SlotNow now) => new(OperationError.WriteOutcomeUnknown, now switch
    {
        SlotNow.Other =>
            $"{phone} stored something other than it was given and did not take the old value back: slot {slot} may hold a wrong value. "
            + "Restart the phone, identify it, and restore the slot again; the value before is kept in the backup snapshot.",
        SlotNow.Intact =>
            $"Slot {slot} of {phone} now holds another valid IMEI than it was given, which was left alone: some firmware puts its own number "
            + "back. Restart the phone, identify it, and compare with the label.",
        _ => string.Create(CultureInfo.InvariantCulture,
            $"It could not be read what slot {slot} of {phone} holds now. Connect the phone and identify it: if slot {slot} shows {wanted}, the write was done; if it shows what it held before, ask again with a new request_id."),
    });

    private static string Describe(PhoneIdentity identity) =>
        string.Join(", ", new[] { identity.Model, Named("ESN", identity.Esn), Named("MEID", identity.Meid) }.Where(s => s.Length > 0));

    private static string Named(string name, string value) => value.Length == 0 ? "" : $"{name} {value}";

    private static string Sentence(string text) => char.ToUpperInvariant(text[0]) + text[1..] + (text.EndsWith('.') ? "" : ".");
}
