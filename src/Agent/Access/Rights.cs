using ImeiAgent.V1;

namespace ImeiAgent.Agent.Access;

/// <summary>What a call takes.</summary>
/// <param name="Least">The least role; unspecified for everybody, with or without a certificate.</param>
/// <param name="Reveal">The least role to see IMEIs unmasked by it; unspecified when it shows none.</param>
/// <param name="Revealed">How the audit tells who asked for them.</param>
/// <param name="LocalOnly">Only over the agent's own socket or pipe.</param>
/// <param name="Audited">What the operation itself refuses goes into the audit from here; restores and leases write such rows themselves.</param>
/// <param name="Told">Who logs at Information that it was done.</param>
internal readonly record struct Right(Role Least, Role Reveal = Role.Unspecified, Revealed Revealed = Revealed.OfPhone, bool LocalOnly = false, bool Audited = false, Told Told = Told.Quietly);

/// <summary>How the audit tells who asked to see numbers unmasked.</summary>
internal enum Revealed
{
    /// <summary>By a row of its own; a phone that is not named is the only one.</summary>
    OfPhone,

    /// <summary>By a row of its own; no phone that is named means all.</summary>
    OfAll,

    /// <summary>By a row of the operation, which says so.</summary>
    ByOperation,
}

/// <summary>Who logs at Information that a call was done. What asks a phone or changes something leaves one line.</summary>
internal enum Told
{
    /// <summary>Nobody: it reads what the agent knows, or waits.</summary>
    Quietly,

    /// <summary>The call, when it ends.</summary>
    ByCall,

    /// <summary>The operation, which knows more or goes on longer.</summary>
    ByOperation,
}

