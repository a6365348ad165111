using ImeiAgent.Diag.Identity;
using Xunit;

namespace ImeiAgent.Unit.Diag;

public sealed class ImeiLabelTests
{
    [Theory]
    [InlineData("356938035643809", ImeiForm.Imei, false)]
    [InlineData("35693803564380", ImeiForm.WithoutCheckDigit, true)]
    [InlineData("3569380356438017", ImeiForm.Imeisv, true)]
    [InlineData("35693803564380917", ImeiForm.ImeiWithSoftwareVersion, false)]
    public void Labels_carry_14_to_17_digits_and_mean_one_imei(string text, ImeiForm form, bool computed)
    {
        var label = ImeiLabel.Read(text);
        Assert.Equal(ImeiFault.None, label.Fault);
        Assert.Equal("356938035643809", label.Imei!.Value.Reveal());
        Assert.Equal(form, label.Form);
        Assert.Equal(computed, label.CheckDigitComputed);
        Assert.Equal(text.Length, label.DigitCount);
    }

    [Theory]
    [InlineData("35-693803-564380-9")]
    [InlineData("35 693803 564380 9")]
    [InlineData("35/693803/564380/9")]
    [InlineData("  356938035643809\r\n")]
    [InlineData("35\u00A0693803\u00A0564380\u00A09")]
    [InlineData("35\u2011693803\u2013564380\u20149")]
    [InlineData("\u200E356938035643809\u202C")]
    public void Separators_and_invisible_characters_are_passed_over(string text) =>
        Assert.Equal("356938035643809", ImeiLabel.Read(text).Imei?.Reveal());

    [Theory]
    [InlineData("", ImeiFault.WrongLength)]
    [InlineData("   ", ImeiFault.WrongLength)]
    [InlineData("3569380356438", ImeiFault.WrongLength)]
    [InlineData("356938035643809171", ImeiFault.WrongLength)]
    [InlineData("3569380356438091712345678901234567890", ImeiFault.WrongLength)]
    [InlineData("IMEI 356938035643809", ImeiFault.NotDigits)]
    [InlineData("35693803564380O", ImeiFault.NotDigits)]
    [InlineData("356938035643809.", ImeiFault.NotDigits)]
    [InlineData("٣٥٦٩٣٨٠٣٥٦٤٣٨٠٩", ImeiFault.NotDigits)]
    [InlineData("355167055587819", ImeiFault.WrongCheckDigit)]
    [InlineData("356938035643800", ImeiFault.WrongCheckDigit)]
    [InlineData("35693803564380817", ImeiFault.WrongCheckDigit)]
    [InlineData("000000000000000", ImeiFault.AllZero)]
    [InlineData("00000000000000", ImeiFault.AllZero)]
    [InlineData("111111111111119", ImeiFault.RepeatedDigit)]
    [InlineData("999999999999999", ImeiFault.RepeatedDigit)]
    [InlineData("004999010640000", ImeiFault.Placeholder)]
    [InlineData("004999010640018", ImeiFault.Placeholder)]
    [InlineData("358673013795895", ImeiFault.Placeholder)]
    [InlineData("123456789012345", ImeiFault.Placeholder)]
    [InlineData("012345678901237", ImeiFault.Placeholder)]
    [InlineData("00101000000000", ImeiFault.ReservedTac)]
    [InlineData("02000000000000", ImeiFault.ReservedTac)]
    [InlineData("09000000000000", ImeiFault.ReservedTac)]
    [InlineData("98000000000000", ImeiFault.ReservedTac)]
    public void What_is_no_phones_own_number_is_refused_and_named(string text, ImeiFault fault)
    {
        var label = ImeiLabel.Read(text);
        Assert.Equal(fault, label.Fault);
        Assert.Null(label.Imei);
    }

    [Theory]
    [InlineData("01000000000000")]
    [InlineData("10000000000000")]
    [InlineData("35000000000000")]
    [InlineData("86000000000000")]
    [InlineData("97000000000000")]
    [InlineData("99000000000000")]
    public void Other_reporting_bodies_are_accepted(string fourteen) =>
        Assert.Equal(ImeiFault.None, ImeiLabel.Read(fourteen).Fault);

    [Theory]
    [InlineData("02")]
    [InlineData("03")]
    [InlineData("04")]
    [InlineData("05")]
    [InlineData("06")]
    [InlineData("07")]
    [InlineData("08")]
    [InlineData("09")]
    [InlineData("98")]
    public void Test_and_reserved_reporting_bodies_are_refused(string body) =>
        Assert.Equal(ImeiFault.ReservedTac, ImeiLabel.Read(body + "000000000000").Fault);
}
