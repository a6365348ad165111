using ImeiAgent.Agent.Mapping;
using ImeiAgent.Operations;
using ImeiAgent.V1;
using Xunit;
using Imei = ImeiAgent.Diag.Identity.Imei;
using SlotState = ImeiAgent.Diag.Identity.ImeiSlotState;

namespace ImeiAgent.Unit.Agent;

/// <summary>A receipt as clients get it.</summary>
public class ShownReceiptTests
{
    private static readonly RestoreReceipt s_receipt = new()
    {
        Journal = "journal/17",
        Device = "devices/sm-g991u-3f2a",
        Slots =
        [
            new(1, SlotState.Ok, Imei.FromDigits("490154203237518"), Imei.FromDigits("356938035643809"), CheckDigitComputed: true, "snapshots/20261101-abcdef"),
            new(2, SlotState.Blank, OldImei: null, Imei.FromDigits("490154203237518"), CheckDigitComputed: false, SourceSnapshot: ""),
        ],
        Outcome = RestoreOutcome.NotInEffect,
        BackupSnapshot = "snapshots/20261123-3f2a9c",
        Reason = "ticket 4711",
        Evidence = "photo of the label",
        Operator = "local:ana",
        ApprovedBy = "local:boss",
        ApprovalReason = "seen the box",
        SettledBy = "local:eve: by hand",
        RequestId = "0f8fad5b-d9cb-469f-a165-70867728950e",
        TraceId = "4bf92f3577b34da6a3ce929d0e0e4736",
        Sha256 = "8150ef6693bce3a53c4c273db1105167d211ce3667fb6d14bddce3d72d324143",
        Restarted = true,
        StartedAt = new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero),
        EndedAt = new DateTimeOffset(2026, 11, 23, 12, 0, 5, TimeSpan.Zero),
        Advice = "Go to authorised service.",
        Error = OperationError.WriteNotInEffect,
    };

    [Theory]
    [InlineData(false, "49015420*****18", "35693803*****09", "")]
    [InlineData(true, "490154203237518", "356938035643809", "083A65390853468390")]
    public void The_old_and_the_new_number_are_masked_unless_they_are_asked_for(bool reveal, string oldImei, string newImei, string bytes)
    {
        WriteReceipt shown = Shown(reveal);

        Assert.Equal((oldImei, newImei, bytes), (shown.OldImei, shown.NewImei, Convert.ToHexString(shown.NewBytes.Span)));
        Assert.Equal((oldImei, newImei, bytes), (shown.Slots[0].OldImei, shown.Slots[0].NewImei, Convert.ToHexString(shown.Slots[0].NewBytes.Span)));
        Assert.Equal((2u, "", oldImei), (shown.Slots[1].Slot, shown.Slots[1].OldImei, shown.Slots[1].NewImei));
    }

    [Fact]
    public void All_that_a_receipt_carries_is_shown()
    {
        WriteReceipt shown = Shown(reveal: false);

        Assert.Equal(("journal/17", "devices/sm-g991u-3f2a", WriteOutcome.AppliedNotInEffect, "WRITE_NOT_IN_EFFECT"), (shown.Journal, shown.Device, shown.Outcome, shown.ErrorReason));
        Assert.Equal((1u, ImeiSlotState.Ok, true), (shown.Slot, shown.OldState, shown.CheckDigitComputed));
        Assert.Equal(("snapshots/20261123-3f2a9c", "snapshots/20261101-abcdef"), (shown.BackupSnapshot, shown.SourceSnapshot));
        Assert.Equal(("ticket 4711", "photo of the label"), (shown.Reason, shown.Evidence));
        Assert.Equal(("local:ana", "local:boss", "seen the box", "local:eve: by hand"), (shown.Operator, shown.ApprovedBy, shown.ApprovalReason, shown.SettledBy));
        Assert.Equal(("0f8fad5b-d9cb-469f-a165-70867728950e", "4bf92f3577b34da6a3ce929d0e0e4736"), (shown.RequestId, shown.TraceId));
        Assert.Equal("8150ef6693bce3a53c4c273db1105167d211ce3667fb6d14bddce3d72d324143", shown.Sha256);
        Assert.Equal((1795435200, 1795435205), (shown.StartTime.Seconds, shown.EndTime.Seconds));
        Assert.Equal((true, false, "Go to authorised service."), (shown.Restarted, shown.Replayed, shown.Advice));
    }

    private static WriteReceipt Shown(bool reveal) => new RestoreEnded(s_receipt, Failure: null).ToProto(reveal).Receipt;
}
