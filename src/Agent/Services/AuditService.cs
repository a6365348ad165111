using Grpc.Core;
using ImeiAgent.Agent.Access;
using ImeiAgent.Agent.Mapping;
using ImeiAgent.Operations;
using ImeiAgent.V1;

namespace ImeiAgent.Agent.Services;

/// <summary>Who did what.</summary>
internal sealed class AuditService(AuditDesk audit) : V1.AuditService.AuditServiceBase
{
    public override Task<ListAuditResponse> ListAudit(ListAuditRequest request, ServerCallContext context)
    {
        AuditPage page = audit.List(request.Device, request.PageSize, request.PageToken, request.RevealImei, context.Caller());
        return Task.FromResult(new ListAuditResponse { Rows = { page.Rows.Select(r => r.ToProto(request.RevealImei)) }, NextPageToken = page.NextPage });
    }

    public override Task<VerifyAuditResponse> VerifyAudit(VerifyAuditRequest request, ServerCallContext context) => Task.FromResult(audit.Verify().ToProto());

    public override async Task ExportAudit(ExportAuditRequest request, IServerStreamWriter<ExportAuditResponse> responseStream, ServerCallContext context)
    {
        DateTimeOffset? from = request.FromTime?.OrInvalid("from_time"), until = request.UntilTime?.OrInvalid("until_time");
        foreach (IReadOnlyList<AuditView> rows in audit.Export(from, until, request.RevealImei, context.Caller()))
            await responseStream.WriteAsync(new ExportAuditResponse { Rows = { rows.Select(r => r.ToProto(request.RevealImei)) } }, context.CancellationToken);
    }
}
