using ImeiAgent.Diag.Nv;
using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <summary>An item on the list.</summary>
/// <param name="Item">As it is kept.</param>
public sealed record SkipView(SkippedItem Item);

/// <summary>The list of items that are not read, by model: learned from phones that did not survive the read, or added by a person.</summary>
public sealed class Skips(VaultFile vault, TimeProvider time)
{
    private const int LongestModel = 128;
    private const int LongestReason = 500;

    /// <summary>The list, by model, slot and item.</summary>
    /// <param name="model">Only of this model; empty for all.</param>
    /// <exception cref="OperationException">The vault failed.</exception>
    public IReadOnlyList<SkipView> List(string model) =>
        [.. VaultAccess.Try(() => vault.Learned.Skips(model.Length == 0 ? null : model)).Select(skip => new SkipView(skip))];

    /// <summary>Adds an item; what is on the list already stays as it is and is returned.</summary>
    /// <param name="model">As the phone tells it, 1 to 128 characters.</param>
    /// <param name="slot">SIM slot, 1 or 2.</param>
    /// <param name="item">0 to 65535.</param>
    /// <param name="reason">Why, for a person; 0 to 500 characters.</param>
    /// <param name="caller">Who asks.</param>
    /// <exception cref="OperationException">An argument is wrong, or the vault failed.</exception>
    public SkipView Add(string model, int slot, long item, string reason, string caller)
    {
        Check(model, slot, item);
        if (reason.Length > LongestReason)
            throw Faults.Argument("reason", $"at most {LongestReason} characters are expected.");
        return new SkipView(VaultAccess.Try(() => vault.Learned.AddSkip(
            new SkippedItem(model, (byte)slot, new NvItemId((ushort)item), reason, caller, "", time.GetUtcNow()))));
    }

    /// <summary>Takes an item off the list and returns it; it is read again in the next dump.</summary>
    /// <param name="model">As for <see cref="Add"/>.</param>
    /// <param name="slot">SIM slot, 1 or 2.</param>
    /// <param name="item">0 to 65535.</param>
    /// <exception cref="OperationException">It is not on the list, an argument is wrong, or the vault failed.</exception>
    public SkipView Remove(string model, int slot, long item)
    {
        Check(model, slot, item);
        SkippedItem? removed = VaultAccess.Try(() => vault.Learned.RemoveSkip(model, (byte)slot, new NvItemId((ushort)item)));
        return removed is null ? throw Faults.SkipNotFound(model, slot, (int)item) : new SkipView(removed);
    }

    private static void Check(string model, int slot, long item)
    {
        if (model.Length is 0 or > LongestModel)
            throw Faults.Argument("model", $"a model of 1 to {LongestModel} characters is expected, as \"imei devices\" shows it.");
        if (slot is not (1 or 2))
            throw Faults.Argument("slot", "1 or 2 is expected.");
        if (item is < 0 or >= NvItemId.Count)
            throw Faults.Argument("item", "0 to 65535 is expected.");
    }
}
