using System.Globalization;
using ImeiAgent.V1;

namespace ImeiAgent.Client;

/// <summary>The contract's values in words that every client uses alike.</summary>
public static class Words
{
    /// <summary>What is known of a port, as in "ready".</summary>
    public static string For(DeviceState state) => state switch
    {
        DeviceState.Probing => "looking",
        DeviceState.Ready => "ready",
        DeviceState.NotDiag => "not a DIAG port",
        DeviceState.Silent => "silent",
        DeviceState.Unavailable => "cannot be opened",
        DeviceState.Disconnected => "unplugged",
        DeviceState.Unsettled => "restore not settled",
        _ => "unknown",
    };

    /// <summary>Who has a phone, as in "bench-3 (192.0.2.7)".</summary>
    public static string Holder(Lease? lease) => lease switch
    {
        null => "",
        { Station: "" or "local" } => lease.Holder,
        _ => $"{lease.Holder} ({lease.Station})",
    };

    /// <summary>How a lease ended, as a sentence.</summary>
    public static string Ended(WatchLeaseResponse news)
    {
        ArgumentNullException.ThrowIfNull(news);
        string device = news.Lease?.Device ?? "";
        string lease = $"lease {news.Lease?.FencingToken} on {device[(device.IndexOf('/', StringComparison.Ordinal) + 1)..]}";
        return news.End == LeaseEnd.Stolen ? $"{news.TakenBy} took the {lease}: {news.Reason}." : $"The {lease} {For(news.End)}.";
    }

    /// <summary>How a lease ended, as the end of a sentence.</summary>
    public static string For(LeaseEnd end) => end switch
    {
        LeaseEnd.Released => "was given back",
        LeaseEnd.Expired => "ended because it was not renewed in time",
        LeaseEnd.LimitReached => "reached its longest duration",
        LeaseEnd.Stolen => "was taken by a supervisor",
        LeaseEnd.Revoked => "ended because its holder's rights were taken away",
        _ => "has ended",
    };

    /// <summary>What an IMEI slot holds, as in "lost (blank)".</summary>
    public static string For(ImeiSlotState state) => state switch
    {
        ImeiSlotState.Unsupported => "no such slot",
        ImeiSlotState.Unreadable => "unreadable",
        ImeiSlotState.Blank => "lost (blank)",
        ImeiSlotState.Generic => "lost (placeholder number)",
        ImeiSlotState.Invalid => "damaged (no valid IMEI)",
        ImeiSlotState.Ok => "ok",
        _ => "unknown",
    };

    /// <summary>A phase of a restore as a sentence.</summary>
    public static string For(WritePhase phase) => phase switch
    {
        WritePhase.Checked => "number, phone and slot checked",
        WritePhase.BackedUp => "identity items backed up",
        WritePhase.Intent => "intent on disk: from here the restore runs to its end",
        WritePhase.Sent => "write over",
        WritePhase.ReadBack => "read back",
        WritePhase.Reset => "restart of the phone over",
        WritePhase.ReRead => "read again after the restart",
        WritePhase.Closed => "journal closed",
        _ => "unknown phase",
    };

    /// <summary>How a restore ended, as a sentence that says what the phone holds.</summary>
    public static string For(WriteOutcome outcome) => outcome switch
    {
        WriteOutcome.Applied => "restored: the phone holds the new value (read back)",
        WriteOutcome.RolledBack => "rolled back: the phone holds its old value (read back)",
        WriteOutcome.Refused => "refused: the phone holds its old value",
        WriteOutcome.Unknown => "OUTCOME UNKNOWN: the phone may hold the old or the new value",
        WriteOutcome.Validated => "checked only: nothing was written",
        WriteOutcome.Unchanged => "unchanged: the slot holds this value already",
        WriteOutcome.AppliedNotInEffect => "NOT IN EFFECT: the new value was written and read back, but after the restart the phone shows its old value",
        _ => "unknown",
    };

    /// <summary>How a restore ended, for a table, as in "restored".</summary>
    public static string InBrief(WriteOutcome outcome) => outcome switch
    {
        WriteOutcome.Applied => "restored",
        WriteOutcome.RolledBack => "rolled back",
        WriteOutcome.Refused => "refused",
        WriteOutcome.Unknown => "OUTCOME UNKNOWN",
        WriteOutcome.Validated => "checked only",
        WriteOutcome.Unchanged => "unchanged",
        WriteOutcome.AppliedNotInEffect => "NOT IN EFFECT",
        _ => "unknown",
    };

