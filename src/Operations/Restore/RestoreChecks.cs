using ImeiAgent.Diag.Identity;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <summary>Where a number comes from.</summary>
/// <param name="Imei">The number.</param>
/// <param name="CheckDigitComputed">Its check digit was computed rather than typed.</param>
/// <param name="Snapshot">The vault's name of the snapshot it was taken from; empty for a label.</param>
internal sealed record RestoreSource(Imei Imei, bool CheckDigitComputed, string Snapshot);

/// <summary>What is checked before anything is written, each check with its own error.</summary>
internal sealed class RestoreChecks(PhoneRegistry phones, VaultFile vault, Identify identify)
{
    // Ports can have long paths; nothing else comes near.
    private const int LongestName = 300;

    // How many of a phone's snapshots are searched; a full one takes some 50 ms.
    private const int LookBack = 20;

    /// <summary>The request by itself; returns the SPC when one was given.</summary>
    public static Spc? Arguments(RestoreRequest request)
    {
        if (request.Device.Length > LongestName || request.Label?.Length > LongestName || request.Snapshot?.Length > LongestName)
            throw Faults.Argument("device, label, snapshot", "at most 300 characters are expected.");
        if (request.Slot is not (1 or 2))
            throw Faults.Argument("slot", "1 or 2 is expected.");
        if (request.SnapshotSlot is < 0 or > 2)
            throw Faults.Argument("snapshot_slot", "0, 1 or 2 is expected.");
        if (string.IsNullOrEmpty(request.Label) == string.IsNullOrEmpty(request.Snapshot))
            throw Faults.Argument("source", "either a label or a snapshot is expected.");
        if (request.Reason.Trim().Length < 3 || request.Reason.Length > 500 || request.Reason.Any(char.IsControl))
            throw Faults.Argument("reason", "3 to 500 characters without control characters are expected: a ticket, an invoice, a sentence.");
        if (!Guid.TryParseExact(request.RequestId, "D", out _))
            throw Faults.Argument("request_id", "a UUID is expected, as in 0f8fad5b-d9cb-469f-a165-70867728950e.");
        if (request.Etag.Length > 64)
            throw Faults.Argument("etag", "at most 64 characters are expected.");
        if (request.Spc.Length == 0)
            return null;
        return Spc.TryParse(request.Spc) ?? throw Faults.Argument("spc", "6 digits are expected.");
    }

    /// <summary>The end of the same request carried out before; null when it was not. A validation is never answered from the past.</summary>
    public async Task<RestoreEnded?> ReplayAsync(RestoreRequest request, CancellationToken ct)
    {
        if (Find(request) is not { } row)
            return null;
        if (row.Entry.RequestDigest != request.Digest())
            throw Faults.RequestIdReused(request.RequestId);
        if (request.ValidateOnly)
            return null;
        if (row.State != JournalState.Closed)
            row = await SettleAsync(request, row, ct);
        RestoreReceipt receipt = RestoreReceipt.Of(row) with { Replayed = true };
        return new RestoreEnded(receipt, receipt.Error == OperationError.None ? null : new OperationException(receipt.Error, receipt.Advice));
    }

    /// <summary>
    /// Closes what an earlier restore of this phone left open because the vault failed, before anything changes the phone again. The
    /// caller holds its write gate.
    /// </summary>
    public async Task SettleAsync(Phone phone, PhoneIdentity identity, CancellationToken ct)
    {
        try
        {
            await phones.Recovery.RunAsync(phone.Name, identity, phone.Session, ct);
        }
        catch (Exception e) when (PhoneFailure.Is(e))
        {
            throw PhoneFailure.Explain(e, phone);
        }
    }

    /// <summary>The typed number; null when the number comes from a snapshot.</summary>
    public static ImeiLabel? Label(RestoreRequest request)
    {
        if (string.IsNullOrEmpty(request.Label))
            return null;
        var label = ImeiLabel.Read(request.Label);
        return label.Imei is null ? throw Faults.Label(label) : label;
    }

    /// <summary>The number, from the label or from a snapshot of this very phone.</summary>
    public RestoreSource Source(RestoreRequest request, ImeiLabel? label, string phone, PhoneIdentity identity)
    {
        if (label?.Imei is { } typed)
            return new RestoreSource(typed, label.CheckDigitComputed, "");

        SnapshotInfo info = VaultAccess.Try(() => vault.Snapshots.Find(request.Snapshot!));
        string name = SnapshotNames.Full(info.Name);
        if (!info.Identity.IsSamePhoneAs(identity))
            throw Faults.SnapshotOfOtherPhone(name, info.Identity, phone, identity);
        int from = request.SnapshotSlot == 0 ? request.Slot : request.SnapshotSlot;
        NvReading? item = VaultAccess.Try(() => vault.Snapshots.Load(info.Name)).Find((byte)from, NvItemId.Imei);
        ImeiSlot? held = item?.AsSlot();
        return held is { State: ImeiSlotState.Ok, Imei: { } imei }
            ? new RestoreSource(imei, CheckDigitComputed: false, info.Name)
            : throw Faults.SnapshotWithoutImei(name, from, held?.State);
    }

