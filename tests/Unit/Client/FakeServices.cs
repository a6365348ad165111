using Grpc.Core;
using ImeiAgent.V1;
using Microsoft.AspNetCore.Builder;

namespace ImeiAgent.Unit.Client;

// The contract's services, each call handed to the FakeAgent.
internal static class FakeServices
{
    public static void Map(WebApplication app)
    {
        app.MapGrpcService<Agents>();
        app.MapGrpcService<Devices>();
        app.MapGrpcService<Nv>();
        app.MapGrpcService<Jobs>();
        app.MapGrpcService<Imei>();
        app.MapGrpcService<Snapshots>();
        app.MapGrpcService<Leases>();
        app.MapGrpcService<Watches>();
        app.MapGrpcService<Audits>();
        app.MapGrpcService<Journal>();
        app.MapGrpcService<Approvals>();
        app.MapGrpcService<Traces>();
    }

    private static Task<TResponse> Answer<TRequest, TResponse>(FakeAgent fake, TRequest request, Func<TRequest, TResponse> script)
    {
        fake.Requests.Enqueue(request!);
        return Task.FromResult(script(request));
    }

    internal sealed class Agents(FakeAgent fake) : AgentService.AgentServiceBase
    {
        public override Task<GetAgentInfoResponse> GetAgentInfo(GetAgentInfoRequest request, ServerCallContext context) =>
            Answer(fake, request, fake.OnGetAgentInfo);
    }

    internal sealed class Devices(FakeAgent fake) : DeviceService.DeviceServiceBase
    {
        public override Task<ListDevicesResponse> ListDevices(ListDevicesRequest request, ServerCallContext context) =>
            Answer(fake, request, _ => fake.OnListDevices());

        public override Task<GetDeviceResponse> GetDevice(GetDeviceRequest request, ServerCallContext context) =>
            Answer(fake, request, fake.OnGetDevice);

        public override Task<IdentifyDeviceResponse> IdentifyDevice(IdentifyDeviceRequest request, ServerCallContext context) =>
            Answer(fake, request, fake.OnIdentify);
    }

    internal sealed class Nv(FakeAgent fake) : NvService.NvServiceBase
    {
        public override Task<ReadItemResponse> ReadItem(ReadItemRequest request, ServerCallContext context) =>
            Answer(fake, request, fake.OnReadItem);

        public override Task ReadRange(ReadRangeRequest request, IServerStreamWriter<ReadRangeResponse> answers, ServerCallContext context)
        {
            fake.Requests.Enqueue(request);
            return fake.OnReadRange(request, answers, context);
        }

        public override Task<ListCatalogueResponse> ListCatalogue(ListCatalogueRequest request, ServerCallContext context) =>
            Answer(fake, request, _ => fake.OnListCatalogue());

        public override Task<ListSkipsResponse> ListSkips(ListSkipsRequest request, ServerCallContext context) =>
            Answer(fake, request, fake.OnListSkips);

        public override Task<AddSkipResponse> AddSkip(AddSkipRequest request, ServerCallContext context) =>
            Answer(fake, request, fake.OnAddSkip);

        public override Task<RemoveSkipResponse> RemoveSkip(RemoveSkipRequest request, ServerCallContext context) =>
            Answer(fake, request, fake.OnRemoveSkip);
    }

    internal sealed class Jobs(FakeAgent fake) : JobService.JobServiceBase
    {
        public override Task<StartDumpResponse> StartDump(StartDumpRequest request, ServerCallContext context) =>
            Answer(fake, request, fake.OnStartDump);

        public override Task<GetJobResponse> GetJob(GetJobRequest request, ServerCallContext context) =>
            Answer(fake, request, fake.OnGetJob);

        public override Task<ListJobsResponse> ListJobs(ListJobsRequest request, ServerCallContext context) =>
            Answer(fake, request, fake.OnListJobs);