    /// <summary>How far a restore came, as in "nothing was sent" or "sent, not read back".</summary>
    public static string For(JournalState state) => state switch
    {
        JournalState.Checked or JournalState.BackedUp => "nothing was sent",
        JournalState.Intent => "may have been sent",
        JournalState.Sent => "sent, not read back",
        JournalState.ReadBack => "read back, not restarted",
        JournalState.Reset => "restarting, not read again",
        JournalState.ReRead => "read again, not closed",
        JournalState.Closed => "closed",
        _ => "unknown",
    };

    /// <summary>How many restores wait for a second person, as in "1 restore waits for approval".</summary>
    public static string PendingApprovals(WatchAttention attention) => attention.PendingApprovals switch
    {
        0 => "no restore waits for approval",
        1 => "1 restore waits for approval",
        var many => string.Create(CultureInfo.InvariantCulture, $"{many:N0} restores wait for approval"),
    };

    /// <summary>How many restores are open in the journal, as in "1 restore open": under way, or interrupted and not settled.</summary>
    public static string OpenRestores(WatchAttention attention) => attention.OpenJournalRows switch
    {
        0 => "no restore open",
        1 => "1 restore open",
        var many => string.Create(CultureInfo.InvariantCulture, $"{many:N0} restores open"),
    };

    /// <summary>What a client may do, as in "technician".</summary>
    public static string For(Role role) => role switch
    {
        Role.Viewer => "viewer",
        Role.Reader => "reader",
        Role.Technician => "technician",
        Role.Supervisor => "supervisor",
        Role.Owner => "owner",
        _ => "unknown",
    };

    /// <summary>The role of that word, as <see cref="For(Role)"/> gives it; unspecified for another.</summary>
    public static Role RoleOf(string word) => Enum.GetValues<Role>().FirstOrDefault(role => role != Role.Unspecified && For(role) == word);

    /// <summary>Where a snapshot comes from.</summary>
    public static string For(SnapshotOrigin origin) => origin switch
    {
        SnapshotOrigin.Read => "read",
        SnapshotOrigin.BeforeWrite => "before a restore",
        SnapshotOrigin.Imported => "imported file",
        _ => "unknown",
    };

    /// <summary>What a job is doing, as in "waiting for the phone".</summary>
    public static string For(JobState state) => state switch
    {
        JobState.Running => "running",
        JobState.WaitingForPhone => "waiting for the phone",
        JobState.Succeeded => "done",
        JobState.Failed => "failed",
        JobState.Cancelled => "cancelled",
        _ => "unknown",
    };

    /// <summary>How a phone answered the read of an item, as in "not active" or "refused: BAD_PARM".</summary>
    public static string For(NvItem item) => item.Outcome switch
    {
        NvOutcome.Answered => Status(item.Status),
        NvOutcome.Refused => "refused: " + Refusal(item.Refusal),
        NvOutcome.NoReply => "no reply",
        NvOutcome.Skipped => "skipped: see \"imei skips\"",
        _ => "unknown",
    };

    // NV status codes, nv_stat_enum_type of the public headers.
    private static string Status(uint status) => status switch
    {
        0 => "done",
        1 => "busy",
        2 => "bad command",
        3 => "full",
        4 => "failed",
        5 => "not active",
        6 => "bad parameter",
        7 => "read-only",
        8 => "not defined",
        9 => "no memory",
        10 => "not allocated",
        _ => $"status {status}",
    };

    // First byte of a DIAG error reply, by the names of the public headers without DIAG_ and _F.
    private static string Refusal(uint code) => code switch
    {
        0x13 => "BAD_CMD",
        0x14 => "BAD_PARM",
        0x15 => "BAD_LEN",
        0x16 => "BAD_DEV",
        0x17 => "BAD_SEC",
        0x18 => "BAD_MODE",
        0x42 => "BAD_SPC_MODE",
        0x47 => "BAD_SEC_MODE",
        0x95 => "BAD_TRANS",
        0x96 => "SSM_DISALLOWED",
        _ => $"0x{code:X2}",
    };
}
