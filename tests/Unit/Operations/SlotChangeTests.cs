using ImeiAgent.Diag.Nv;
using ImeiAgent.Operations;
using Xunit;

namespace ImeiAgent.Unit.Operations;

/// <summary>What is told of a slot that holds neither value: enough to know a worn memory by, and no digit.</summary>
public sealed class SlotChangeTests
{
    private const string New = "083A65390853468390", Old = "084A09512430325781";

    [Theory]
    [InlineData(New, "slot 2: the new value")]
    [InlineData(Old, "slot 2: the old value")]
    [InlineData("083A65390853468391", "slot 2: 1 bit off the new value")]
    [InlineData("083A6539085346839F", "slot 2: 4 bits off the new value")]
    [InlineData("084B09512430325781", "slot 2: 1 bit off the old value")]
    [InlineData("000000000000000000", "slot 2: something else")]
    [InlineData("FFFFFFFFFFFFFFFFFF", "slot 2: something else")]
    [InlineData("", "slot 2: not active")]
    [InlineData(null, "slot 2: not readable")]
    public void It_is_described_by_how_far_it_is_from_both(string? held, string told) => Assert.Equal(told, new SlotChange(2, Of(Old)!.Value, Of(New)!.Value).Describe(Of(held)));

    [Fact]
    public void Of_another_valid_number_nothing_is_told_how_near_it_may_be() =>
        Assert.Equal("slot 1: another valid number", new SlotChange(1, Of("000000000000000000")!.Value, Of(New)!.Value).Describe(Of(Old)));

    [Fact]
    public void What_was_not_active_is_nothing_to_be_near_to() =>
        Assert.Equal("slot 1: something else", new SlotChange(1, Of("")!.Value, Of(New)!.Value).Describe(Of("010000000000000000")));

    private static SlotContent? Of(string? hex) => hex is null ? null : hex.Length == 0 ? new SlotContent(false, default) : new SlotContent(true, NvData.From(Convert.FromHexString(hex)));
}
