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
    /// <summary>The slots were read back.</summary>
    ReadBack,
    /// <summary>The phone is restarting.</summary>
    Reset,
    /// <summary>The phone came back from its restart and the slots were read once more.</summary>
    ReRead,
    /// <summary>The journal row is closed.</summary>
    Closed,
}

/// <summary>How a restore ended.</summary>
public enum RestoreOutcome
{
    /// <summary>The phone holds the new values: they were read back.</summary>
    Applied = WriteOutcome.Applied,
    /// <summary>Something was sent and the phone holds the old values: they were read back.</summary>
    RolledBack = WriteOutcome.RolledBack,
    /// <summary>Nothing was sent, or the phone refused and holds the old values.</summary>
    Refused = WriteOutcome.Refused,
    /// <summary>It is not known what the phone holds, or it holds neither value.</summary>
    Unknown = WriteOutcome.Unknown,
    /// <summary>The new values were read back, and after the restart the phone holds the old ones again.</summary>
    NotInEffect = WriteOutcome.NotInEffect,
    /// <summary>The slots held the values already; nothing was sent.</summary>
    Unchanged,
    /// <summary>Nothing was sent because only a validation was asked for.</summary>
    Validated,
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
