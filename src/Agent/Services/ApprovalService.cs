using Grpc.Core;
using ImeiAgent.Agent.Access;
using ImeiAgent.Agent.Mapping;
using ImeiAgent.Operations;
using ImeiAgent.V1;

namespace ImeiAgent.Agent.Services;

/// <summary>Restores that a second person has to approve.</summary>
internal sealed class ApprovalService(ApprovalDesk approvals) : V1.ApprovalService.ApprovalServiceBase
{
    public override Task<ListApprovalsResponse> ListApprovals(ListApprovalsRequest request, ServerCallContext context) =>
        Task.FromResult(new ListApprovalsResponse { Approvals = { approvals.List(request.PendingOnly).Select(a => a.ToProto()) } });

    public override Task<ApproveWriteResponse> ApproveWrite(ApproveWriteRequest request, ServerCallContext context) =>
        Task.FromResult(new ApproveWriteResponse { Approval = approvals.Approve(request.RequestId, request.Reason, context.Caller()).ToProto() });
}