        public override Task<CancelJobResponse> CancelJob(CancelJobRequest request, ServerCallContext context) =>
            Answer(fake, request, fake.OnCancelJob);

        public override Task<WaitJobResponse> WaitJob(WaitJobRequest request, ServerCallContext context) =>
            Answer(fake, request, fake.OnWaitJob);

        public override Task WatchJob(WatchJobRequest request, IServerStreamWriter<WatchJobResponse> answers, ServerCallContext context)
        {
            fake.Requests.Enqueue(request);
            return fake.OnWatchJob(request, answers, context);
        }
    }

    internal sealed class Imei(FakeAgent fake) : ImeiService.ImeiServiceBase
    {
        public override Task<ReadImeiResponse> ReadImei(ReadImeiRequest request, ServerCallContext context) =>
            Answer(fake, request, fake.OnReadImei);

        public override Task<CheckLabelResponse> CheckLabel(CheckLabelRequest request, ServerCallContext context) =>
            Answer(fake, request, fake.OnCheckLabel);

        public override Task WriteImei(WriteImeiRequest request, IServerStreamWriter<WriteImeiResponse> answers, ServerCallContext context)
        {
            fake.Requests.Enqueue(request);
            return fake.OnWriteImei(request, answers, context);
        }
    }

    internal sealed class Leases(FakeAgent fake) : LeaseService.LeaseServiceBase
    {
        public override Task<AcquireLeaseResponse> AcquireLease(AcquireLeaseRequest request, ServerCallContext context) =>
            Answer(fake, request, fake.OnAcquireLease);

        public override Task<ReleaseLeaseResponse> ReleaseLease(ReleaseLeaseRequest request, ServerCallContext context) =>
            Answer(fake, request, fake.OnReleaseLease);

        public override Task<StealLeaseResponse> StealLease(StealLeaseRequest request, ServerCallContext context) =>
            Answer(fake, request, fake.OnStealLease);

        public override Task<ListLeasesResponse> ListLeases(ListLeasesRequest request, ServerCallContext context) =>
            Answer(fake, request, _ => fake.OnListLeases());

        public override Task WatchLease(WatchLeaseRequest request, IServerStreamWriter<WatchLeaseResponse> answers, ServerCallContext context)
        {
            fake.Requests.Enqueue(request);
            return fake.OnWatchLease(request, answers, context);
        }
    }

    internal sealed class Watches(FakeAgent fake) : WatchService.WatchServiceBase
    {
        public override async Task WatchDevices(WatchDevicesRequest request, IServerStreamWriter<WatchDevicesResponse> answers, ServerCallContext context)
        {
            fake.Requests.Enqueue(request);
            if (fake.OnWatchDevices is { } script)
            {
                await script(answers, context);
                return;
            }
            foreach (Device device in fake.OnListDevices().Devices)
                await answers.WriteAsync(new WatchDevicesResponse { Revision = 1, Device = device });
            await answers.WriteAsync(new WatchDevicesResponse { Revision = 1, Barrier = new WatchBarrier() });
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        }
    }

    internal sealed class Audits(FakeAgent fake) : AuditService.AuditServiceBase
    {
        public override Task<ListAuditResponse> ListAudit(ListAuditRequest request, ServerCallContext context) =>
            Answer(fake, request, fake.OnListAudit);

        public override Task<VerifyAuditResponse> VerifyAudit(VerifyAuditRequest request, ServerCallContext context) =>
            Answer(fake, request, _ => fake.OnVerifyAudit());

        public override Task ExportAudit(ExportAuditRequest request, IServerStreamWriter<ExportAuditResponse> answers, ServerCallContext context)
        {
            fake.Requests.Enqueue(request);
            return fake.OnExportAudit(request, answers, context);
        }
    }

    internal sealed class Journal(FakeAgent fake) : JournalService.JournalServiceBase
    {
        public override Task<ListJournalResponse> ListJournal(ListJournalRequest request, ServerCallContext context) =>
            Answer(fake, request, fake.OnListJournal);

