using ImeiAgent.Client.Desktop.Restore;
using ImeiAgent.Diag.Identity;
using ImeiAgent.Operations;
using Xunit;

namespace ImeiAgent.Unit.Desktop;

/// <summary>What the desktop says of refusals that a second person may lift, and of the one that nobody may.</summary>
public sealed class RefusalTextsTests
{
    // A ruling that asks for a second person has to be thought of here.
    public static TheoryData<string> Approvable =>
    [
        .. Enum.GetNames<RestoreRuling>().Concat(Enum.GetNames<SourceRuling>().Select(name => "Source." + name)).Where(name => name.Contains("Needs", StringComparison.Ordinal)),
    ];

    [Theory]
    [MemberData(nameof(Approvable))]
    public void What_a_second_person_may_approve_says_who_that_is(string ruling)
    {
        string reason = Refusal(ruling);

        Assert.Contains("supervisor", $"{RestoreWords.Meaning(reason)} {RestoreWords.Remedy(reason)}", StringComparison.Ordinal);
    }

    [Fact]
    public void That_two_phones_share_a_number_nobody_can_approve_and_the_text_says_so()
    {
        Assert.Equal("IMEI_IN_USE", Refusal(nameof(RestoreRuling.RefusedOtherPhone)));
        Assert.Equal("IMEI_IN_USE", Refusal(nameof(RestoreRuling.RefusedOtherSlot)));

        string text = RestoreWords.Remedy("IMEI_IN_USE")!;
        Assert.Contains("Nobody can approve that two phones share a number, no supervisor either.", text, StringComparison.Ordinal);
        // It is also the reason of a refusal that waits for one.
        Assert.Contains("Only where it cannot be told whether the other phone is this very one", text, StringComparison.Ordinal);
    }

    // The contract's reason, as the agent refuses.
    private static string Refusal(string ruling)
    {
        PhoneIdentity phone = new("SM-G991U", "", "80A1B2C3", "", "");
        RestoreFacts facts = new(ImeiSlotState.Ok, Imei.FromDigits("490154203237518"), Imei.FromDigits("356938035643809"), null, "devices/other", "devices/other");
        OperationException refused = ruling switch
        {
            "Source." + nameof(SourceRuling.NeedsApproval) => Faults.SnapshotToConfirm("snapshots/1", phone, "devices/this"),
            "Source." + nameof(SourceRuling.NeedsComparison) => Faults.SnapshotWithLostBytes("snapshots/1"),
            _ => Faults.Ruled(Enum.Parse<RestoreRuling>(ruling), "devices/this", new SlotReading(1, default, ""), facts),
        };
        return refused.Error.Name();
    }
}
