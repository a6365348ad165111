using System.Security.Cryptography;
using ImeiAgent.Diag.Identity;

namespace ImeiAgent.Vault;

/// <summary>How far a write got. States are only ever left for a later one.</summary>
public enum JournalState
{
    /// <summary>It may be done. Nothing was sent.</summary>
    Checked = 1,
    /// <summary>What the phone held is kept. Nothing was sent.</summary>
    BackedUp = 2,
    /// <summary>The write is meant; its bytes may be on their way.</summary>
    Intent = 3,
    /// <summary>The write is over: the phone answered it, refused it, or stayed silent.</summary>
    Sent = 4,
    /// <summary>Every slot was read back with its new value.</summary>
    ReadBack = 5,
    /// <summary>The phone is told to restart, or was.</summary>
    Reset = 6,
    /// <summary>The slots were read again after the restart.</summary>
    ReRead = 7,
    /// <summary>It ended; see <see cref="WriteOutcome"/>.</summary>
    Closed = 8,
}

/// <summary>How a write ended, for all its slots alike.</summary>
public enum WriteOutcome
{
    /// <summary>The phone holds the new values.</summary>
    Applied = 1,
    /// <summary>The phone holds the old values again.</summary>
    RolledBack = 2,
    /// <summary>The phone did not take them and holds the old values.</summary>
    Refused = 3,
    /// <summary>What the phone holds is not known.</summary>
    Unknown = 4,
    /// <summary>The new values were read back, and the old ones again after the restart.</summary>
    NotInEffect = 5,
}

/// <summary>One slot of a write.</summary>
/// <param name="Slot">The SIM slot, from 1.</param>
/// <param name="OldActive">Whether the item held data.</param>
/// <param name="OldData">The item's bytes before; 0 to 128.</param>
/// <param name="NewData">The bytes to write; 1 to 128.</param>
/// <param name="CheckDigitComputed">The 15th digit was computed, not given.</param>
/// <param name="SourceSnapshot">Name of the snapshot the value comes from, which must exist; empty when a person typed it off a label.</param>
public sealed record JournalSlot(
    byte Slot, bool OldActive, byte[] OldData, byte[] NewData, bool CheckDigitComputed, string SourceSnapshot)
{
    /// <summary>Says nothing of the bytes: item data is never logged.</summary>
    public override string ToString() => $"slot {Slot}";
}

/// <summary>What is about to be written, kept before a byte of it is sent.</summary>
/// <param name="RequestId">The client's id of the request; unique.</param>
/// <param name="RequestDigest">SHA-256 of what was asked, 64 hex digits: tells a repeated request from another with its id.</param>
/// <param name="Device">The phone's name.</param>
/// <param name="Identity">Who the phone is.</param>
/// <param name="Slots">What to write where: one or more, none twice. They are all written or none is. Kept ascending.</param>
/// <param name="Reason">The operator's words.</param>
/// <param name="Evidence">What a number off a label rests on, as a ticket or photo; empty when none does.</param>
/// <param name="Operator">Who.</param>
/// <param name="ApprovedBy">Who allowed what is refused otherwise; empty when nobody had to.</param>
/// <param name="ApprovalReason">That person's words.</param>
/// <param name="Restart">Whether the phone is to be restarted and read again.</param>
/// <param name="TraceId">Of the request; may be empty.</param>
public sealed record JournalEntry(
    string RequestId, string RequestDigest, string Device, PhoneIdentity Identity, IReadOnlyList<JournalSlot> Slots,
    string Reason, string Evidence, string Operator, string ApprovedBy, string ApprovalReason, bool Restart, string TraceId)
{
    /// <summary>The restore's span in that trace, 16 hex digits; empty for none and in rows of older agents. Not a part of <see cref="JournalRow.Hash"/>.</summary>
    public string SpanId { get; init; } = "";

    /// <summary>Says nothing of the bytes: item data is never logged.</summary>
    public override string ToString() => $"write {RequestId} to {Device}, {string.Join(" and ", Slots)}";
}

