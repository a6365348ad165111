using ImeiAgent.Diag.Identity;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <summary>What is checked before anything is written, each check with its own error. The rules themselves are <see cref="RestorePolicy"/>.</summary>
internal sealed class RestoreChecks(PhoneRegistry phones, VaultFile vault, TimeProvider time)
{
    // Ports can have long paths; nothing else comes near.
    internal const int LongestName = 300;

    private readonly ApprovalBook _approvals = new(vault, time);

    /// <summary>The request by itself; returns the codes that came with it.</summary>
    public static UnlockCodes Arguments(RestoreRequest request)
    {
        if (request.Device.Length > LongestName || request.Slots.Any(s => s.Label?.Length > LongestName || s.Snapshot?.Length > LongestName))
            throw Faults.Argument("device", "of device, label and snapshot at most 300 characters are expected.");
        if (request.Slots.Count is 0 or > 2 || request.Slots.Any(s => s.Slot is not (1 or 2)) || request.Slots.DistinctBy(s => s.Slot).Count() != request.Slots.Count)
            throw Faults.Argument("slot", "1, 2, or each of them once is expected.");
        if (request.Slots.Any(s => s.SnapshotSlot is < 0 or > 2))
            throw Faults.Argument("snapshot_slot", "0, 1 or 2 is expected.");
        if (request.Slots.Any(s => string.IsNullOrEmpty(s.Label) == string.IsNullOrEmpty(s.Snapshot)))
            throw Faults.Argument("source", "either a label or a snapshot is expected for each slot.");
        if (!FreeText.IsSentence(request.Reason, 500))
            throw Faults.Argument("reason", "3 to 500 characters without control characters are expected: a ticket, an invoice, a sentence.");
        if (request.Slots.Any(s => !string.IsNullOrEmpty(s.Label)) ? !FreeText.IsSentence(request.Evidence, 200) : request.Evidence.Length > 0 && !FreeText.IsSentence(request.Evidence, 200))
            throw Faults.Argument("evidence", "3 to 200 characters without control characters are expected with a label: the ticket, photo or invoice that shows the number.");
        if (!Guid.TryParseExact(request.RequestId, "D", out Guid id) || id.ToString("D") != request.RequestId)
            throw Faults.Argument("request_id", "a UUID is expected, as in 0f8fad5b-d9cb-469f-a165-70867728950e.");
        if (request.Slots.Any(s => s.Etag.Length > 64))
            throw Faults.Argument("etag", "at most 64 characters are expected.");
        return UnlockCodes.Parse(request.Spc, request.Password);
    }

    /// <summary>The typed numbers by slot; those that come from snapshots are not among them.</summary>
    public static IReadOnlyDictionary<int, ImeiLabel> Labels(RestoreRequest request)
    {
        var labels = new Dictionary<int, ImeiLabel>();
        foreach (SlotOrder order in request.Slots.Where(s => !string.IsNullOrEmpty(s.Label)))
        {
            var label = ImeiLabel.Read(order.Label);
            labels[order.Slot] = label.Imei is null ? throw Faults.Label(label) : label;
        }
        return labels;
    }

    /// <summary>The numbers, from labels or from snapshots of this very phone, by slot.</summary>
    public IReadOnlyDictionary<int, RestoreSource> Sources(
        RestoreRequest request, IReadOnlyDictionary<int, ImeiLabel> labels, Phone phone, PhoneReading reading, List<OperationException> toApprove)
    {
        var sources = new Dictionary<int, RestoreSource>();
        foreach (SlotOrder order in request.Slots)
            sources[order.Slot] = labels.TryGetValue(order.Slot, out ImeiLabel? label)
                ? new RestoreSource(label.Imei!.Value, label.CheckDigitComputed, "", "")
                : FromSnapshot(order, request.Evidence, phone.Name, reading.Identity, toApprove);
        return sources;
    }

