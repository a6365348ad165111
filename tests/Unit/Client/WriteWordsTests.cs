using ImeiAgent.Client;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Unit.Client;

public class WriteWordsTests
{
    [Theory]
    [InlineData(WritePhase.BackedUp, false)]
    [InlineData(WritePhase.Intent, true)]
    [InlineData(WritePhase.ReadBack, true)]
    [InlineData(WritePhase.Reset, true)]
    [InlineData(WritePhase.Closed, true)]
    [InlineData((WritePhase)99, true)]
    public void From_the_intent_on_something_may_have_been_sent(WritePhase phase, bool expected) =>
        Assert.Equal(expected, phase.IsAtLeast(WritePhase.Intent));

    [Fact]
    public void Closed_comes_last_whatever_its_number()
    {
        Assert.True(WritePhase.Closed.IsAtLeast(WritePhase.ReRead));
        Assert.True(WritePhase.ReRead.IsAtLeast(WritePhase.Reset));
        Assert.False(WritePhase.Reset.IsAtLeast(WritePhase.ReRead));
        Assert.False(WritePhase.ReadBack.IsAtLeast(WritePhase.Reset));
    }

    [Fact]
    public void Every_value_has_words_of_its_own()
    {
        Assert.Equal(8, Enum.GetValues<WritePhase>().Skip(1).Select(Words.For).Where(word => !word.StartsWith("unknown", StringComparison.Ordinal)).Distinct().Count());
        Assert.Equal(7, Enum.GetValues<WriteOutcome>().Skip(1).Select(Words.For).Where(word => word != "unknown").Distinct().Count());
        Assert.Equal(7, Enum.GetValues<WriteOutcome>().Skip(1).Select(Words.InBrief).Where(word => word != "unknown").Distinct().Count());
        Assert.DoesNotContain("unknown", Enum.GetValues<JournalState>().Skip(1).Select(Words.For));
    }

    [Fact]
    public void A_receipt_of_one_slot_is_a_receipt_of_slots()
    {
        WriteReceipt old = new() { Slot = 2, OldState = ImeiSlotState.Blank, NewImei = Samples.Masked, CheckDigitComputed = true, SourceSnapshot = "snapshots/x" };
        WriteReceipt both = new() { Slot = 1, Slots = { Samples.Slot(1, false), Samples.Slot(2, false) } };

        SlotReceipt one = Assert.Single(old.EverySlot);
        Assert.Equal((2u, ImeiSlotState.Blank, Samples.Masked, true, "snapshots/x"), (one.Slot, one.OldState, one.NewImei, one.CheckDigitComputed, one.SourceSnapshot));
        Assert.Equal([1u, 2u], both.EverySlot.Select(slot => slot.Slot));
    }
}
