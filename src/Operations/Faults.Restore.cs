using ImeiAgent.Diag.Identity;
using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

internal static partial class Faults
{
    /// <summary>Stands in a refusal between what was found and what to do about it.</summary>
    public const string NothingSent = "Nothing was sent to the phone.";

    public static OperationException SecondPerson(Caller by) =>
        new(OperationError.SecondPersonRequired,
            $"{by.Name} asked for this restore, so another person has to approve it: a supervisor at a station of their own. The agent's owner pairs one: imei-agent pair --role supervisor --name NAME");

    /// <summary>The exception for a ruling that refuses.</summary>
    public static OperationException Ruled(RestoreRuling ruling, string phone, SlotReading slot, RestoreFacts facts) => ruling switch
    {
        RestoreRuling.RefusedNoSlot => SlotUnreachable(phone, slot.Slot, slot.PhoneAnswer),
        RestoreRuling.RefusedUnreadable => PhoneRefused(phone, slot.PhoneAnswer,
            $" Slot {slot.Slot} cannot be read, so it is not known whether its IMEI is lost. {NothingSent} Restart the phone and try again."),
        RestoreRuling.NeedsApproval => new(OperationError.ImeiIntact,
            $"Slot {slot.Slot} of {phone} holds the valid IMEI {facts.Held}. To replace it by {facts.Wanted} would be a change, not a repair. "
            + $"{NothingSent} If the label is right, this is the wrong phone or the wrong slot."),
        RestoreRuling.NeedsConfirmation => new(OperationError.ImeiInUse,
            $"{facts.PerhapsElsewhere} has {facts.Wanted}, and it cannot be told whether that is {phone}. {NothingSent} Compare with the label."),
        RestoreRuling.RefusedOtherSlot => new(OperationError.ImeiInUse,
            $"{facts.Wanted} belongs to the phone's other slot, which is to hold it, holds it, or held it when it was last seen with a number. {NothingSent} Labels of phones with two SIMs show two numbers: take the other."),
        RestoreRuling.RefusedOtherPhone => new(OperationError.ImeiInUse,
            $"{facts.HeldElsewhere} has {facts.Wanted}, or had it when it was last seen with a number. {NothingSent} Check that the label belongs to {phone}. "
            + $"When {facts.HeldElsewhere} was given it by mistake, restore its own number first."),
        _ => throw new ArgumentOutOfRangeException(nameof(ruling), ruling, "This ruling refuses nothing."),
    };

    public static OperationException EtagMismatch(string phone, int slot) =>
        new(OperationError.EtagMismatch, $"Slot {slot} of {phone} changed since it was read. {NothingSent} Identify the phone again.");

    public static OperationException RequestIdReused(string requestId) =>
        new(OperationError.RequestIdReused, $"The request_id {requestId} was used with other content. {NothingSent} Every new restore needs a new UUID.");

    public static OperationException IsOpen(string phone, JournalRow row) =>
        new(OperationError.JournalOpen, $"An earlier restore of {phone} ({JournalNames.Full(row.Id)}) is not settled. {NothingSent} Connect the phone anew, or let a "
            + $"supervisor settle it in the journal (imei journal settle {JournalNames.Full(row.Id)} --reason \"why\").")
        { Fields = Field("journal", JournalNames.Full(row.Id)) };

    public static string MayBeIts(JournalRow row) =>
        $"This phone tells no serial numbers, and may be {row.Entry.Device}, of which an interrupted restore ({JournalNames.Full(row.Id)}) is not settled. Restart it. If it is "
        + $"another phone, connect {row.Entry.Device} first, or let a supervisor close that restore in the journal, by hand (imei journal settle {JournalNames.Full(row.Id)} --by-hand --reason \"why\").";

