using System.Collections.Concurrent;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Vault;
using ImeiAgent.Vault.Formats;

namespace ImeiAgent.Operations;

/// <summary>What was read from phones and is kept: lists it, and gives it out as files.</summary>
public sealed class Backups(PhoneRegistry phones, VaultFile vault)
{
    private const int CacheCapacity = 1000;

    // A content never changes under its hash, and a full one takes milliseconds to load.
    private readonly ConcurrentDictionary<string, IReadOnlyList<SlotReading>> _slots = new();

    /// <summary>A page of snapshots, newest first.</summary>
    /// <param name="device">Only those of this phone, attached or by its full name; empty for all.</param>
    /// <param name="pageSize">1 to 1,000; 0 means 100.</param>
    /// <param name="pageToken">From an earlier page; empty for the first.</param>
    /// <exception cref="OperationException">An argument is wrong, or the vault failed.</exception>
    public SnapshotPage List(string device, int pageSize, string pageToken)
    {
        (SnapshotInfo[] found, string next) = Paging.Page(
            pageSize, limit => vault.Snapshots.List(device.Length == 0 ? null : phones.NameOf(device), limit, pageToken), snapshot => snapshot.Name);
        return new SnapshotPage([.. found.Select(View)], next);
    }

    /// <summary>One snapshot.</summary>
    /// <param name="name">Name or a unique beginning of it, with or without "snapshots/".</param>
    /// <exception cref="OperationException">None or several have that name, or the vault failed.</exception>
    public SnapshotView Get(string name) => View(VaultAccess.Try(() => vault.Snapshots.Find(name)));

    /// <summary>The items of a snapshot, by slot and number. The content's hash is checked first.</summary>
    /// <param name="name">As for <see cref="Get"/>.</param>
    /// <param name="slots">SIM slots, 1 or 2; none for all that it holds.</param>
    /// <param name="activeOnly">Only items with data.</param>
    /// <param name="by">Who asks: the content is given out, which is audited as an export is.</param>
    /// <exception cref="OperationException">There is no such snapshot or it has no such slot, it is damaged, or the vault failed.</exception>
    public IEnumerable<NvReading> Read(string name, IReadOnlyCollection<int> slots, bool activeOnly, Caller by)
    {
        (SnapshotInfo info, SnapshotContent content) = Load(name, slots, "slots");
        Note(by, "read-snapshot", "read", info, slots.Count == 0 ? [.. content.Slots.Select(s => (int)s)] : slots);
        return content.Readings.Where(r => (slots.Count == 0 || slots.Contains(r.Slot)) && (r.IsActive || !activeOnly));
    }

    /// <summary>Writes one slot of a snapshot as the text of NV-items reader/writer 3.5. The content's hash is checked first.</summary>
    /// <param name="name">As for <see cref="Get"/>.</param>
    /// <param name="slot">SIM slot, 1 or 2.</param>
    /// <param name="activeOnly">Only items with data.</param>
    /// <param name="destination">Left open.</param>
    /// <param name="by">Who asks: an export is audited.</param>
    /// <exception cref="OperationException">There is no such snapshot or it has no such slot, it is damaged, or the vault failed.</exception>
    public void ExportText(string name, int slot, bool activeOnly, Stream destination, Caller by)
    {
        (SnapshotInfo info, SnapshotContent content) = Load(name, [slot], "slot");
        Note(by, "export-snapshot", "exported", info, [slot]);
        NvText.Write(destination, content.Readings.Where(r => r.Slot == slot), activeOnly);
    }

    private (SnapshotInfo Info, SnapshotContent Content) Load(string name, IEnumerable<int> slots, string field)
    {
        SnapshotInfo info = VaultAccess.Try(() => vault.Snapshots.Find(name));
        SnapshotContent content = VaultAccess.Try(() => vault.Snapshots.Load(info.Name));
        if (slots.Any(slot => slot is not (1 or 2) || !content.Slots.Contains((byte)slot)))
            throw Faults.Argument(field, $"this snapshot holds slot {string.Join(" and ", content.Slots)}.");
        return (info, content);
    }

    // On record before anything is given out.
    private void Note(Caller by, string action, string outcome, SnapshotInfo info, IEnumerable<int> slots) => VaultAccess.Try(
        () => vault.Audit.Append(by.Did(action, info.Device, outcome, $"{SnapshotNames.Full(info.Name)}, slot {string.Join(" and ", slots)}")));

    internal SnapshotView View(SnapshotInfo info)
    {
        if (!_slots.TryGetValue(info.Sha256, out IReadOnlyList<SlotReading>? slots))
        {
            slots = SlotsOf(info);
            if (_slots.Count >= CacheCapacity)
                _slots.Clear();
            _slots[info.Sha256] = slots;
        }
        return new SnapshotView(SnapshotNames.Full(info.Name), info, slots);
    }

    private IReadOnlyList<SlotReading> SlotsOf(SnapshotInfo info)
    {
        try
        {
            SnapshotContent content = vault.Snapshots.Load(info.Name);
            return
            [
                .. content.Slots
                    .Select(slot => (slot, held: content.Find(slot, NvItemId.Imei)?.AsSlot()))
                    .Where(s => s.held is not null)
                    .Select(s => new SlotReading(s.slot, s.held!.Value, "")),
            ];
        }
        catch (SnapshotDamagedException)
        {
            // It stays in the list; whoever wants its content is told.
            return [];
        }
        catch (VaultUnavailableException e)
        {
            throw Faults.Vault(e);
        }
    }
}
