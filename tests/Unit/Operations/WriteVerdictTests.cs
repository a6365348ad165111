using ImeiAgent.Operations;
using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Unit.Operations;

/// <summary>The state tables, row by row.</summary>
public class WriteVerdictTests
{
    [Theory]
    [InlineData("NotSent", "New", "Applied")]
    [InlineData("Refused", "New", "Applied")]
    [InlineData("Accepted", "New", "Applied")]
    [InlineData("NotAnswered", "New", "Applied")]
    [InlineData("NotSent", "Old", "Refused")]
    [InlineData("Refused", "Old", "Refused")]
    [InlineData("Accepted", "Old", "NotStored")]
    [InlineData("NotAnswered", "Old", "NotStored")]
    [InlineData("NotSent", "Torn", "PutBack")]
    [InlineData("Refused", "Torn", "PutBack")]
    [InlineData("Accepted", "Torn", "PutBack")]
    [InlineData("NotAnswered", "Torn", "PutBack")]
    [InlineData("NotSent", "OtherValid", "Unknown")]
    [InlineData("Refused", "OtherValid", "Unknown")]
    [InlineData("Accepted", "OtherValid", "Unknown")]
    [InlineData("NotAnswered", "OtherValid", "Unknown")]
    [InlineData("NotSent", "Unreadable", "Refused")]
    [InlineData("Refused", "Unreadable", "Unknown")]
    [InlineData("Accepted", "Unreadable", "Unknown")]
    [InlineData("NotAnswered", "Unreadable", "Unknown")]
    [InlineData("Partly", "New", "Applied")]
    [InlineData("Partly", "Old", "NotStored")]
    [InlineData("Partly", "Torn", "PutBack")]
    [InlineData("Partly", "OtherValid", "Unknown")]
    [InlineData("Partly", "Unreadable", "Unknown")]
    public void After_a_write(string answer, string now, string verdict) =>
        Assert.Equal(Enum.Parse<WriteVerdict>(verdict), WriteVerdicts.Judge(Enum.Parse<WriteAnswer>(answer), Enum.Parse<Holding>(now)));

    [Theory]
    [InlineData(new[] { "New", "New" }, "New")]
    [InlineData(new[] { "Old", "Old" }, "Old")]
    [InlineData(new[] { "New", "Old" }, "Torn")]
    [InlineData(new[] { "Old", "New" }, "Torn")]
    [InlineData(new[] { "Other", "New" }, "Torn")]
    [InlineData(new[] { "Other" }, "Torn")]
    [InlineData(new[] { "OtherValid", "New" }, "OtherValid")]
    [InlineData(new[] { "Old", "OtherValid" }, "OtherValid")]
    [InlineData(new[] { "Unreadable", "OtherValid" }, "Unreadable")]
    [InlineData(new[] { "New", "Unreadable" }, "Unreadable")]
    public void Slots_together(string[] slots, string holding) =>
        Assert.Equal(Enum.Parse<Holding>(holding), WriteVerdicts.Combine(slots.Select(Enum.Parse<SlotNow>)));

    [Theory]
    [InlineData(JournalState.Checked, "Unreadable", WriteOutcome.Refused)]
    [InlineData(JournalState.BackedUp, "New", WriteOutcome.Refused)]
    [InlineData(JournalState.Intent, "New", WriteOutcome.Applied)]
    [InlineData(JournalState.ReRead, "New", WriteOutcome.Applied)]
    [InlineData(JournalState.Intent, "Old", WriteOutcome.RolledBack)]
    [InlineData(JournalState.Sent, "Old", WriteOutcome.RolledBack)]
    [InlineData(JournalState.ReadBack, "Old", WriteOutcome.NotInEffect)]
    [InlineData(JournalState.Reset, "Old", WriteOutcome.NotInEffect)]
    [InlineData(JournalState.ReRead, "Old", WriteOutcome.NotInEffect)]
    [InlineData(JournalState.Sent, "Torn", null)]
    [InlineData(JournalState.Sent, "OtherValid", null)]
    [InlineData(JournalState.Reset, "Unreadable", null)]
    public void After_an_interruption(JournalState state, string now, WriteOutcome? outcome) =>
        Assert.Equal(outcome, WriteVerdicts.Settle(state, Enum.Parse<Holding>(now)));
}
