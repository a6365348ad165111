using ImeiAgent.Diag.Identity;

namespace ImeiAgent.Vault;

/// <summary>How far a write got. States are only ever left for a later one.</summary>
public enum JournalState
{
    /// <summary>The write is meant; its bytes may be on their way.</summary>
    Intent = 0,
    /// <summary>The write is over: the phone answered it, refused it, or stayed silent.</summary>
    Sent = 1,
    /// <summary>The phone's item was read again.</summary>
    ReadBack = 2,
    /// <summary>It ended; see <see cref="WriteOutcome"/>.</summary>
    Closed = 3,
}

/// <summary>How a write ended.</summary>
public enum WriteOutcome
{
    /// <summary>The phone holds the new value.</summary>
    Applied = 1,
    /// <summary>The phone holds the old value again.</summary>
    RolledBack = 2,
    /// <summary>The phone did not take it and holds the old value.</summary>
    Refused = 3,
    /// <summary>What the phone holds is not known.</summary>
    Unknown = 4,
}

/// <summary>What is about to be written, kept before a byte of it is sent.</summary>
/// <param name="RequestId">The client's id of the request; unique.</param>
/// <param name="RequestDigest">SHA-256 of what was asked, 64 hex digits: tells a repeated request from another with its id.</param>
/// <param name="Device">The phone's name.</param>
/// <param name="Identity">Who the phone is.</param>
/// <param name="Slot">The SIM slot, from 1.</param>
/// <param name="OldActive">Whether the item held data.</param>
/// <param name="OldData">The item's bytes before; 0 to 128.</param>
/// <param name="NewData">The bytes to write; 1 to 128.</param>
/// <param name="BackupSnapshot">Name of the snapshot taken before the write; it must exist.</param>
/// <param name="SourceSnapshot">Name of the snapshot the value comes from, which must exist; empty when a person typed it.</param>
/// <param name="Reason">The operator's words.</param>
/// <param name="Operator">Who.</param>
/// <param name="CheckDigitComputed">The 15th digit was computed, not given.</param>
public sealed record JournalEntry(
    string RequestId, string RequestDigest, string Device, PhoneIdentity Identity, int Slot, bool OldActive, byte[] OldData,
    byte[] NewData, string BackupSnapshot, string SourceSnapshot, string Reason, string Operator, bool CheckDigitComputed)
{
    /// <summary>Says nothing of the bytes: item data is never logged.</summary>
    public override string ToString() => $"write {RequestId} to {Device}, slot {Slot}";
}

/// <summary>A write and how far it got.</summary>
/// <param name="Id">Counted from 1 in the order of opening.</param>
/// <param name="Entry">What was meant.</param>
/// <param name="State">How far it got.</param>
/// <param name="Outcome">How it ended; null until closed.</param>
/// <param name="ErrorReason">Name of the error it ended with; empty when none or not closed.</param>
/// <param name="Advice">What a person should do now; may be empty.</param>
/// <param name="StartedAt">When it was opened, to the millisecond.</param>
/// <param name="EndedAt">When it was closed.</param>
public sealed record JournalRow(
    long Id, JournalEntry Entry, JournalState State, WriteOutcome? Outcome, string ErrorReason, string Advice,
    DateTimeOffset StartedAt, DateTimeOffset? EndedAt);

/// <summary>A request id is in the journal already.</summary>
public sealed class DuplicateRequestException(JournalRow existing)
    : Exception($"request {existing.Entry.RequestId} is in the journal already, as row {existing.Id}")
{
    /// <summary>The row that has the id.</summary>
    public JournalRow Existing { get; } = existing;
}

/// <summary>A journal row was asked to go back, stand still, or change after it was closed.</summary>
public sealed class JournalOrderException(long id, JournalState? current, JournalState asked) : Exception(
    current is { } state ? $"journal row {id} is {state} and cannot become {asked}" : $"there is no journal row {id}")
{
    /// <summary>The row.</summary>
    public long Id { get; } = id;

    /// <summary>Its state; null when there is no such row.</summary>
    public JournalState? Current { get; } = current;

    /// <summary>The state that was asked for.</summary>
    public JournalState Asked { get; } = asked;
}