/// <summary>The one table of who may call what. A method that is missing here is refused to everybody.</summary>
internal static class Rights
{
    private static readonly Dictionary<string, Right> s_table = new(StringComparer.Ordinal)
    {
        ["/imeiagent.v1.AgentService/GetAgentInfo"] = new(Role.Viewer),

        ["/imeiagent.v1.DeviceService/ListDevices"] = new(Role.Viewer),
        ["/imeiagent.v1.DeviceService/GetDevice"] = new(Role.Viewer),
        ["/imeiagent.v1.DeviceService/IdentifyDevice"] = new(Role.Reader, Reveal: Role.Reader, Told: Told.ByCall),
        ["/imeiagent.v1.WatchService/WatchDevices"] = new(Role.Viewer),

        ["/imeiagent.v1.NvService/ReadItem"] = new(Role.Reader, Reveal: Role.Reader, Told: Told.ByCall),
        ["/imeiagent.v1.NvService/ReadRange"] = new(Role.Reader, Told: Told.ByOperation),
        ["/imeiagent.v1.NvService/ListCatalogue"] = new(Role.Viewer),
        ["/imeiagent.v1.NvService/ListSkips"] = new(Role.Viewer),
        ["/imeiagent.v1.NvService/AddSkip"] = new(Role.Technician, Audited: true, Told: Told.ByCall),
        ["/imeiagent.v1.NvService/RemoveSkip"] = new(Role.Technician, Audited: true, Told: Told.ByCall),

        // The batches of a job hold items, so whoever watches it reads.
        ["/imeiagent.v1.JobService/StartDump"] = new(Role.Reader, Told: Told.ByOperation),
        ["/imeiagent.v1.JobService/GetJob"] = new(Role.Viewer),
        ["/imeiagent.v1.JobService/ListJobs"] = new(Role.Viewer),
        ["/imeiagent.v1.JobService/CancelJob"] = new(Role.Reader, Audited: true, Told: Told.ByCall),
        ["/imeiagent.v1.JobService/WaitJob"] = new(Role.Viewer),
        ["/imeiagent.v1.JobService/WatchJob"] = new(Role.Reader),

        ["/imeiagent.v1.SnapshotService/ListSnapshots"] = new(Role.Viewer),
        ["/imeiagent.v1.SnapshotService/GetSnapshot"] = new(Role.Viewer, Reveal: Role.Reader),
        ["/imeiagent.v1.SnapshotService/ReadSnapshot"] = new(Role.Reader, Reveal: Role.Reader, Audited: true, Told: Told.ByCall),
        ["/imeiagent.v1.SnapshotService/ExportSnapshot"] = new(Role.Reader, Audited: true, Told: Told.ByCall),
        ["/imeiagent.v1.SnapshotService/ImportSnapshot"] = new(Role.Technician, Audited: true, Told: Told.ByCall),

        ["/imeiagent.v1.ImeiService/ReadImei"] = new(Role.Reader, Reveal: Role.Reader, Told: Told.ByCall),
        ["/imeiagent.v1.ImeiService/CheckLabel"] = new(Role.Technician),
        ["/imeiagent.v1.ImeiService/WriteImei"] = new(Role.Technician, Reveal: Role.Technician, Told: Told.ByOperation),

        ["/imeiagent.v1.LeaseService/ListLeases"] = new(Role.Viewer),
        ["/imeiagent.v1.LeaseService/AcquireLease"] = new(Role.Technician, Told: Told.ByOperation),
        ["/imeiagent.v1.LeaseService/RenewLease"] = new(Role.Technician),
        ["/imeiagent.v1.LeaseService/ReleaseLease"] = new(Role.Technician, Told: Told.ByOperation),
        ["/imeiagent.v1.LeaseService/WatchLease"] = new(Role.Technician, Audited: true),
        ["/imeiagent.v1.LeaseService/StealLease"] = new(Role.Supervisor, Told: Told.ByOperation),

        ["/imeiagent.v1.JournalService/ListJournal"] = new(Role.Viewer, Reveal: Role.Supervisor, Revealed: Revealed.OfAll),
        ["/imeiagent.v1.JournalService/GetJournalEntry"] = new(Role.Viewer, Reveal: Role.Supervisor),
        ["/imeiagent.v1.JournalService/SettleJournalEntry"] = new(Role.Supervisor, Reveal: Role.Supervisor, Audited: true, Told: Told.ByCall),

        ["/imeiagent.v1.ApprovalService/ListApprovals"] = new(Role.Viewer),
        ["/imeiagent.v1.ApprovalService/ApproveWrite"] = new(Role.Supervisor, Audited: true, Told: Told.ByCall),

        ["/imeiagent.v1.AuditService/ListAudit"] = new(Role.Supervisor, Reveal: Role.Supervisor, Revealed: Revealed.ByOperation),
        ["/imeiagent.v1.AuditService/VerifyAudit"] = new(Role.Supervisor),
        ["/imeiagent.v1.AuditService/ExportAudit"] = new(Role.Supervisor, Reveal: Role.Supervisor, Revealed: Revealed.ByOperation, Audited: true, Told: Told.ByCall),

        // Spans tell who called from where and what phones answered; recordings hold item data.
        ["/imeiagent.v1.TraceService/ListTraces"] = new(Role.Reader),
        ["/imeiagent.v1.TraceService/GetTrace"] = new(Role.Reader),
        ["/imeiagent.v1.TraceService/ExportFrames"] = new(Role.Technician, Audited: true, Told: Told.ByCall),
        ["/imeiagent.v1.TraceService/ExportSupportBundle"] = new(Role.Supervisor, Audited: true, Told: Told.ByCall),

        ["/imeiagent.v1.PairingService/CreatePairing"] = new(Role.Owner, LocalOnly: true, Told: Told.ByCall),
        ["/imeiagent.v1.PairingService/Enroll"] = new(Role.Unspecified, Told: Told.ByCall),
        ["/imeiagent.v1.PairingService/RenewCertificate"] = new(Role.Viewer, Told: Told.ByCall),
        ["/imeiagent.v1.ClientService/ListClients"] = new(Role.Owner),
        ["/imeiagent.v1.ClientService/RevokeClient"] = new(Role.Owner, Audited: true, Told: Told.ByCall),
        ["/imeiagent.v1.ClientService/RenameClient"] = new(Role.Owner, Audited: true, Told: Told.ByCall),

        // What the standard services tell, the contract tells too.
        ["/grpc.health.v1.Health/Check"] = new(Role.Viewer),
        ["/grpc.health.v1.Health/List"] = new(Role.Viewer),
        ["/grpc.health.v1.Health/Watch"] = new(Role.Viewer),
        ["/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"] = new(Role.Viewer),
        ["/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"] = new(Role.Viewer),
    };

    /// <summary>What a method takes; null when nobody may call it.</summary>
    /// <param name="method">Full name, as in "/imeiagent.v1.DeviceService/ListDevices".</param>
    public static Right? Of(string method) => s_table.TryGetValue(method, out Right right) ? right : null;

    /// <summary>Every method of the table.</summary>
    public static IReadOnlyCollection<string> Methods => s_table.Keys;
}
