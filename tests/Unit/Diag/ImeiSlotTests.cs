using ImeiAgent.Diag.Identity;
using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;
using Xunit;

namespace ImeiAgent.Unit.Diag;

public sealed class ImeiSlotTests
{
    [Theory]
    [InlineData("083A65390853468390", ImeiSlotState.Ok)]
    [InlineData("084A0951243032570100", ImeiSlotState.Ok)]
    [InlineData("083A55610755858791", ImeiSlotState.Invalid)]
    [InlineData("080A00000000000000", ImeiSlotState.Generic)]
    [InlineData("080A40990901460000", ImeiSlotState.Generic)]
    [InlineData("081A11111111111191", ImeiSlotState.Generic)]
    public void Fifteen_digits_are_told_to_be_fit_or_not(string packed, ImeiSlotState expected)
    {
        ImeiSlot slot = Done(packed);
        Assert.Equal(expected, slot.State);
        Assert.NotNull(slot.Imei);
    }

    [Theory]
    [InlineData("", ImeiSlotState.Blank)]
    [InlineData("FFFFFFFFFFFFFFFFFF", ImeiSlotState.Blank)]
    [InlineData("00000000000000000001", ImeiSlotState.Blank)]
    [InlineData("073A65390853468390", ImeiSlotState.Invalid)]
    [InlineData("083965390853468390", ImeiSlotState.Invalid)]
    [InlineData("083A653908534683A0", ImeiSlotState.Invalid)]
    [InlineData("08FFFFFFFFFFFFFFFF", ImeiSlotState.Invalid)]
    public void Other_bytes_are_blank_or_invalid_and_have_no_number(string packed, ImeiSlotState expected)
    {
        ImeiSlot slot = Done(packed);
        Assert.Equal(expected, slot.State);
        Assert.Null(slot.Imei);
    }

    [Theory]
    [InlineData(NvStatus.NotActive, ImeiSlotState.Blank)]
    [InlineData(NvStatus.BadParameter, ImeiSlotState.Unsupported)]
    [InlineData(NvStatus.BadTarget, ImeiSlotState.Unsupported)]
    [InlineData(NvStatus.BadCommand, ImeiSlotState.Unsupported)]
    [InlineData(NvStatus.Busy, ImeiSlotState.Unreadable)]
    [InlineData(NvStatus.Full, ImeiSlotState.Unreadable)]
    [InlineData(NvStatus.Fail, ImeiSlotState.Unreadable)]
    [InlineData(NvStatus.ReadOnly, ImeiSlotState.Unreadable)]
    [InlineData(NvStatus.NoMemory, ImeiSlotState.Unreadable)]
    [InlineData(NvStatus.NotAllocated, ImeiSlotState.Unreadable)]
    [InlineData((NvStatus)77, ImeiSlotState.Unreadable)]
    public void A_status_other_than_done_tells_what_is_known(NvStatus status, ImeiSlotState expected)
    {
        // Whatever the data says: it means nothing then.
        ImeiSlot slot = Slot(status, "083A65390853468390");
        Assert.Equal(expected, slot.State);
        Assert.Null(slot.Imei);
    }

    [Theory]
    [InlineData(RefusalCode.BadCommand, ImeiSlotState.Unsupported)]
    [InlineData(RefusalCode.BadParameter, ImeiSlotState.Unsupported)]
    [InlineData(RefusalCode.BadLength, ImeiSlotState.Unsupported)]
    [InlineData(RefusalCode.BadDevice, ImeiSlotState.Unsupported)]
    [InlineData(RefusalCode.BadSecurity, ImeiSlotState.Unreadable)]
    [InlineData(RefusalCode.BadMode, ImeiSlotState.Unreadable)]
    [InlineData(RefusalCode.BadSpcMode, ImeiSlotState.Unreadable)]
    [InlineData(RefusalCode.BadSecurityMode, ImeiSlotState.Unreadable)]
    [InlineData(RefusalCode.BadTransaction, ImeiSlotState.Unreadable)]
    [InlineData(RefusalCode.SecurityDisallowed, ImeiSlotState.Unreadable)]
    public void A_refusal_means_no_slot_only_when_the_phone_does_not_know_the_question(RefusalCode refusal, ImeiSlotState expected)
    {
        var slot = ImeiSlot.Interpret(new DiagReply<NvItem>(refusal));
        Assert.Equal(expected, slot.State);
        Assert.Null(slot.Imei);
    }

    [Fact]
    public void Its_text_shows_no_whole_number_and_does_not_fail_on_a_refusal()
    {
        Assert.DoesNotContain("356938035643809", Done("083A65390853468390").ToString(), StringComparison.Ordinal);
        Assert.Contains("BAD_CMD", ImeiSlot.Interpret(new DiagReply<NvItem>(RefusalCode.BadCommand)).ToString(), StringComparison.Ordinal);
    }

    private static ImeiSlot Done(string packed) => Slot(NvStatus.Done, packed);

    private static ImeiSlot Slot(NvStatus status, string packed) =>
        ImeiSlot.Interpret(new DiagReply<NvItem>(new NvItem(NvItemId.Imei, status, NvData.From(Convert.FromHexString(packed)))));
}