        public override Task<GetJournalEntryResponse> GetJournalEntry(GetJournalEntryRequest request, ServerCallContext context) =>
            Answer(fake, request, fake.OnGetJournalEntry);

        public override Task<SettleJournalEntryResponse> SettleJournalEntry(SettleJournalEntryRequest request, ServerCallContext context) =>
            Answer(fake, request, fake.OnSettle);
    }

    internal sealed class Approvals(FakeAgent fake) : ApprovalService.ApprovalServiceBase
    {
        public override Task<ListApprovalsResponse> ListApprovals(ListApprovalsRequest request, ServerCallContext context) =>
            Answer(fake, request, fake.OnListApprovals);

        public override Task<ApproveWriteResponse> ApproveWrite(ApproveWriteRequest request, ServerCallContext context) =>
            Answer(fake, request, fake.OnApproveWrite);
    }

    internal sealed class Traces(FakeAgent fake) : TraceService.TraceServiceBase
    {
        public override Task<ListTracesResponse> ListTraces(ListTracesRequest request, ServerCallContext context) =>
            Answer(fake, request, fake.OnListTraces);

        public override Task<GetTraceResponse> GetTrace(GetTraceRequest request, ServerCallContext context) =>
            Answer(fake, request, fake.OnGetTrace);

        public override async Task ExportFrames(
            ExportFramesRequest request, IServerStreamWriter<ExportFramesResponse> answers, ServerCallContext context)
        {
            fake.Requests.Enqueue(request);
            foreach (byte[] piece in fake.OnExportPieces())
                await answers.WriteAsync(new ExportFramesResponse { Chunk = Google.Protobuf.ByteString.CopyFrom(piece) });
        }

        public override async Task ExportSupportBundle(
            ExportSupportBundleRequest request, IServerStreamWriter<ExportSupportBundleResponse> answers, ServerCallContext context)
        {
            fake.Requests.Enqueue(request);
            foreach (byte[] piece in fake.OnExportPieces())
                await answers.WriteAsync(new ExportSupportBundleResponse { Chunk = Google.Protobuf.ByteString.CopyFrom(piece) });
        }
    }

    internal sealed class Snapshots(FakeAgent fake) : SnapshotService.SnapshotServiceBase
    {
        public override Task<ListSnapshotsResponse> ListSnapshots(ListSnapshotsRequest request, ServerCallContext context) =>
            Answer(fake, request, fake.OnListSnapshots);

        public override Task<GetSnapshotResponse> GetSnapshot(GetSnapshotRequest request, ServerCallContext context) =>
            Answer(fake, request, fake.OnGetSnapshot);

        public override Task ReadSnapshot(
            ReadSnapshotRequest request, IServerStreamWriter<ReadSnapshotResponse> answers, ServerCallContext context)
        {
            fake.Requests.Enqueue(request);
            return fake.OnReadSnapshot(request, answers, context);
        }

        public override Task ExportSnapshot(
            ExportSnapshotRequest request, IServerStreamWriter<ExportSnapshotResponse> answers, ServerCallContext context)
        {
            fake.Requests.Enqueue(request);
            return fake.OnExport(request, answers, context);
        }

        public override async Task<ImportSnapshotResponse> ImportSnapshot(
            IAsyncStreamReader<ImportSnapshotRequest> requests, ServerCallContext context)
        {
            List<ImportSnapshotRequest> pieces = [];
            await foreach (ImportSnapshotRequest piece in requests.ReadAllAsync())
            {
                fake.Requests.Enqueue(piece);
                pieces.Add(piece);
                if (piece.Chunk.Span.StartsWith("REFUSE"u8))
                    throw FakeAgent.Failure(StatusCode.InvalidArgument, "FILE_INVALID", "Not a backup.", ("findings", "line 1"));
            }
            return fake.OnImport(pieces);
        }
    }
}
