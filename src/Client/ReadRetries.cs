using Grpc.Core;
using Grpc.Net.Client.Configuration;

namespace ImeiAgent.Client;

// Calls that change nothing, and those that find it done when they are made twice, may be made again when the agent was not there.
// WriteImei, SettleJournalEntry, ImportSnapshot and RemoveSkip are named nowhere here: gRPC itself never repeats them. Nor the calls of Resuming, which
// knows better when to stop: StartDump, WaitJob, AcquireLease, StealLease, WatchLease, ReadRange, WatchJob, ReadSnapshot, ExportSnapshot. gRPC repeats nothing after the first message of a stream has come.
internal static class ReadRetries
{
    // Written out: to ask the contract's descriptor costs a short-lived program a tenth of its start.
    public const string Package = "imeiagent.v1";

    public static readonly IReadOnlyList<string> Methods =
    [
        "AgentService/GetAgentInfo",
        "DeviceService/ListDevices", "DeviceService/GetDevice", "DeviceService/IdentifyDevice",
        "ImeiService/ReadImei", "ImeiService/CheckLabel",
        "NvService/ReadItem", "NvService/ListCatalogue", "NvService/ListSkips", "NvService/AddSkip",
        "JobService/GetJob", "JobService/ListJobs", "JobService/CancelJob",
        "SnapshotService/ListSnapshots", "SnapshotService/GetSnapshot",
        "LeaseService/ListLeases", "LeaseService/RenewLease", "LeaseService/ReleaseLease",
        "JournalService/ListJournal", "JournalService/GetJournalEntry",
        "ClientService/ListClients", "AuditService/ListAudit", "AuditService/VerifyAudit",
        "ApprovalService/ListApprovals", "ApprovalService/ApproveWrite",
        "TraceService/ListTraces", "TraceService/GetTrace",
    ];

    public static ServiceConfig CreateConfig()
    {
        MethodConfig reads = new()
        {
            RetryPolicy = new RetryPolicy
            {
                MaxAttempts = 3,
                InitialBackoff = TimeSpan.FromMilliseconds(100),
                MaxBackoff = TimeSpan.FromSeconds(1),
                BackoffMultiplier = 3,
                RetryableStatusCodes = { StatusCode.Unavailable },
            },
        };
        foreach (string method in Methods)
            reads.Names.Add(NameOf(method));
        return new ServiceConfig { MethodConfigs = { reads } };
    }

    private static MethodName NameOf(string method)
    {
        string[] parts = method.Split('/');
        return new MethodName { Service = $"{Package}.{parts[0]}", Method = parts[1] };
    }
}
