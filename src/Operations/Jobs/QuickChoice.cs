using System.Globalization;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <summary>What a quick backup reads: what held data in earlier snapshots of the model, and the identity and RF items whatever they held.</summary>
internal static class QuickChoice
{
    private const int MostSnapshots = 50;
    private static readonly NvGroup[] s_always = [NvGroup.Identity, NvGroup.RfCalibration, NvGroup.Radio];

    /// <summary>The items of each slot, and notes that say plainly what is not read.</summary>
    public static (IReadOnlyList<JobOrder.Part> Parts, string Note) For(string model, IReadOnlyList<byte> slots, VaultFile vault)
    {
        ActiveItems active = VaultAccess.Try(() => vault.Snapshots.ActiveItems(model, MostSnapshots));
        ushort[] always = [.. s_always.SelectMany(NvCatalogue.InGroup).Select(entry => entry.Id.Number)];
        var parts = new List<JobOrder.Part>();
        int total = 0;
        foreach (byte slot in slots)
        {
            ushort[] items = [.. active.Items.Where(one => one.Slot == slot).Select(one => one.Item).Concat(always).Distinct().Order()];
            parts.Add(new JobOrder.Part(slot, JobOrder.Text(items)));
            total += items.Length;
        }
        int all = slots.Count * NvItemId.Count;
        string because = active.Snapshots == 0
            ? $"no earlier snapshot of a {Name(model)} is known, so only the identity and RF items are read"
            : $"they held no data in {Counted(active.Snapshots, "earlier snapshot")} of {Name(model)} phones and are neither identity nor RF items";
        string note = string.Create(CultureInfo.InvariantCulture,
            $"Quick: {total:N0} of {all:N0} items are read. The other {all - total:N0} are not read and not in the snapshot: {because}.");
        return (parts, note);
    }

    private static string Name(string model) => model.Length == 0 ? "nameless model" : model;

    private static string Counted(int count, string what) => count == 1 ? $"1 {what}" : string.Create(CultureInfo.InvariantCulture, $"{count:N0} {what}s");
}
