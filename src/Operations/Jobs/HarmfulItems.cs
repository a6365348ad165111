using ImeiAgent.Diag.Nv;
using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <summary>
/// The items of a dump that are not asked for, because phones of its model do not survive it, or are asked for alone, because one of them
/// may be such an item. What is found out here is taught to the dumps of other phones.
/// </summary>
internal sealed class HarmfulItems(JobRow row, DumpPlan plan, VaultFile vault, TimeProvider time)
{
    /// <summary>So often in a row the phone may be lost without one more item read.</summary>
    private const int MostLosses = 10;

    private readonly Caution _caution = new();
    private readonly HashSet<uint> _skips = [];
    private readonly List<(int Position, SkippedItem Skip)> _blamed = [];
    private int _lostAt = -1, _losses;

    /// <summary>Whether the item at this position is left out.</summary>
    public bool IsSkipped(int position) => _skips.Contains(plan.KeyAt(position));

    /// <summary>Whether the item at this position is to be asked for alone. May be asked from any thread.</summary>
    public bool IsAlone(int position) => _caution.IsDue(position);

    /// <summary>Takes up what is on the model's list by now; what was on it before stays.</summary>
    public void Refresh()
    {
        foreach (SkippedItem skip in vault.Learned.Skips(row.Identity.Model))
            _skips.Add(DumpPlan.Key(skip.Slot, skip.Item.Number));
    }

    /// <summary>The phone was lost.</summary>
    /// <param name="lost">What was under way.</param>
    /// <param name="position">How far the dump has come.</param>
    /// <returns>The note on an item that is to blame and skipped from now on; null when none is.</returns>
    /// <exception cref="OperationException">It is lost again and again, and the dump comes no further.</exception>
    public string? PhoneLost(PhoneLostException lost, int position)
    {
        if (position > _lostAt)
            (_lostAt, _losses) = (position, 0);
        if (++_losses == MostLosses)
            throw lost.Reason;
        if (!_caution.PhoneLost(lost.First, lost.End, lost.Asked))
            return null;
        (byte slot, NvItemId item) = plan[lost.First];
        string reason = lost.Reason.Error == OperationError.NoReply ? "the phone answered nothing any more" : "the phone left the port";
        _skips.Add(plan.KeyAt(lost.First));
        _blamed.Add((lost.First, new SkippedItem(
            row.Identity.Model, slot, item, $"Twice when it was read, {reason}.", "", row.Identity.Build, time.GetUtcNow())));
        return $"Item {item.Number} of SIM {slot} is skipped: twice when it was read, {reason}.";
    }

    /// <summary>
    /// An item that was blamed is skipped for all phones of its model only once the phone was read on behind it: one that restarts by
    /// itself, or a loose cable, is lost at the next item too. A phone without a model teaches nothing, and who a phone is
    /// (identity items) is never left out of others because of one.
    /// </summary>
    /// <param name="position">How far the dump has come.</param>
    public void Learn(int position)
    {
        foreach ((int at, SkippedItem skip) in _blamed.Where(one => one.Position + 1 < position).ToArray())
        {
            _blamed.RemoveAll(one => one.Position == at);
            if (skip.Model.Length > 0 && NvCatalogue.Find(skip.Item)?.Group != NvGroup.Identity)
                vault.Learned.AddSkip(skip);
        }
    }
}
