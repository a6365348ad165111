using ImeiAgent.Diag.Identity;
using ImeiAgent.Operations;
using Xunit;

namespace ImeiAgent.Unit.Operations;

/// <summary>What a person is told of a number while typing it.</summary>
public class LabelCheckTests
{
    [Theory]
    [InlineData("", true, ImeiFault.WrongLength, 0, "0 of 15 digits.")]
    [InlineData("35-693803", true, ImeiFault.WrongLength, 8, "8 of 15 digits.")]
    [InlineData("3569380356438", true, ImeiFault.WrongLength, 13, "13 of 15 digits.")]
    [InlineData("35693803564380", false, ImeiFault.None, 14, "The check digit was computed: compare it with the label.")]
    [InlineData("356938035643809", false, ImeiFault.None, 15, "")]
    [InlineData("355167055587819", false, ImeiFault.WrongCheckDigit, 15, "a digit was probably misread")]
    [InlineData("3569380356438017", false, ImeiFault.None, 16, "IMEISV")]
    [InlineData("35693803564380917", false, ImeiFault.None, 17, "a software version, are left out")]
    [InlineData("356938035643809171", false, ImeiFault.WrongLength, 18, "has 18 digits")]
    [InlineData("35693O", false, ImeiFault.NotDigits, 5, "something other than digits")]
    [InlineData("00000000000000", false, ImeiFault.AllZero, 14, "all zeros")]
    [InlineData("004999010640000", false, ImeiFault.Placeholder, 15, "placeholder")]
    public void A_number_that_is_being_typed_is_incomplete_accepted_or_refused(string label, bool isIncomplete, ImeiFault fault, int digits, string text)
    {
        LabelVerdict verdict = LabelCheck.Run(label);

        Assert.Equal((isIncomplete, fault, digits), (verdict.IsIncomplete, verdict.Label.Fault, verdict.Label.DigitCount));
        Assert.Equal(fault == ImeiFault.None, verdict.Label.Imei is not null);
        Assert.Contains(text, verdict.Text, StringComparison.Ordinal);
        Assert.Equal(text.Length == 0, verdict.Text.Length == 0);
    }

    // To name it would be to make a number.
    [Fact]
    public void A_wrong_check_digit_is_told_and_the_right_one_is_not()
    {
        LabelVerdict verdict = LabelCheck.Run("355167055587819");

        Assert.Null(verdict.Label.Imei);
        Assert.False(verdict.Text.Any(char.IsDigit), verdict.Text);
    }

    // The words of the refusal are the words of the form.
    [Theory]
    [InlineData("355167055587819")]
    [InlineData("000000000000000")]
    [InlineData("35693O")]
    [InlineData("356938035643809171")]
    public async Task A_restore_refuses_what_the_check_refuses_and_says_the_same(string label)
    {
        await using var bench = new Bench();

        OperationException refused = await bench.RefusedAsync(Bench.Label(label));

        Assert.Equal(OperationError.ImeiInvalid, refused.Error);
        Assert.Equal($"{LabelCheck.Run(label).Text} Nothing was sent.", refused.Message);
        Assert.Equal(LabelCheck.Run(label).Label.Fault.ToString(), refused.Fields["fault"]);
    }

    [Fact]
    public void What_nobody_types_is_refused_without_being_repeated()
    {
        string label = new('7', 301);

        var refused = Assert.Throws<OperationException>(() => LabelCheck.Run(label));

        Assert.Equal((OperationError.ArgumentInvalid, "label"), (refused.Error, refused.Fields["field"]));
        Assert.DoesNotContain("777", refused.Message, StringComparison.Ordinal);
        Assert.Equal(300, LabelCheck.Run(label[1..]).Label.DigitCount);
    }
}
