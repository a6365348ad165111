using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using ImeiAgent.Operations;
using ImeiAgent.V1;
using JournalState = ImeiAgent.V1.JournalState;
using SlotReceipt = ImeiAgent.V1.SlotReceipt;

namespace ImeiAgent.Agent.Mapping;

/// <summary>What restores tell, in the words of the contract. IMEIs are masked unless a person asked to see them.</summary>
internal static class RestoreResponses
{
    public static WriteImeiResponse ToProto(this RestoreEvent told, bool reveal) => told switch
    {
        RestoreProgress progress => new WriteImeiResponse { Progress = new WriteProgress { Phase = ToProto(progress.Phase), Detail = progress.Detail } },
        RestoreEnded ended => new WriteImeiResponse { Receipt = ToProto(ended.Receipt, reveal) },
        _ => throw new ArgumentOutOfRangeException(nameof(told), told.GetType().Name, "The contract has no such event."),
    };

    public static CheckLabelResponse ToProto(this LabelVerdict verdict)
    {
        var answer = new CheckLabelResponse
        {
            State = verdict.IsIncomplete ? LabelState.Incomplete : LabelState.Refused,
            DigitCount = (uint)verdict.Label.DigitCount,
            Text = verdict.Text,
        };
        if (verdict.Label.Imei is { } imei)
        {
            answer.State = LabelState.Accepted;
            answer.Imei = imei.Reveal();
            answer.CheckDigitComputed = verdict.Label.CheckDigitComputed;
            answer.NvBytes = Packed(imei);
        }
        else
            answer.Fault = verdict.Label.Fault.ToString();
        return answer;
    }

    public static JournalEntry ToProto(this JournalView row, bool reveal)
    {
        var entry = new JournalEntry { Name = row.Receipt.Journal, State = ToProto(row.State), Receipt = ToProto(row.Receipt, reveal), Hint = row.Hint, UnderWay = row.IsUnderWay };
        if (row.State != Vault.JournalState.Closed)
            (entry.Receipt.Outcome, entry.Receipt.EndTime) = (WriteOutcome.Unspecified, null);
        return entry;
    }

    public static Approval ToProto(this Vault.Approval approval) => new()
    {
        RequestId = approval.Request.RequestId,
        Device = approval.Request.Device,
        Question = approval.Request.Question,
        AskedBy = approval.Request.AskedBy,
        AskTime = approval.AskedAt.ToTimestamp(),
        ApprovedBy = approval.ApprovedBy,
        ApproveTime = approval.ApprovedAt?.ToTimestamp(),
        Reason = approval.Reason,
    };

    private static WriteReceipt ToProto(RestoreReceipt receipt, bool reveal)
    {
        SlotReceipt[] slots = [.. receipt.Slots.Select(s => ToProto(s, reveal))];
        return new WriteReceipt
        {
            Journal = receipt.Journal,
            Device = receipt.Device,
            Slot = slots[0].Slot,
            Outcome = ToProto(receipt.Outcome),
            OldState = slots[0].OldState,
            OldImei = slots[0].OldImei,
            NewImei = slots[0].NewImei,
            NewBytes = slots[0].NewBytes,
            CheckDigitComputed = slots[0].CheckDigitComputed,
            BackupSnapshot = receipt.BackupSnapshot,
            SourceSnapshot = slots[0].SourceSnapshot,
            Reason = receipt.Reason,
            Operator = receipt.Operator,
            RequestId = receipt.RequestId,
            StartTime = receipt.StartedAt.ToTimestamp(),
            EndTime = receipt.EndedAt.ToTimestamp(),
            Advice = receipt.Advice,
            Replayed = receipt.Replayed,
            ErrorReason = receipt.Error.Name(),
            Slots = { slots },
            Evidence = receipt.Evidence,
            TraceId = receipt.TraceId,
            Sha256 = receipt.Sha256,
            Restarted = receipt.Restarted,
            ApprovedBy = receipt.ApprovedBy,
            ApprovalReason = receipt.ApprovalReason,
            SettledBy = receipt.SettledBy,
        };
    }

    private static SlotReceipt ToProto(Operations.SlotReceipt slot, bool reveal) => new()
    {
        Slot = (uint)slot.Slot,
        OldState = slot.OldState.ToProto(),
        OldImei = Responses.Show(slot.OldImei, reveal),
        NewImei = Responses.Show(slot.NewImei, reveal),
        NewBytes = reveal ? Packed(slot.NewImei) : ByteString.Empty,
        CheckDigitComputed = slot.CheckDigitComputed,
        SourceSnapshot = slot.SourceSnapshot,
    };

    private static ByteString Packed(Diag.Identity.Imei imei) => ByteString.CopyFrom(imei.Pack().Bytes[..Diag.Identity.Imei.PackedLength]);

    private static WritePhase ToProto(RestorePhase phase) => phase switch
    {
        RestorePhase.Checked => WritePhase.Checked,
        RestorePhase.BackedUp => WritePhase.BackedUp,
        RestorePhase.Intent => WritePhase.Intent,
        RestorePhase.Sent => WritePhase.Sent,
        RestorePhase.ReadBack => WritePhase.ReadBack,
        RestorePhase.Reset => WritePhase.Reset,
        RestorePhase.ReRead => WritePhase.ReRead,
        RestorePhase.Closed => WritePhase.Closed,
        _ => WritePhase.Unspecified,
    };

    private static WriteOutcome ToProto(RestoreOutcome outcome) => outcome switch
    {
        RestoreOutcome.Applied => WriteOutcome.Applied,
        RestoreOutcome.RolledBack => WriteOutcome.RolledBack,
        RestoreOutcome.Refused => WriteOutcome.Refused,
        RestoreOutcome.Unknown => WriteOutcome.Unknown,
        RestoreOutcome.NotInEffect => WriteOutcome.AppliedNotInEffect,
        RestoreOutcome.Validated => WriteOutcome.Validated,
        RestoreOutcome.Unchanged => WriteOutcome.Unchanged,
        _ => WriteOutcome.Unspecified,
    };

    private static JournalState ToProto(Vault.JournalState state) => state switch
    {
        Vault.JournalState.Checked => JournalState.Checked,
        Vault.JournalState.BackedUp => JournalState.BackedUp,
        Vault.JournalState.Intent => JournalState.Intent,
        Vault.JournalState.Sent => JournalState.Sent,
        Vault.JournalState.ReadBack => JournalState.ReadBack,
        Vault.JournalState.Reset => JournalState.Reset,
        Vault.JournalState.ReRead => JournalState.ReRead,
        Vault.JournalState.Closed => JournalState.Closed,
        _ => JournalState.Unspecified,
    };
}
