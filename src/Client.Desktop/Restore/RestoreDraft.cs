using System.Globalization;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Restore;

/// <summary>What a person has chosen and typed for a restore. What opens a phone is no part of it.</summary>
public sealed class RestoreDraft
{
    /// <summary>Most characters of a reason.</summary>
    public const int LongestReason = 500;

    /// <summary>Most characters of what proves a number.</summary>
    public const int LongestEvidence = 200;

    private const int Shortest = 3;

    /// <summary>Both slots, whether they are restored or not.</summary>
    public IReadOnlyList<SlotDraft> Slots { get; } = [new(1), new(2)];

    /// <summary>Those that are to be restored, in order.</summary>
    public IReadOnlyList<SlotDraft> Chosen => [.. Slots.Where(slot => slot.IsChosen)];

    /// <summary>Whether both slots take their numbers from one backup, each its own, and a person wants to choose them so: what is shown is what is sent.</summary>
    public bool FromOneBackup
    {
        get => field && Chosen is [{ Snapshot: { } one }, _] both
            && both.All(slot => slot.Source == NumberSource.Snapshot && slot.Snapshot?.Name == one.Name && slot.SnapshotSlot == slot.Slot);
        set;
    }

    /// <summary>Why.</summary>
    public string Reason { get; set; } = "";

    /// <summary>What proves that the numbers are this phone's.</summary>
    public string Evidence { get; set; } = "";

    /// <summary>Whether the phone is left running after the write, so that it is not known whether the number stays.</summary>
    public bool NoRestart { get; set; }

    /// <summary>Whether each slot that is to be restored has a number.</summary>
    public bool HasNumbers => Chosen is [_, ..] chosen && chosen.All(slot => slot.IsReady);

    /// <summary>Whether it has to be said what proves the numbers.</summary>
    public bool NeedsEvidence => Chosen.Any(slot => slot.NeedsEvidence);

    /// <summary>Whether the reason says something.</summary>
    public bool HasReason => IsSentence(Reason, LongestReason);

    /// <summary>Whether the evidence says something, or may be left out and is.</summary>
    public bool HasEvidence => IsSentence(Evidence, LongestEvidence) || (!NeedsEvidence && Evidence.Trim().Length == 0);

    /// <summary>Whether the agent can be asked.</summary>
    public bool IsComplete => HasNumbers && HasReason && HasEvidence;

    /// <summary>
    /// Chooses where the numbers come from for a person who has not: of each slot the newest backup that the agent took itself, of both one and the
    /// same where there is one; else the label.
    /// </summary>
    /// <param name="snapshots">Those of this phone that hold a number, the newest first.</param>
    public void Prepare(IReadOnlyList<Snapshot> snapshots)
    {
        Snapshot[] own = [.. snapshots.Where(one => one.Origin != SnapshotOrigin.Imported)];
        SlotDraft[] untouched = [.. Chosen.Where(slot => slot is { Snapshot: null, Label.Length: 0 })];
        if (untouched.Length == 2 && own.FirstOrDefault(SnapshotChoices.HoldsBoth) is { } both)
        {
            FromOneBackup = true;
            TakeBoth(both);
            return;
        }
        foreach (SlotDraft slot in untouched)
            if (own.FirstOrDefault(one => SnapshotChoices.Numbers(one).Any(held => held.Slot == slot.Slot)) is { } newest)
                slot.Take(newest);
            else
                slot.Source = NumberSource.Label;
    }

    /// <summary>Takes the number of each chosen slot from one backup.</summary>
    public void TakeBoth(Snapshot snapshot)
    {
        foreach (SlotDraft slot in Chosen)
        {
            slot.Source = NumberSource.Snapshot;
            slot.Take(snapshot, slot.Slot);
        }
    }

    /// <summary>The request, as far as a person makes it: without etags, codes and a lease.</summary>
    /// <param name="device">The phone's full name: a second one that is plugged in meanwhile cannot take its place.</param>
    /// <param name="requestId">A UUID.</param>
    public WriteImeiRequest ToRequest(string device, string requestId)
    {
        WriteImeiRequest request = new()
        {
            Device = device,
            Reason = Reason.Trim(),
            Evidence = Evidence.Trim(),
            NoRestart = NoRestart,
            RequestId = requestId,
        };
        request.Slots.AddRange(Chosen.Select(slot => slot.ToSource()));
        return request;
    }

    // The contract's rule for a text that is kept.
    private static bool IsSentence(string text, int longest) =>
        text.Trim() is var said && said.Length <= longest && said.Count(c => !char.IsWhiteSpace(c)) >= Shortest
        && !said.Any(c => char.IsControl(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