    /// <summary>What the policy says to this number in this slot; throws when it refuses.</summary>
    public RestoreRuling Judge(Phone phone, PhoneReading reading, SlotReading slot, Imei wanted, string claimedBy)
    {
        SlotReading other = reading.Slot(slot.Slot == 1 ? 2 : 1);
        Imei? otherSlot = other.Content.State == ImeiSlotState.Ok ? other.Content.Imei : LastHeld(other.Slot, phone.Name, reading.Identity);
        var facts = new RestoreFacts(slot.Content.State, slot.Content.Imei, wanted, otherSlot,
            claimedBy.Length > 0 ? claimedBy : HolderOf(wanted, phone, reading.Identity));
        RestoreRuling ruling = RestorePolicy.Judge(facts);
        return ruling is RestoreRuling.Allowed or RestoreRuling.AlreadyThere ? ruling : throw Faults.Ruled(ruling, phone.Name, slot, facts);
    }

    /// <summary>The row of an interrupted restore after it was settled, which takes its phone.</summary>
    private async Task<JournalRow> SettleAsync(RestoreRequest request, JournalRow open, CancellationToken ct)
    {
        try
        {
            if (phones.FindReady(open.Entry.Device) is { } phone && phone.Gate.TryEnter() is { } pass)
                using (pass)
                    await SettleAsync(phone, (await identify.RunAsync(phone, ct)).Identity, ct);
        }
        catch (OperationException e)
        {
            throw Faults.StillOpen(open, e);
        }
        return Find(request) is { State: JournalState.Closed } closed ? closed : throw Faults.StillOpen(open);
    }

    private JournalRow? Find(RestoreRequest request) => VaultAccess.Try(() => vault.Journal.FindByRequestId(request.RequestId));

    /// <summary>
    /// The number a slot showed when the phone was last read with one. Files that were brought do not count: a person said whose slot they are.
    /// </summary>
    private Imei? LastHeld(byte slot, string phone, PhoneIdentity identity)
    {
        foreach (SnapshotInfo info in VaultAccess.Try(() => vault.Snapshots.List(phone, LookBack, after: null)))
        {
            if (info.Origin == SnapshotOrigin.Imported || !info.Slots.Contains(slot) || !info.Identity.IsSamePhoneAs(identity))
                continue;
            if (VaultAccess.Try(() => vault.Snapshots.Load(info.Name)).Find(slot, NvItemId.Imei)?.AsSlot() is { State: ImeiSlotState.Ok, Imei: { } held })
                return held;
        }
        return null;
    }

    /// <summary>
    /// Another phone that holds the number as far as is known, attached or not; empty when none does. One that was seen in this run holds
    /// what it then showed; one that is not attached holds what a restore gave it.
    /// </summary>
    private string HolderOf(Imei wanted, Phone phone, PhoneIdentity identity)
    {
        bool Has(PhoneReading reading) => reading.Slots.Any(
            s => s.Content is { State: ImeiSlotState.Ok, Imei: { } held } && RestorePolicy.SameNumber(held, wanted));

        IReadOnlyDictionary<string, PhoneReading> seen = phones.LastSeen();
        if (seen.FirstOrDefault(p => p.Key != phone.Name && Has(p.Value)).Key is { } holder)
            return holder;

        // The last byte has the 14th digit and the check digit, which does not count: it is compared as digits.
        byte[] beginning = wanted.Pack().Bytes[..(Imei.PackedLength - 1)].ToArray();
        PhoneIdentity[] attached = [.. phones.List().Where(p => p.State == PhoneState.Ready).Select(p => p.Last!.Identity)];
        return VaultAccess.Try(() => vault.Journal.ListHolders(beginning)).FirstOrDefault(row =>
            row.Entry.Identity.IsAnotherPhoneThan(identity)
            && !attached.Any(row.Entry.Identity.IsSamePhoneAs)
            && Imei.Unpack(row.Entry.NewData) is { } given && RestorePolicy.SameNumber(given, wanted))?.Entry.Device ?? "";
    }
}
