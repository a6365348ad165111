using ImeiAgent.Diag.Identity;
using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <summary>The phases of a restore, in order.</summary>
public enum RestorePhase
{
    /// <summary>The number, the phone and the slot were checked.</summary>
    Checked = 1,
    /// <summary>The identity items were read and kept.</summary>
    BackedUp,
    /// <summary>The journal row is on disk. From here the restore runs to its end.</summary>
    Intent,
    /// <summary>The write is over: the phone answered it, refused it, or stayed silent.</summary>
    Sent,
    /// <summary>The slot was read back.</summary>
    ReadBack,
    /// <summary>The journal row is closed.</summary>
    Closed,
}

/// <summary>How a restore ended.</summary>
public enum RestoreOutcome
{
    /// <summary>The phone holds the new value: it was read back.</summary>
    Applied = WriteOutcome.Applied,
    /// <summary>Something was sent and the phone holds the old value: it was read back.</summary>
    RolledBack = WriteOutcome.RolledBack,
    /// <summary>The phone refused and holds the old value.</summary>
    Refused = WriteOutcome.Refused,
    /// <summary>It is not known what the phone holds, or it holds neither value.</summary>
    Unknown = WriteOutcome.Unknown,
    /// <summary>Nothing was sent because only a validation was asked for.</summary>
    Validated,
    /// <summary>The slot held the value already; nothing was sent.</summary>
    Unchanged,
}

/// <summary>One event of a restore: phases in order, then exactly one <see cref="RestoreEnded"/>, unless an exception ends it before.</summary>
public abstract record RestoreEvent;

/// <summary>A phase was reached.</summary>
/// <param name="Phase">Which.</param>
/// <param name="Detail">A sentence for a person; no unmasked number.</param>
public sealed record RestoreProgress(RestorePhase Phase, string Detail) : RestoreEvent;

/// <summary>The restore ended.</summary>
/// <param name="Receipt">What it did.</param>
/// <param name="Failure">The error it ended with; null when there is nothing to complain of.</param>
public sealed record RestoreEnded(RestoreReceipt Receipt, OperationException? Failure) : RestoreEvent;

/// <summary>What a restore did.</summary>
public sealed record RestoreReceipt
{
    /// <summary>Name of the journal row, as in "journal/17"; empty when nothing was journalled.</summary>
    public string Journal { get; init; } = "";

    /// <summary>The phone's name.</summary>
    public required string Device { get; init; }

    /// <summary>SIM slot, from 1.</summary>
    public required int Slot { get; init; }

    /// <summary>How it ended.</summary>
    public required RestoreOutcome Outcome { get; init; }

    /// <summary>State of the slot before.</summary>
    public required ImeiSlotState OldState { get; init; }

    /// <summary>The number before; null when there was none.</summary>
    public Imei? OldImei { get; init; }

    /// <summary>The number asked for.</summary>
    public required Imei NewImei { get; init; }

    /// <summary>The check digit was computed rather than typed.</summary>
    public bool CheckDigitComputed { get; init; }

    /// <summary>Snapshot of the identity items taken before; empty when none was.</summary>
    public string BackupSnapshot { get; init; } = "";

    /// <summary>Snapshot the number came from; empty for a label.</summary>
    public string SourceSnapshot { get; init; } = "";

    /// <summary>The reason that was given.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Who asked.</summary>
    public string Operator { get; init; } = "";

    /// <summary>The request's id.</summary>
    public string RequestId { get; init; } = "";

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

    /// <summary>The receipt of a closed journal row.</summary>
    internal static RestoreReceipt Of(JournalRow row)
    {
        var old = ImeiSlot.Interpret(new SlotContent(row.Entry.OldActive, Diag.Nv.NvData.From(row.Entry.OldData)).AsReply());
        return new RestoreReceipt
        {
            Journal = $"journal/{row.Id}",
            Device = row.Entry.Device,
            Slot = row.Entry.Slot,
            Outcome = (RestoreOutcome)(row.Outcome ?? WriteOutcome.Unknown),
            OldState = old.State,
            OldImei = old.Imei,
            NewImei = Imei.Unpack(row.Entry.NewData) ?? default,
            CheckDigitComputed = row.Entry.CheckDigitComputed,
            BackupSnapshot = SnapshotNames.Full(row.Entry.BackupSnapshot),
            SourceSnapshot = SnapshotNames.Full(row.Entry.SourceSnapshot),
            Reason = row.Entry.Reason,
            Operator = row.Entry.Operator,
            RequestId = row.Entry.RequestId,
            StartedAt = row.StartedAt,
            EndedAt = row.EndedAt ?? row.StartedAt,
            Advice = row.Advice,
            Error = OperationErrors.Parse(row.ErrorReason),
        };
    }
}