/// <summary>A write and how far it got.</summary>
/// <param name="Id">Counted from 1 in the order of opening.</param>
/// <param name="Entry">What was meant.</param>
/// <param name="State">How far it got.</param>
/// <param name="BackupSnapshot">Name of the snapshot taken before the write; empty until there is one.</param>
/// <param name="Offline">The phone was, or was about to be, put into offline mode and must be restarted.</param>
/// <param name="Restarted">The phone was seen to restart after the write.</param>
/// <param name="PutBacks">How often it was tried to put back what the slots held.</param>
/// <param name="Outcome">How it ended; null until closed.</param>
/// <param name="ErrorReason">Name of the error it ended with; empty when none or not closed.</param>
/// <param name="Advice">What a person should do now; may be empty.</param>
/// <param name="SettledBy">Who settled it after it was interrupted, and why; empty when the restore closed it itself.</param>
/// <param name="Sha256">
/// <see cref="Hash"/> at the time of closing, 64 lower-case hex digits; empty until closed, and of rows that an agent before version 6
/// of the vault closed.
/// </param>
/// <param name="StartedAt">When it was opened, to the millisecond.</param>
/// <param name="EndedAt">When it was closed, to the millisecond; null until then.</param>
/// <param name="Nonce">
/// 32 random hex digits that are told to nobody: without them the hidden digits of a masked receipt could be found by trying out its hash.
/// Empty in rows of older vaults.
/// </param>
public sealed record JournalRow(
    long Id, JournalEntry Entry, JournalState State, string BackupSnapshot, bool Offline, bool Restarted, int PutBacks,
    WriteOutcome? Outcome, string ErrorReason, string Advice, string SettledBy, string Sha256,
    DateTimeOffset StartedAt, DateTimeOffset? EndedAt, string Nonce = "")
{
    /// <summary>
    /// The hash of a closed row: SHA-256 over all it says but <see cref="State"/> and <see cref="Sha256"/>, as 64 lower-case hex digits.
    /// A row whose <see cref="Sha256"/> is another was changed after it was closed.
    /// <code>
    /// number  i64 LE; false and true are 0 and 1, times are milliseconds since 1970 in UTC
    /// text    its length in UTF-8 as i32 LE, then that; data the same without UTF-8
    ///
    /// text    "ImeiAgent journal 1"
    /// number  id
    /// text    request id, request digest, device, model, build, ESN, MEID, compiled
    /// number  how many slots; then for each, ascending:
    ///           number slot, number old active, data old, data new, number check digit computed, text source snapshot
    /// text    reason, evidence, operator, approved by, approval reason
    /// number  restart
    /// text    trace id, backup snapshot
    /// number  offline, restarted, put-backs, outcome
    /// text    error reason, advice, settled by
    /// number  started at, ended at
    /// text    nonce, if there is one
    /// </code>
    /// </summary>
    /// <exception cref="ArgumentException">The row is not closed.</exception>
    public static string Hash(JournalRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        if (row is not { Outcome: { } outcome, EndedAt: { } endedAt })
            throw new ArgumentException($"Journal row {row.Id} is not closed.", nameof(row));
        (JournalEntry entry, PhoneIdentity phone) = (row.Entry, row.Entry.Identity);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendText("ImeiAgent journal 1");
        hash.AppendNumber(row.Id);
        hash.AppendText(entry.RequestId, entry.RequestDigest, entry.Device, phone.Model, phone.Build, phone.Esn, phone.Meid, phone.Compiled);
        hash.AppendNumber(entry.Slots.Count);
        foreach (JournalSlot slot in entry.Slots.OrderBy(slot => slot.Slot))
        {
            hash.AppendNumber(slot.Slot, slot.OldActive ? 1 : 0);
            hash.AppendBytes(slot.OldData);
            hash.AppendBytes(slot.NewData);
            hash.AppendNumber(slot.CheckDigitComputed ? 1 : 0);
            hash.AppendText(slot.SourceSnapshot);
        }
        hash.AppendText(entry.Reason, entry.Evidence, entry.Operator, entry.ApprovedBy, entry.ApprovalReason);
        hash.AppendNumber(entry.Restart ? 1 : 0);
        hash.AppendText(entry.TraceId, row.BackupSnapshot);
        hash.AppendNumber(row.Offline ? 1 : 0, row.Restarted ? 1 : 0, row.PutBacks, (long)outcome);
        hash.AppendText(row.ErrorReason, row.Advice, row.SettledBy);
        hash.AppendNumber(row.StartedAt.ToUnixTimeMilliseconds(), endedAt.ToUnixTimeMilliseconds());
        if (row.Nonce.Length > 0)
            hash.AppendText(row.Nonce);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

/// <summary>A request id is in the journal already.</summary>
public sealed class DuplicateRequestException(JournalRow existing)
    : Exception($"request {existing.Entry.RequestId} is in the journal already, as row {existing.Id}")
{
    /// <summary>The row that has the id.</summary>
    public JournalRow Existing { get; } = existing;
}

/// <summary>A journal row was asked to go back, stand still, leave out its backup, or change after it was closed.</summary>
public sealed class JournalOrderException(long id, JournalState? current, JournalState? asked) : Exception((current, asked) switch
{
    (null, _) => $"there is no journal row {id}",
    ({ } state, null) => $"journal row {id} is {state} and takes no note",
    ({ } state, { } wanted) => $"journal row {id} is {state} and cannot become {wanted}",
})
{
    /// <summary>The row.</summary>
    public long Id { get; } = id;

    /// <summary>Its state; null when there is no such row.</summary>
    public JournalState? Current { get; } = current;

    /// <summary>The state that was asked for; null when something was to be noted.</summary>
    public JournalState? Asked { get; } = asked;
}