    /// <summary>What the policy says; throws when it refuses, or wants an approval that is not there.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="phone">The phone; the caller holds its write gate.</param>
    /// <param name="reading">What it told a moment ago.</param>
    /// <param name="sources">The numbers.</param>
    /// <param name="claims">Who else is writing them at this moment.</param>
    /// <param name="toApprove">What a supervisor has to approve already.</param>
    public RestorePlan Judge(
        RestoreRequest request, Phone phone, PhoneReading reading, IReadOnlyDictionary<int, RestoreSource> sources, RunningRestores.NumberClaims claims,
        List<OperationException> toApprove)
    {
        if (VaultAccess.Try(vault.Journal.ListOpen).FirstOrDefault(r => r.State >= JournalState.Intent && r.Entry.Identity.IsSamePhoneAs(reading.Identity with { Model = "" })) is { } open)
            throw Faults.IsOpen(phone.Name, open);
        IReadOnlyList<NumberSeen> records = VaultAccess.Try(() => vault.Numbers.Of(reading.Identity));
        var plans = new List<SlotPlan>();
        var notes = new List<string>();
        foreach (SlotOrder order in request.Slots.OrderBy(s => s.Slot))
        {
            SlotReading slot = reading.Slot(order.Slot);
            RestoreSource source = sources[order.Slot];
            (string another, string perhaps) = HoldersOf(source.Imei, phone, reading.Identity);
            var facts = new RestoreFacts(
                slot.Content.State, slot.Content.Imei, source.Imei, OtherSlot(order.Slot, reading, sources, records, source.Imei),
                claims.HeldBy(source.Imei) is { Length: > 0 } claimed ? claimed : another, perhaps);
            RestoreRuling ruling = RestorePolicy.Judge(facts);
            if (ruling is RestoreRuling.NeedsApproval or RestoreRuling.NeedsConfirmation)
                toApprove.Add(Faults.Ruled(ruling, phone.Name, slot, facts));
            else if (ruling is not (RestoreRuling.Allowed or RestoreRuling.AlreadyThere))
                throw Faults.Ruled(ruling, phone.Name, slot, facts);
            plans.Add(new SlotPlan(slot, source, ruling == RestoreRuling.AlreadyThere));
            Note(order.Slot, source, reading, records, notes);
        }
        foreach (SlotOrder order in request.Slots)
            if (order.Etag.Length > 0 && order.Etag != reading.Slot(order.Slot).Etag)
                throw Faults.EtagMismatch(phone.Name, order.Slot);
        Approval? approval = toApprove.Count == 0 ? null : _approvals.Require(request, phone, plans, toApprove);
        return new RestorePlan(plans, approval, notes);
    }

    private RestoreSource FromSnapshot(SlotOrder order, string evidence, string phone, PhoneIdentity identity, List<OperationException> toApprove)
    {
        SnapshotInfo info = VaultAccess.Try(() => vault.Snapshots.Find(order.Snapshot!));
        string name = SnapshotNames.Full(info.Name);
        SourceRuling ruling = RestorePolicy.Judge(info.Identity, ImportBackup.HasLostBytes(info), identity);
        if (ruling == SourceRuling.Refused)
            throw Faults.SnapshotOfOtherPhone(name, info.Identity, phone, identity);
        if (ruling != SourceRuling.Allowed)
            toApprove.Add(ruling == SourceRuling.NeedsApproval ? Faults.SnapshotToConfirm(name, info.Identity, phone) : Faults.SnapshotWithLostBytes(name));
        // A file says of itself whose it is: what shows that it is right has to be named, as for a label.
        if (info.Origin == SnapshotOrigin.Imported && !FreeText.IsSentence(evidence, 200))
            throw Faults.Argument("evidence", "3 to 200 characters are expected with a number from a file: the ticket, photo or invoice that shows it.");
        int from = order.SnapshotSlot == 0 ? order.Slot : order.SnapshotSlot;
        ImeiSlot? held = VaultAccess.Try(() => vault.Snapshots.Load(info.Name)).Find((byte)from, NvItemId.Imei)?.AsSlot();
        return held is { State: ImeiSlotState.Ok, Imei: { } imei }
            ? new RestoreSource(imei, CheckDigitComputed: false, info.Name, info.Identity.Build)
            : throw Faults.SnapshotWithoutImei(name, from, held?.State);
    }

