using ImeiAgent.Diag.Identity;
using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <summary>Where a number comes from.</summary>
/// <param name="Imei">The number.</param>
/// <param name="CheckDigitComputed">Its check digit was computed rather than typed.</param>
/// <param name="Snapshot">The vault's name of the snapshot it was taken from; empty for a label.</param>
/// <param name="TakenOn">The build that the snapshot tells; empty for a label or when it tells none.</param>
internal sealed record RestoreSource(Imei Imei, bool CheckDigitComputed, string Snapshot, string TakenOn);

/// <summary>One slot of a restore, checked.</summary>
/// <param name="Reading">The slot as it was read a moment ago.</param>
/// <param name="Source">The number and where it comes from.</param>
/// <param name="AlreadyThere">The slot holds it already: nothing is written to it.</param>
internal sealed record SlotPlan(SlotReading Reading, RestoreSource Source, bool AlreadyThere)
{
    /// <summary>The content before and after.</summary>
    public SlotChange Change => new(
        Reading.Slot,
        SlotContent.Of(Reading.Content.Reply) ?? throw new InvalidOperationException("The policy let an unreadable slot pass."),
        new SlotContent(true, Source.Imei.Pack()));

    /// <summary>As the receipt tells it.</summary>
    public SlotReceipt Receipt => new(
        Reading.Slot, Reading.Content.State, Reading.Content.Imei, Source.Imei, Source.CheckDigitComputed, SnapshotNames.Full(Source.Snapshot));

    /// <summary>As the journal keeps it.</summary>
    public JournalSlot Entry
    {
        get
        {
            SlotChange change = Change;
            return new JournalSlot(
                change.Slot, change.Old.IsActive, change.Old.Data.Bytes.ToArray(), change.Wanted.Data.Bytes.ToArray(), Source.CheckDigitComputed, Source.Snapshot);
        }
    }
}

/// <summary>What is to be done to a phone: everything was checked, nothing was sent.</summary>
/// <param name="Slots">All slots that were asked for, ascending.</param>
/// <param name="Approval">The supervisor's approval that it rests on; null when it needs none.</param>
/// <param name="Notes">What a person should know beside.</param>
internal sealed record RestorePlan(IReadOnlyList<SlotPlan> Slots, Approval? Approval, IReadOnlyList<string> Notes)
{
    /// <summary>The slots that are written.</summary>
    public IReadOnlyList<SlotPlan> Written { get; } = [.. Slots.Where(s => !s.AlreadyThere)];

    /// <summary>Their contents before and after.</summary>
    public IReadOnlyList<SlotChange> Changes { get; } = [.. Slots.Where(s => !s.AlreadyThere).Select(s => s.Change)];

    /// <summary>The plan in words, masked.</summary>
    public override string ToString() => string.Join("; ", Slots.Select(s =>
        $"slot {s.Reading.Slot}: {s.Reading.Content.State.ToString().ToLowerInvariant()}, to be {s.Source.Imei}"));
}
