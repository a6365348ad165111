using ImeiAgent.Diag.Identity;
using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <summary>What a restore did to a slot.</summary>
/// <param name="Slot">SIM slot, from 1.</param>
/// <param name="OldState">State of the slot before.</param>
/// <param name="OldImei">The number before; null when there was none.</param>
/// <param name="NewImei">The number asked for.</param>
/// <param name="CheckDigitComputed">Its check digit was computed rather than typed.</param>
/// <param name="SourceSnapshot">Full name of the snapshot the number came from; empty for a label.</param>
public sealed record SlotReceipt(int Slot, ImeiSlotState OldState, Imei? OldImei, Imei NewImei, bool CheckDigitComputed, string SourceSnapshot);

/// <summary>What a restore did.</summary>
public sealed record RestoreReceipt
{
    /// <summary>Name of the journal row, as in "journal/17"; empty when nothing was journalled.</summary>
    public string Journal { get; init; } = "";

    /// <summary>The phone's name.</summary>
    public required string Device { get; init; }

    /// <summary>The slots, ascending; at least one.</summary>
    public required IReadOnlyList<SlotReceipt> Slots { get; init; }

    /// <summary>How it ended.</summary>
    public required RestoreOutcome Outcome { get; init; }

    /// <summary>Snapshot of the identity and RF items taken before; empty when none was.</summary>
    public string BackupSnapshot { get; init; } = "";

    /// <summary>The reason that was given.</summary>
    public string Reason { get; init; } = "";

    /// <summary>What shows that the number is the phone's own.</summary>
    public string Evidence { get; init; } = "";

    /// <summary>Who asked.</summary>
    public string Operator { get; init; } = "";

    /// <summary>The supervisor who approved it; empty when it needed no approval.</summary>
    public string ApprovedBy { get; init; } = "";

    /// <summary>Why they did.</summary>
    public string ApprovalReason { get; init; } = "";

    /// <summary>Who closed the row by hand, and why; empty when it was closed on what was read from the phone.</summary>
    public string SettledBy { get; init; } = "";

    /// <summary>The request's id.</summary>
    public string RequestId { get; init; } = "";

    /// <summary>The trace under which it ran, 32 hex digits.</summary>
    public string TraceId { get; init; } = "";

    /// <summary>SHA-256 over the closed journal row, 64 hex digits; empty when none was closed.</summary>
    public string Sha256 { get; init; } = "";

    /// <summary>Whether the phone was seen to restart after the write.</summary>
    public bool Restarted { get; init; }

    /// <summary>When it was accepted.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset EndedAt { get; init; }

    /// <summary>What a person should know or do next.</summary>
    public string Advice { get; init; } = "";

    /// <summary>This is the stored receipt of an earlier call.</summary>
    public bool Replayed { get; init; }

    /// <summary>The error it ended with.</summary>
    public OperationError Error { get; init; }

    /// <summary>The receipt of a journal row; of an open one with <see cref="RestoreOutcome.Unknown"/>.</summary>
    internal static RestoreReceipt Of(JournalRow row) => new()
    {
        Journal = JournalNames.Full(row.Id),
        Device = row.Entry.Device,
        Slots = [.. row.Entry.Slots.Select(Of)],
        Outcome = (RestoreOutcome)(row.Outcome ?? WriteOutcome.Unknown),
        BackupSnapshot = SnapshotNames.Full(row.BackupSnapshot),
        Reason = row.Entry.Reason,
        Evidence = row.Entry.Evidence,
        Operator = row.Entry.Operator,
        ApprovedBy = row.Entry.ApprovedBy,
        ApprovalReason = row.Entry.ApprovalReason,
        SettledBy = row.SettledBy,
        RequestId = row.Entry.RequestId,
        TraceId = row.Entry.TraceId,
        Sha256 = row.Sha256,
        Restarted = row.Restarted,
        StartedAt = row.StartedAt,
        EndedAt = row.EndedAt ?? row.StartedAt,
        Advice = row.Advice,
        Error = OperationErrors.Parse(row.ErrorReason),
    };

    private static SlotReceipt Of(JournalSlot slot)
    {
        var old = SlotChange.Of(slot).Old.AsSlot();
        return new SlotReceipt(slot.Slot, old.State, old.Imei, Imei.Unpack(slot.NewData) ?? default, slot.CheckDigitComputed, SnapshotNames.Full(slot.SourceSnapshot));
    }
}
