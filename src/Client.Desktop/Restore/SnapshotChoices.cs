using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Restore;

/// <summary>Which snapshots may hold a phone's own number. The agent decides; this keeps others out of the list.</summary>
public static class SnapshotChoices
{
    /// <summary>As many as the agent lists in one answer.</summary>
    public const int Most = 1000;

    /// <summary>Those of this phone that hold a number, the newest first; files that were imported among them.</summary>
    /// <exception cref="AgentException">The agent's refusal, or the connection broke.</exception>
    public static async Task<IReadOnlyList<Snapshot>> ListAsync(AgentClient client, Device device, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(device);
        // What was imported is nobody's by name, so that it is looked for among all.
        ListSnapshotsResponse own = await client.ListSnapshotsAsync(new() { Device = device.Name, PageSize = Most }, cancellation);
        ListSnapshotsResponse all = await client.ListSnapshotsAsync(new() { PageSize = Most }, cancellation);
        return [.. own.Snapshots.Concat(all.Snapshots.Where(one => one.Device.Length == 0 && MayBeOf(one.Identity, device.Identity)))
            .DistinctBy(one => one.Name).Where(one => Numbers(one).Any()).OrderByDescending(one => one.CreateTime?.ToDateTime())];
    }

    /// <summary>The slots of a snapshot that hold a number.</summary>
    public static IEnumerable<ImeiSlot> Numbers(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return snapshot.ImeiSlots.Where(slot => slot.State == ImeiSlotState.Ok);
    }

    /// <summary>Whether one backup holds a number for each of the slots.</summary>
    public static bool HoldsBoth(Snapshot snapshot) => Numbers(snapshot).Select(slot => slot.Slot).Distinct().Count() == 2;

    // Serial numbers decide; of a phone that lost its own, the model: a supervisor then has to confirm it.
    internal static bool MayBeOf(PhoneIdentity? snapshot, PhoneIdentity? phone)
    {
        if (snapshot is null || phone is null)
            return false;
        bool isSame = Same(snapshot.Esn, phone.Esn) || Serials.Fit(snapshot.Meid, phone.Meid);
        bool isAnother = Differ(snapshot.Esn, phone.Esn) || Serials.AreSame(snapshot.Meid, phone.Meid) == false || Differ(snapshot.Model, phone.Model);
        bool isBare = phone.Esn.Length == 0 && phone.Meid.Length == 0;
        return !isAnother && (isSame || (isBare && Same(snapshot.Model, phone.Model)));
    }

    private static bool Same(string one, string other) => one.Length > 0 && one == other;

    private static bool Differ(string one, string other) => one.Length > 0 && other.Length > 0 && one != other;
}