    /// <summary>
    /// The number of the other slot that counts: the wanted one when any of them is it, else any. A number that the other slot holds and that
    /// this very request replaces does not count.
    /// </summary>
    private static Imei? OtherSlot(
        int slot, PhoneReading reading, IReadOnlyDictionary<int, RestoreSource> sources, IReadOnlyList<NumberSeen> records, Imei wanted)
    {
        int other = slot == 1 ? 2 : 1;
        SlotReading now = reading.Slot(other);
        var numbers = new List<Imei>();
        if (sources.TryGetValue(other, out RestoreSource? toHold))
            numbers.Add(toHold.Imei);
        // What an imported file tells of the slot is no proof, and a slot that does not exist has no number.
        if (now.Content.State is not (ImeiSlotState.Ok or ImeiSlotState.Unsupported))
            numbers.AddRange(records.Where(r => r.Slot == other && r.Device.Length > 0).Select(r => r.Imei));
        else if (toHold is null && now.Content is { State: ImeiSlotState.Ok, Imei: { } held })
            numbers.Add(held);
        return numbers.Count == 0 ? null : numbers.Find(n => RestorePolicy.SameNumber(n, wanted)) is { } same && RestorePolicy.SameNumber(same, wanted) ? same : numbers[0];
    }

    /// <summary>
    /// The phones that have the number as far as is known, attached or not: one that is surely another, and one of which that cannot be told; empty
    /// where there is none. A phone that lost its number still has it: what counts is the last valid number that a phone's slot was seen with,
    /// and what a restore gave or may have given it since.
    /// </summary>
    private (string Another, string Perhaps) HoldersOf(Imei wanted, Phone phone, PhoneIdentity identity)
    {
        PhoneView? attached = phones.List().FirstOrDefault(p => p.Name != phone.Name && p.Last is { } last && p.State == PhoneState.Ready
            && last.Slots.Any(s => s.Content is { State: ImeiSlotState.Ok, Imei: { } held } && RestorePolicy.SameNumber(held, wanted)));
        (string another, string perhaps) = (attached?.Name ?? "", "");
        foreach (NumberSeen seen in VaultAccess.Try(() => vault.Numbers.Holders(wanted)))
            Count(seen.Identity, seen.Device);
        // The last byte has the 14th digit and the check digit, which does not count: it is compared as digits.
        byte[] beginning = wanted.Pack().Bytes[..(Imei.PackedLength - 1)].ToArray();
        foreach (JournalRow row in VaultAccess.Try(() => vault.Journal.ListGiven(beginning)))
            foreach (JournalSlot slot in row.Entry.Slots.Where(s => Imei.Unpack(s.NewData) is { } given && RestorePolicy.SameNumber(given, wanted)))
                if (!WasSeenWithAnother(row, slot.Slot, wanted))
                    Count(row.Entry.Identity, row.Entry.Device);
        return (another, perhaps);

        void Count(PhoneIdentity holder, string device)
        {
            bool? isAnother = RestorePolicy.IsAnotherPhone(holder, identity);
            string name = device.Length > 0 ? device : $"a phone that an imported file tells of (ESN {holder.Esn}, MEID {holder.Meid})";
            // A file says of itself whose it is: it is no proof against anybody.
            if (isAnother == true && device.Length > 0)
                another = another.Length > 0 ? another : name;
            else if (isAnother != false)
                perhaps = perhaps.Length > 0 ? perhaps : name;
        }
    }

    private bool WasSeenWithAnother(JournalRow row, byte slot, Imei wanted) =>
        VaultAccess.Try(() => vault.Numbers.Of(row.Entry.Identity)).Any(seen => seen.Slot == slot && seen.SeenAt >= row.StartedAt && !RestorePolicy.SameNumber(seen.Imei, wanted));

    private static void Note(int slot, RestoreSource source, PhoneReading reading, IReadOnlyList<NumberSeen> records, List<string> notes)
    {
        if (source.CheckDigitComputed)
            notes.Add($"The check digit for slot {slot} was computed: compare it with the label.");
        if (source.TakenOn.Length > 0 && source.TakenOn != reading.Identity.Build)
            notes.Add($"The snapshot was taken on build {source.TakenOn}; the phone now has {(reading.Identity.Build.Length > 0 ? reading.Identity.Build : "one that it does not tell")}.");
        if (records.FirstOrDefault(r => r.Slot == slot) is { } record && !RestorePolicy.SameNumber(record.Imei, source.Imei))
            notes.Add($"Slot {slot} of this phone was seen with {record.Imei} before: make sure that {source.Imei} is its own.");
    }
}
