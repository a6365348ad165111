using ImeiAgent.Client.Contexts;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Cli;

/// <summary>What <c>imei</c> returns to the shell. Stable: scripts rely on it.</summary>
public enum ExitCode
{
    /// <summary>Done.</summary>
    Ok = 0,

    /// <summary>A fault of this program or of the agent.</summary>
    Internal = 1,

    /// <summary>The command line is wrong, or a question could not be asked.</summary>
    Usage = 2,

    /// <summary>No agent, or the connection to it broke.</summary>
    AgentUnreachable = 3,

    /// <summary>The device is not there or not ready.</summary>
    DeviceNotReady = 4,

    /// <summary>Refused; nothing was changed.</summary>
    Refused = 5,

    /// <summary>The new value did not hold, at once or over a restart; the phone has its old value.</summary>
    RolledBack = 6,

    /// <summary>Not known what the phone holds.</summary>
    OutcomeUnknown = 7,

    /// <summary>Some items could not be read, or a job did not end in time.</summary>
    Incomplete = 8,

    /// <summary>A snapshot, job, skip, journal row, approval, client, context or file.</summary>
    File = 9,

    /// <summary>Ctrl-C, or answered no, or the job was cancelled.</summary>
    Cancelled = 130,
}

// The one table of exit codes: what each means, and which reason leads to which.
internal static class ExitCodes
{
    public static readonly IReadOnlyList<(ExitCode Code, string Meaning)> Table =
    [
        (ExitCode.Ok, "done"),
        (ExitCode.Internal, "a fault of this program or of the agent, as a vault that cannot be written"),
        (ExitCode.Usage, "the command line is wrong, or confirmation is needed and nobody can be asked (see --yes)"),
        (ExitCode.AgentUnreachable, "no agent listens there, it is ending, or the connection to it broke during a read"),
        (ExitCode.DeviceNotReady, "device not found, ambiguous, busy, not ready, unplugged, or it does not answer"),
        (ExitCode.Refused, "refused by policy, by the phone or because of the number, or the agent is not the one that was paired: the phone holds what it held"),
        (ExitCode.RolledBack, "the new value did not hold: rolled back, or gone after the restart; the phone holds its old value"),
        (ExitCode.OutcomeUnknown, "outcome of a restore unknown: ask again with --request-id, or see imei journal"),
        (ExitCode.Incomplete, "incomplete: some items are unknown (what was read is kept), a job did not end in the time given, or some agents did not answer"),
        (ExitCode.File, "a snapshot, job, skip, journal row, approval, client, context or file: not found, damaged, of a wrong format, exists already, or cannot be written"),
        (ExitCode.Cancelled, "cancelled by Ctrl-C, by the answer at the prompt before a write was asked for, or (a job) by anybody"),
    ];

    public static ExitCode For(AgentException fault) =>
        fault.Domain == AgentException.AgentDomain ? For(fault.Code) : fault.Reason switch
        {
            AgentException.AgentUnreachable or AgentException.ConnectionLost => ExitCode.AgentUnreachable,
            AgentException.OutcomeNotLearnt => ExitCode.OutcomeUnknown,
            AgentException.AgentNotTrusted or AgentException.CertificateExpired => ExitCode.Refused,
            ContextException.NotFound or ContextException.Damaged or ContextException.Newer => ExitCode.File,
            _ => ExitCode.Internal,
        };

    public static ExitCode For(ContextException fault) => fault.Reason switch
    {
        ContextException.NameInvalid or ContextException.LineDamaged or ContextException.LineNewer => ExitCode.Usage,
        ContextException.LineExpired or ContextException.AnswerWrong => ExitCode.Refused,
        _ => ExitCode.File,
    };

    public static ExitCode For(ErrorReason reason) => reason switch
    {
        ErrorReason.DeviceNotFound or ErrorReason.DeviceAmbiguous or ErrorReason.NotADiagPort or ErrorReason.PortUnavailable
            or ErrorReason.DeviceDisconnected or ErrorReason.NoReply or ErrorReason.DeviceBusy or ErrorReason.LimitExceeded => ExitCode.DeviceNotReady,
        ErrorReason.PhoneRefused or ErrorReason.SpcRequired or ErrorReason.SpcRefused or ErrorReason.SlotUnreachable
            or ErrorReason.ImeiInvalid or ErrorReason.ImeiIntact or ErrorReason.ImeiInUse or ErrorReason.ItemReadOnly
            or ErrorReason.EtagMismatch or ErrorReason.SnapshotOfOtherPhone or ErrorReason.SnapshotWithoutImei
            or ErrorReason.DumpSourceChanged or ErrorReason.PasswordRequired or ErrorReason.PasswordRefused
            or ErrorReason.JournalOpen or ErrorReason.JournalClosed
            or ErrorReason.RestoreInterrupted or ErrorReason.LeaseRequired or ErrorReason.LeaseSuperseded or ErrorReason.RoleInsufficient
            or ErrorReason.CertificateRequired or ErrorReason.ClientRevoked or ErrorReason.PairingRefused or ErrorReason.LocalOnly
            or ErrorReason.SecondPersonRequired => ExitCode.Refused,
        ErrorReason.AgentStopping => ExitCode.AgentUnreachable,
        ErrorReason.RequestIdReused or ErrorReason.ArgumentInvalid => ExitCode.Usage,
        ErrorReason.WriteRolledBack or ErrorReason.WriteNotInEffect => ExitCode.RolledBack,
        ErrorReason.WriteOutcomeUnknown => ExitCode.OutcomeUnknown,
        ErrorReason.SnapshotNotFound or ErrorReason.SnapshotDamaged or ErrorReason.FileInvalid or ErrorReason.JobNotFound
            or ErrorReason.JobBatchesGone or ErrorReason.SkipNotFound or ErrorReason.JournalNotFound
            or ErrorReason.ApprovalNotFound or ErrorReason.ClientNotFound or ErrorReason.TraceNotFound => ExitCode.File,
        ErrorReason.JobCancelled => ExitCode.Cancelled,
        _ => ExitCode.Internal,
    };
}