    public static OperationException StillOpen(JournalRow row, string hint) =>
        new(OperationError.WriteOutcomeUnknown,
            hint.Length > 0
                ? hint
                : $"This restore was interrupted ({JournalNames.Full(row.Id)}) and is settled as soon as {row.Entry.Device} is connected. Connect it, then repeat the request.")
        { Fields = Field("journal", JournalNames.Full(row.Id)) };

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
            $"{phone} is locked: it wants its service programming code (SPC) before this item may be written. Ask again with "
            + "the code (imei: --spc). The owner's operator has it, as MSL or SPC; it is not guessed, and every wrong code counts towards a lock-out.");

    /// <param name="phone">Its name.</param>
    /// <param name="isSilent">It did not answer, as phones do after a wrong code; the answer can also have been lost.</param>
    public static OperationException SpcRefused(string phone, bool isSilent) =>
        new(OperationError.SpcRefused,
            $"{(isSilent ? $"{phone} did not answer to the SPC that was given, as after a wrong one" : $"Phone does not accept SPC: {phone} refused the code that was given")}. "
            + "It was sent once and will not be tried again: some phones lock up after 15 wrong codes. Ask the operator or the owner for this phone's SPC (MSL). "
            + "The phone may be silent for about 10 seconds now.");

    public static OperationException ReadOnly(string phone, int slot) =>
        new(OperationError.ItemReadOnly,
            $"{phone} answered NV_READONLY: the maker protects the IMEI of slot {slot} against writing. Only the maker's authorised service can restore it.")
        { Fields = Field("phone_answer", "NV_READONLY") };

    public static OperationException PasswordRequired(string phone) =>
        new(OperationError.PasswordRequired,
            $"{phone} is locked: it wants its security password (16 hex digits) before this item may be written. Ask again with "
            + "it (imei: --password). Only the maker or the owner's operator has it; it is not guessed.");

    /// <inheritdoc cref="SpcRefused"/>
    public static OperationException PasswordRefused(string phone, bool isSilent) =>
        new(OperationError.PasswordRefused,
            $"{phone} {(isSilent ? "did not answer to the security password that was given, as after a wrong one" : "refused the security password that was given")}. "
            + "It was sent once and will not be tried again: phones count wrong ones and some lock up. The phone may be silent for about 10 seconds now. Ask the maker's service.");

    public static OperationException NotStored(string phone, IReadOnlyList<SlotChange> changes, WriteAnswer answer) => new(OperationError.WriteRolledBack,
        answer == WriteAnswer.Accepted
            ? $"{phone} accepted the write and did not store it: {Slots(changes)} as before. The maker protects the item; only authorised service can restore it."
            : $"{phone} did not take the write, and {Slots(changes)} as before. Restart the phone and ask again with a new request_id.");

    public static OperationException NotInEffect(string phone, IReadOnlyList<SlotChange> changes) => new(OperationError.WriteNotInEffect,
        $"{phone} took the new value and showed it, and after its restart {Slots(changes)} as before: its firmware puts that value back when it starts. "
        + "Do not try again; only authorised service can restore it.");

    public static OperationException PutBack(string phone, IReadOnlyList<SlotChange> changes, OperationException? why)
    {
        string blanked = changes.Any(c => !c.Old.IsActive) ? " A slot that was inactive cannot be made so again: it was filled with zeros, which phones show as no IMEI." : "";
        return new OperationException(why?.Error ?? OperationError.WriteRolledBack,
            $"{why?.Message ?? $"{phone} stored something other than it was given."} All or nothing: the old values were put back, and {Slots(changes)} as before.{blanked}", why)
        { Fields = why?.Fields ?? new Dictionary<string, string>() };
    }

    /// <summary>The old values could not be put back.</summary>
    public static OperationException NotPutBack(string phone) =>
        new(OperationError.WriteOutcomeUnknown, $"{phone} did not take its old value back.");

    public static OperationException NotBothInEffect(string phone) => new(OperationError.WriteNotInEffect,
        $"{phone} took the new values and showed them, and after its restart one of its slots did not hold its value any more: its firmware puts something back when it "
        + "starts. Do not try again; only authorised service can restore it.");

    public static OperationException Torn(string phone, IReadOnlyList<SlotChange> changes, string journal, OperationException? why, OperationException failed) =>
        new(OperationError.WriteOutcomeUnknown,
            $"{(why is null ? "" : why.Message + " ")}{failed.Message} The old values could not be put back, so {Numbers(changes)} of {phone} may hold old, new or wrong values. "
            + $"{journal} stays open. What was there before is in the backup snapshot. A supervisor settles it in the journal, with the code when the phone wants one (imei journal "
            + $"settle {journal} --spc - --reason \"why\"), without a code to try once more, or by hand to close it as it is (--by-hand).", failed)
        { Fields = Field("journal", journal) };

    public static OperationException UnknownOutcome(string phone, IReadOnlyList<SlotChange> changes, string journal, Holding now)
    {
        string slots = Numbers(changes);
        string what = now switch
        {
            Holding.OtherValid =>
                $"{Capital(slots)} of {phone} now shows another valid IMEI than it was given, which was left alone: some firmware puts its own number back. "
                + $"{journal} stays open: compare with the label, then a supervisor closes it in the journal, by hand (imei journal settle {journal} --by-hand --reason \"why\").",
            Holding.Unreadable =>
                $"It could not be read what {slots} of {phone} holds now. {journal} stays open: connect the phone, and it is settled by what the phone then holds. "
                + "Repeat the request with the same request_id to learn it.",
            _ =>
                $"{Capital(slots)} of {phone} does not hold what it should, and the vault or the phone is in the way of putting that right now. {journal} stays open and is settled as soon "
                + "as both can be used. Repeat the request with the same request_id to learn it.",
        };
        return new OperationException(OperationError.WriteOutcomeUnknown, what) { Fields = Field("journal", journal) };
    }

    public static OperationException NotRestarted(string phone) =>
        new(OperationError.PhoneRefused, $"{phone} was told to restart and did not leave its port.");

    public static OperationException SnapshotToConfirm(string snapshot, PhoneIdentity from, string phone) => new(OperationError.SnapshotOfOtherPhone,
        $"{phone} has lost its own serial numbers, so it cannot be known whether {snapshot} ({Describe(from)}) is of this phone. {NothingSent}");

    public static OperationException SnapshotWithLostBytes(string snapshot) => new(OperationError.FileInvalid,
        $"{snapshot} was imported from a file whose program lost bytes of every item. {NothingSent} Type the number from the phone's label instead.")
    { Fields = Field("findings", "lost bytes") };

    public static OperationException CancelledInTime() => new(OperationError.JobCancelled, "It was cancelled in time: nothing was sent.");

    public static OperationException JournalNotFound(string name) =>
        new(OperationError.JournalNotFound, $"There is no journal row \"{name}\". imei journal lists them.");

    public static OperationException JournalClosed(JournalRow row) =>
        new(OperationError.JournalClosed, $"{JournalNames.Full(row.Id)} is closed already, and a closed row is never changed: imei journal show tells how it ended.");

    public static string ClosedByHand(JournalRow row) =>
        $"A person closed this restore as it was, after step {row.State}; what the phone holds is not on record here. Identify the phone and compare slot {Numbers(row)} with the label.";

    public static OperationException ApprovalNotFound(string requestId) =>
        new(OperationError.ApprovalNotFound, $"No restore with the request_id \"{requestId}\" waits for approval. imei approvals list shows those that do.");

    // What settling says, as reason and advice of the closed row.

    public static (OperationError, string) Interrupted() =>
        (OperationError.RestoreInterrupted, "The restore was interrupted before anything was sent: the phone holds what it held. Ask again with a new request_id.");

    public static (OperationError, string) NotTold(JournalRow row) =>
        (OperationError.WriteOutcomeUnknown,
            $"The restore was interrupted, and the phone that came to this port tells neither ESN nor MEID: it may be another. Identify it and compare slot {Numbers(row)} with the label.");

    public static (OperationError, string) Settled(JournalRow row, string phone, WriteOutcome outcome, bool offline)
    {
        string now = outcome switch
        {
            WriteOutcome.Applied => "The phone holds the new value: it was read back later."
                + (row.Restarted || row.State >= JournalState.ReRead ? "" : " Restart the phone and identify it once more: some firmware puts an old value back when it starts."),
            WriteOutcome.NotInEffect => "The new value had been read back, and is gone after the phone restarted or lost its power: it holds its old value. Do not try again before you know why.",
            _ => "The phone holds its old value: it was read back later. Ask for the restore again with a new request_id.",
        };
        OperationError error = outcome switch
        {
            WriteOutcome.Applied => OperationError.None,
            WriteOutcome.NotInEffect => OperationError.WriteNotInEffect,
            _ => OperationError.WriteRolledBack,
        };
        return (error, $"The restore was interrupted. {now}{(offline ? $" {phone} may be in offline mode: restart it by hand." : "")}");
    }

    // What keeps a phone from being offered.

    public static string Restarting(JournalRow row) =>
        $"The phone is restarted to settle an interrupted restore ({JournalNames.Full(row.Id)}).";

    public static string StaysOpen(JournalRow row, string phone, Holding now)
    {
        string name = JournalNames.Full(row.Id);
        string slots = $"slot {Numbers(row)}";
        string why = now switch
        {
            Holding.Unreadable => $"{slots} cannot be read. Restart the phone",
            Holding.OtherValid => $"{slots} shows a valid IMEI that is neither the old nor the new one, which is never overwritten. Compare with the label",
            _ => $"{slots} holds neither the old nor the new value, and the phone did not take the old one back. A supervisor settles it in the journal, with the "
                + $"code when it wants one (imei journal settle {name} --spc - --reason ...), or without to try once more. What it held is in the backup snapshot",
        };
        return $"An interrupted restore ({name}) of {phone} is not settled: {why}. A supervisor can close it as it is, by hand (imei journal settle {name} --by-hand --reason ...).";
    }

    private static string Slots(IReadOnlyList<SlotChange> changes) => changes.Count == 1 ? $"slot {changes[0].Slot} is" : "both slots are";

    private static string Numbers(IReadOnlyList<SlotChange> changes) => $"slot {string.Join(" and ", changes.Select(c => c.Slot))}";

    private static string Numbers(JournalRow row) => string.Join(" and ", row.Entry.Slots.Select(s => s.Slot));

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static string Describe(PhoneIdentity identity) =>
        string.Join(", ", new[] { identity.Model, Named("ESN", identity.Esn), Named("MEID", identity.Meid) }.Where(s => s.Length > 0));

    private static string Named(string name, string value) => value.Length == 0 ? "" : $"{name} {value}";

    private static string Sentence(string text) => char.ToUpperInvariant(text[0]) + text[1..] + (text.EndsWith('.') ? "" : ".");
}
