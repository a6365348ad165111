using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Restore;

/// <summary>Where a number comes from.</summary>
public enum NumberSource
{
    /// <summary>A snapshot of this phone.</summary>
    Snapshot,

    /// <summary>The label, box or invoice; typed.</summary>
    Label,
}

/// <summary>What a person has chosen and typed for one slot.</summary>
/// <param name="slot">1 or 2.</param>
public sealed class SlotDraft(uint slot)
{
    /// <summary>SIM slot, 1 or 2.</summary>
    public uint Slot { get; } = slot;

    /// <summary>Whether it is to be restored.</summary>
    public bool IsChosen { get; set; }

    /// <summary>Where its number comes from.</summary>
    public NumberSource Source { get; set; }

    /// <summary>What was typed so far.</summary>
    public string Label { get; private set; } = "";

    /// <summary>What the agent says of exactly that; null while it was not asked or has not answered.</summary>
    public CheckLabelResponse? Verdict { get; private set; }

    /// <summary>The snapshot that was chosen; null before one is.</summary>
    public Snapshot? Snapshot { get; private set; }

    /// <summary>The slot of it whose number is taken; 0 while there is none.</summary>
    public uint SnapshotSlot { get; private set; }

    /// <summary>Whether there is a number that the agent would take.</summary>
    public bool IsReady => Source == NumberSource.Label ? Verdict?.State == LabelState.Accepted : SnapshotSlot != 0;

    /// <summary>Whether somebody has to say what proves the number: of a label always, of a file too, which says of itself whose it is.</summary>
    public bool NeedsEvidence => Source == NumberSource.Label || Snapshot?.Origin == SnapshotOrigin.Imported;

    /// <summary>Something was typed: what the agent said of the text before is not true of it.</summary>
    public void Type(string label) => (Label, Verdict) = (label, null);

    /// <summary>The agent answered. An answer to an older text is dropped.</summary>
    /// <param name="label">What it was asked of.</param>
    /// <param name="verdict">What it said.</param>
    public void Judge(string label, CheckLabelResponse verdict)
    {
        if (label == Label)
            Verdict = verdict;
    }

    /// <summary>Takes the number of a snapshot: of the same slot where it holds one there. The other slot's is another number, which only a person may take.</summary>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="from">The slot of it, when a person chose one.</param>
    public void Take(Snapshot snapshot, uint? from = null)
    {
        Snapshot = snapshot;
        SnapshotSlot = SnapshotChoices.Numbers(snapshot).Any(held => held.Slot == (from ?? Slot)) ? from ?? Slot : 0;
    }

    /// <summary>The slot as the agent is asked.</summary>
    public SlotSource ToSource()
    {
        SlotSource source = new() { Slot = Slot };
        if (Source == NumberSource.Label)
            source.Label = Label;
        else
            (source.Snapshot, source.SnapshotSlot) = (Snapshot?.Name ?? "", SnapshotSlot == Slot ? 0 : SnapshotSlot);
        return source;
    }

    /// <summary>Never tells what was typed.</summary>
    public override string ToString() => $"SIM {Slot}";
}
