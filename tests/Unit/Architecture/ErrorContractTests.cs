using Google.Rpc;
using Grpc.Core;
using ImeiAgent.Agent;
using ImeiAgent.Operations;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Unit.Architecture;

/// <summary>The contract's reasons and the agent's errors are one list.</summary>
public class ErrorContractTests
{
    [Fact]
    public void Every_error_is_a_reason_of_the_contract_and_the_other_way_round()
    {
        IEnumerable<string> reasons = Enum.GetValues<ErrorReason>().Where(r => r != ErrorReason.Unspecified).Select(r => r.ToString());
        IEnumerable<string> errors = Enum.GetValues<OperationError>().Where(e => e != OperationError.None).Select(e => e.ToString());

        Assert.Equal(reasons.Order(StringComparer.Ordinal), errors.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(OperationError.DeviceNotFound, "DEVICE_NOT_FOUND", StatusCode.NotFound)]
    [InlineData(OperationError.NotADiagPort, "NOT_A_DIAG_PORT", StatusCode.FailedPrecondition)]
    [InlineData(OperationError.WriteOutcomeUnknown, "WRITE_OUTCOME_UNKNOWN", StatusCode.DataLoss)]
    [InlineData(OperationError.VaultUnavailable, "VAULT_UNAVAILABLE", StatusCode.ResourceExhausted)]
    [InlineData(OperationError.AgentStopping, "AGENT_STOPPING", StatusCode.Unavailable)]
    [InlineData(OperationError.JobCancelled, "JOB_CANCELLED", StatusCode.Aborted)]
    [InlineData(OperationError.DumpSourceChanged, "DUMP_SOURCE_CHANGED", StatusCode.FailedPrecondition)]
    [InlineData(OperationError.JobBatchesGone, "JOB_BATCHES_GONE", StatusCode.OutOfRange)]
    [InlineData(OperationError.WriteNotInEffect, "WRITE_NOT_IN_EFFECT", StatusCode.Aborted)]
    [InlineData(OperationError.JournalNotFound, "JOURNAL_NOT_FOUND", StatusCode.NotFound)]
    [InlineData(OperationError.JournalClosed, "JOURNAL_CLOSED", StatusCode.FailedPrecondition)]
    [InlineData(OperationError.ApprovalNotFound, "APPROVAL_NOT_FOUND", StatusCode.NotFound)]
    [InlineData(OperationError.PasswordRequired, "PASSWORD_REQUIRED", StatusCode.FailedPrecondition)]
    [InlineData(OperationError.PasswordRefused, "PASSWORD_REFUSED", StatusCode.FailedPrecondition)]
    [InlineData(OperationError.JournalOpen, "JOURNAL_OPEN", StatusCode.FailedPrecondition)]
    [InlineData(OperationError.RestoreInterrupted, "RESTORE_INTERRUPTED", StatusCode.Aborted)]
    public void A_reason_has_its_name_and_its_status_code(OperationError error, string name, StatusCode code)
    {
        RpcException exception = ErrorStatus.ToRpcException(new OperationException(error, "text"));

        ErrorInfo info = exception.GetRpcStatus()!.GetDetail<ErrorInfo>()!;
        Assert.Equal((code, "imeiagent", name), (exception.StatusCode, info.Domain, info.Reason));
    }

    [Fact]
    public void An_argument_error_names_the_field_and_stays_small()
    {
        var error = new OperationException(OperationError.ArgumentInvalid, new string('x', 100_000))
        {
            Fields = new Dictionary<string, string> { ["field"] = "slot", ["findings"] = new string('y', 100_000) },
        };

        Google.Rpc.Status status = ErrorStatus.ToRpcException(error).GetRpcStatus()!;

        Assert.Equal("slot", Assert.Single(status.GetDetail<BadRequest>()!.FieldViolations).Field);
        Assert.InRange(status.CalculateSize(), 1, 6000);
    }
}
