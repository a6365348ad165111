namespace ImeiAgent.Operations;

/// <summary>Why an operation failed. The names are stable: scripts, journals and other languages rely on them.</summary>
public enum OperationError
{
    /// <summary>It did not fail.</summary>
    None = 0,
    /// <summary>No attached phone has that name or port.</summary>
    DeviceNotFound,
    /// <summary>Several phones fit; the field "candidates" names them.</summary>
    DeviceAmbiguous,
    /// <summary>The port answers AT commands and no DIAG, or nothing that is understood.</summary>
    NotADiagPort,
    /// <summary>The port cannot be opened, or is not yet probed.</summary>
    PortUnavailable,
    /// <summary>The phone went away.</summary>
    DeviceDisconnected,
    /// <summary>The phone did not answer, however often it was asked.</summary>
    NoReply,
    /// <summary>The phone refused; the field "phone_answer" holds its word.</summary>
    PhoneRefused,
    /// <summary>The phone asks for the service programming code.</summary>
    SpcRequired,
    /// <summary>The phone did not accept the service programming code.</summary>
    SpcRefused,
    /// <summary>The phone offers no way to this SIM slot.</summary>
    SlotUnreachable,
    /// <summary>The number is no IMEI that a phone can own; the field "fault" says why.</summary>
    ImeiInvalid,
    /// <summary>The slot holds a different valid IMEI; where a supervisor may approve it, the field "approval" holds the request id.</summary>
    ImeiIntact,
    /// <summary>The number belongs to the other slot or to another phone.</summary>
    ImeiInUse,
    /// <summary>The item is write-protected by the maker.</summary>
    ItemReadOnly,
    /// <summary>The slot changed since it was read.</summary>
    EtagMismatch,
    /// <summary>The request id was used with other content.</summary>
    RequestIdReused,
    /// <summary>The new value did not hold and the phone has its old value.</summary>
    WriteRolledBack,
    /// <summary>It could not be read what the phone holds now, or it holds something else.</summary>
    WriteOutcomeUnknown,
    /// <summary>No snapshot has that name.</summary>
    SnapshotNotFound,
    /// <summary>
    /// The snapshot is of another phone, or does not tell of which; where a supervisor may approve it, the field "approval" holds the
    /// request id.
    /// </summary>
    SnapshotOfOtherPhone,
    /// <summary>The snapshot holds no usable IMEI for the slot.</summary>
    SnapshotWithoutImei,
    /// <summary>The stored content does not fit its hash.</summary>
    SnapshotDamaged,
    /// <summary>The file is not of the format or is damaged; the field "findings" says where.</summary>
    FileInvalid,
    /// <summary>An argument is missing or out of range; the field "field" names it.</summary>
    ArgumentInvalid,
    /// <summary>Another restore is under way on this phone, or somebody else holds its lease; the fields "holder", "station", "purpose" and "until" tell who.</summary>
    DeviceBusy,
    /// <summary>A fault of the agent.</summary>
    Internal,
    /// <summary>The vault cannot be written; nothing was sent to the phone.</summary>
    VaultUnavailable,
    /// <summary>The agent is ending and begins nothing new.</summary>
    AgentStopping,
    /// <summary>No job has that name, or several begin so.</summary>
    JobNotFound,
    /// <summary>The agent ended before anything of the restore was sent.</summary>
    RestoreInterrupted,
    /// <summary>Somebody cancelled the job, or the restore before anything was sent.</summary>
    JobCancelled,
    /// <summary>The phone came back with another build or other serial numbers: what was read is not mixed with what it holds now.</summary>
    DumpSourceChanged,
    /// <summary>The batches of a job that ended long ago are gone.</summary>
    JobBatchesGone,
    /// <summary>No such skip is on the list.</summary>
    SkipNotFound,
    /// <summary>The write was read back right, and after the restart the phone shows its old value.</summary>
    WriteNotInEffect,
    /// <summary>No journal row has that name.</summary>
    JournalNotFound,
    /// <summary>The journal row is closed already.</summary>
    JournalClosed,
    /// <summary>No approval was asked for under that request id.</summary>
    ApprovalNotFound,
    /// <summary>The phone asks for the 16-digit security password.</summary>
    PasswordRequired,
    /// <summary>The phone did not accept the security password.</summary>
    PasswordRefused,
    /// <summary>An interrupted restore of this phone is not settled; the field "journal" names it.</summary>
    JournalOpen,
    /// <summary>The write needs a lease on the phone, and the caller holds none.</summary>
    LeaseRequired,
    /// <summary>The lease of that fencing token has ended; the field "end" says how.</summary>
    LeaseSuperseded,
    /// <summary>The caller's role does not allow it; the fields "role" and "needed" name both.</summary>
    RoleInsufficient,
    /// <summary>The call came without a client certificate.</summary>
    CertificateRequired,
    /// <summary>The client was revoked or is not known any more.</summary>
    ClientRevoked,
    /// <summary>There is no such invitation, it was used, it expired, or the proof is wrong.</summary>
    PairingRefused,
    /// <summary>Only over the agent's own socket or pipe.</summary>
    LocalOnly,
    /// <summary>Too many calls are open, or were made too fast.</summary>
    LimitExceeded,
    /// <summary>No client has that name.</summary>
    ClientNotFound,
    /// <summary>Whoever asked for a restore cannot approve it.</summary>
    SecondPersonRequired,
    /// <summary>No kept trace or recording has that id, or several begin so.</summary>
    TraceNotFound,
}

/// <summary>
/// An operation failed, or was refused. The message says what a person should do; numbers in it are masked, whoever typed them. Dynamic values that a
/// program may want stand in <see cref="Fields"/> too.
/// </summary>
public sealed class OperationException(OperationError error, string message, Exception? inner = null) : Exception(FreeText.Masked(message), inner)
{
    /// <summary>Which error.</summary>
    public OperationError Error { get; } = error;

    /// <summary>Values by lower snake case name; never an unmasked number, SPC or item data.</summary>
    public IReadOnlyDictionary<string, string> Fields { get; init; } = new Dictionary<string, string>();

    /// <summary>After which time it is worth asking again; null when that is not known.</summary>
    public TimeSpan? RetryAfter { get; init; }
}

/// <summary>The written form of <see cref="OperationError"/>.</summary>
public static class OperationErrors
{
    private static readonly Dictionary<OperationError, string> s_names =
        Enum.GetValues<OperationError>().ToDictionary(e => e, e => e == OperationError.None ? "" : UpperSnake(e.ToString()));

    /// <summary>The stable name, as in "DEVICE_NOT_FOUND"; empty for none.</summary>
    public static string Name(this OperationError error) => s_names[error];

    /// <summary>The error of a stable name; <see cref="OperationError.None"/> for an empty or unknown one.</summary>
    public static OperationError Parse(string name) => s_names.FirstOrDefault(pair => pair.Value == name).Key;

    private static string UpperSnake(string pascal) =>
        string.Concat(pascal.Select((c, i) => i > 0 && char.IsAsciiLetterUpper(c) ? $"_{c}" : char.ToUpperInvariant(c).ToString()));
}
