using ImeiAgent.Diag.Identity;
using ImeiAgent.Operations;
using Xunit;

namespace ImeiAgent.Unit.Operations;

public class RestorePolicyTests
{
    private static readonly Imei Wanted = Imei.FromDigits("356938035643809");
    private static readonly Imei Other = Imei.FromDigits("490154203237518");

    [Theory]
    [InlineData(ImeiSlotState.Blank)]
    [InlineData(ImeiSlotState.Generic)]
    [InlineData(ImeiSlotState.Invalid)]
    public void A_slot_that_lost_its_number_may_be_written(ImeiSlotState state) =>
        Assert.Equal(RestoreRuling.Allowed, RestorePolicy.Judge(new RestoreFacts(state, null, Wanted, Other, "")));

    [Theory]
    [InlineData(ImeiSlotState.Unsupported, RestoreRuling.RefusedNoSlot)]
    [InlineData(ImeiSlotState.Unreadable, RestoreRuling.RefusedUnreadable)]
    public void A_slot_of_which_nothing_is_known_is_left_alone(ImeiSlotState state, RestoreRuling ruling) =>
        Assert.Equal(ruling, RestorePolicy.Judge(new RestoreFacts(state, null, Wanted, null, "")));

    [Fact]
    public void Another_valid_number_is_left_to_a_second_person() =>
        Assert.Equal(RestoreRuling.NeedsApproval, RestorePolicy.Judge(new RestoreFacts(ImeiSlotState.Ok, Other, Wanted, null, "")));

    [Theory]
    [InlineData("356938035643809")]
    [InlineData("356938035643800")]
    public void The_same_number_is_already_there_also_with_the_spare_digit(string held) =>
        Assert.Equal(RestoreRuling.AlreadyThere,
            RestorePolicy.Judge(new RestoreFacts(ImeiSlotState.Ok, Imei.FromDigits(held), Wanted, null, "")));

    [Fact]
    public void The_same_number_with_a_damaged_check_digit_may_be_repaired() =>
        Assert.Equal(RestoreRuling.Allowed,
            RestorePolicy.Judge(new RestoreFacts(ImeiSlotState.Invalid, Imei.FromDigits("356938035643805"), Wanted, null, "")));

    [Theory]
    [InlineData("356938035643809")]
    [InlineData("356938035643800")]
    public void A_number_of_the_other_slot_is_refused(string other) =>
        Assert.Equal(RestoreRuling.RefusedOtherSlot,
            RestorePolicy.Judge(new RestoreFacts(ImeiSlotState.Blank, null, Wanted, Imei.FromDigits(other), "")));

    [Fact]
    public void A_number_of_another_phone_is_refused() =>
        Assert.Equal(RestoreRuling.RefusedOtherPhone,
            RestorePolicy.Judge(new RestoreFacts(ImeiSlotState.Blank, null, Wanted, null, "devices/sm-g991u-aaaa")));

    [Theory]
    [InlineData("80F1A2B3", "A0000012345678", "SM-G991U", false)]
    [InlineData("80F1A2B3", "", "SM-G991U", false)]
    [InlineData("", "A0000012345678", "", false)]
    [InlineData("80F1A2B3", "A0000012345678", "SM-G998U", false)]
    [InlineData("11111111", "99000000000002", "SM-G991U", true)]
    [InlineData("11111111", "", "SM-G991U", true)]
    [InlineData("", "99000000000002", "", true)]
    [InlineData("", "", "SM-G998U", true)]
    // One serial number may be shared, and one that is missing tells nothing: a person has to look.
    [InlineData("80F1A2B3", "99000000000002", "SM-G991U", null)]
    [InlineData("11111111", "A0000012345678", "SM-G991U", null)]
    [InlineData("", "", "SM-G991U", null)]
    [InlineData("", "", "", null)]
    public void Serial_numbers_tell_whether_a_number_is_another_phones_and_else_the_model_does(string esn, string meid, string model, bool? another)
    {
        var holder = new PhoneIdentity("SM-G991U", "", "80F1A2B3", "A0000012345678", "");
        var phone = new PhoneIdentity(model, "", esn, meid, "");

        Assert.Equal(another, RestorePolicy.IsAnotherPhone(holder, phone));
        Assert.Equal(another, RestorePolicy.IsAnotherPhone(phone, holder));
    }

    [Fact]
    public void A_phone_known_by_one_serial_number_may_be_one_that_tells_only_the_other() =>
        Assert.Null(RestorePolicy.IsAnotherPhone(
            new PhoneIdentity("SM-G991U", "", "", "99000000000001", ""), new PhoneIdentity("SM-G991U", "", "11111111", "", "")));

    [Fact]
    public void A_number_that_this_phone_or_another_has_is_left_to_a_second_person() =>
        Assert.Equal(RestoreRuling.NeedsConfirmation,
            RestorePolicy.Judge(new RestoreFacts(ImeiSlotState.Blank, null, Wanted, null, "", PerhapsElsewhere: "devices/port-sim1")));

    [Fact]
    public void Nothing_but_a_slot_without_a_number_of_its_own_is_ever_allowed()
    {
        foreach (ImeiSlotState state in Enum.GetValues<ImeiSlotState>())
            foreach (Imei? held in new Imei?[] { null, Wanted, Other })
                foreach (Imei? other in new Imei?[] { null, Wanted, Other })
                    foreach (string elsewhere in new[] { "", "devices/x" })
                    {
                        bool allowed = RestorePolicy.Judge(new RestoreFacts(state, held, Wanted, other, elsewhere)) == RestoreRuling.Allowed;
                        bool lost = state is ImeiSlotState.Blank or ImeiSlotState.Generic or ImeiSlotState.Invalid;
                        Assert.Equal(lost && other != Wanted && elsewhere.Length == 0, allowed);
                    }
    }
}
