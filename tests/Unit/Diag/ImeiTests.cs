using ImeiAgent.Diag.Identity;
using ImeiAgent.Diag.Nv;
using Xunit;

namespace ImeiAgent.Unit.Diag;

public sealed class ImeiTests
{
    [Theory]
    [InlineData("490154203237518", "084A09512430325781")]
    [InlineData("356938035643809", "083A65390853468390")]
    [InlineData("355167055587819", "083A55610755858791")]
    [InlineData("004999010640000", "080A40990901460000")]
    [InlineData("000000000000000", "080A00000000000000")]
    [InlineData("111111111111119", "081A11111111111191")]
    [InlineData("123456789012345", "081A32547698103254")]
    public void Fifteen_digits_are_packed_into_nine_bytes_and_back(string digits, string packed)
    {
        NvData data = Imei.FromDigits(digits).Pack();
        Assert.Equal(packed, Convert.ToHexString(data.Bytes[..9]));
        Assert.False(data.Bytes[9..].ContainsAnyExcept((byte)0));
        Assert.Equal(digits, Imei.Unpack(Convert.FromHexString(packed))!.Value.Reveal());
    }

    [Theory]
    [InlineData("", "no bytes")]
    [InlineData("084A09512430325", "too few bytes")]
    [InlineData("074A0951243032578100", "length byte 7")]
    [InlineData("00000000000000000000", "zeros")]
    [InlineData("FFFFFFFFFFFFFFFFFF", "erased")]
    [InlineData("08490951243032578100", "type IMSI")]
    [InlineData("08420951243032578100", "even count")]
    [InlineData("08430951243032578100", "type IMEISV")]
    [InlineData("08AA0951243032578100", "first digit A")]
    [InlineData("084A09512430325F8100", "a digit F")]
    [InlineData("084A095124303257F100", "last digit F")]
    public void Bytes_that_are_no_imei_are_not_unpacked(string packed, string why)
    {
        byte[] bytes = Convert.FromHexString(packed.Length % 2 == 0 ? packed : packed[..^1]);
        Assert.True(Imei.Unpack(bytes) is null, why);
    }

    [Theory]
    [InlineData("35693803564380", 9)]
    [InlineData("49015420323751", 8)]
    [InlineData("35516705558781", 8)]
    [InlineData("00499901064000", 0)]
    [InlineData("11111111111111", 9)]
    [InlineData("12345678901234", 7)]
    public void The_check_digit_is_the_luhn_digit(string fourteen, int expected) =>
        Assert.Equal(expected, Imei.CheckDigit(fourteen));

    [Fact]
    public void The_check_digit_catches_any_one_wrong_digit_and_most_swaps()
    {
        const string right = "356938035643809";
        for (int i = 0; i < right.Length; i++)
            for (char digit = '0'; digit <= '9'; digit++)
            {
                string other = string.Concat(right.AsSpan(0, i), digit.ToString(), right.AsSpan(i + 1));
                Assert.Equal(digit == right[i], Imei.FromDigits(other).HasRightCheckDigit);
            }
        Assert.False(Imei.FromDigits("356983035643809").HasRightCheckDigit);
    }

    [Theory]
    [InlineData("490154203237518", true)]
    [InlineData("355167055587819", false)]
    public void A_right_check_digit_is_told_from_a_wrong_one(string digits, bool right) =>
        Assert.Equal(right, Imei.FromDigits(digits).HasRightCheckDigit);

    [Fact]
    public void A_spare_digit_is_a_zero_in_the_last_place()
    {
        Assert.True(Imei.FromDigits("490154203237510").HasSpareDigit);
        Assert.False(Imei.FromDigits("490154203237518").HasSpareDigit);
    }

    [Theory]
    [InlineData("356938035643809", "35693803*****09")]
    [InlineData("490154203237518", "49015420*****18")]
    [InlineData("004999010640000", "00499901*****00")]
    public void Its_text_hides_the_serial_number(string digits, string masked)
    {
        var imei = Imei.FromDigits(digits);
        Assert.Equal(masked, imei.ToString());
        Assert.Equal(masked, $"{imei}");
        Assert.Equal(digits, imei.Reveal());
    }

    [Fact]
    public void What_holds_an_imei_hides_it_too()
    {
        var label = ImeiLabel.Read("356938035643809");
        Assert.DoesNotContain("56438", label.ToString(), StringComparison.Ordinal);
        Assert.Contains("35693803*****09", label.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("35693803564380")]
    [InlineData("3569380356438090")]
    [InlineData("35693803564380 ")]
    [InlineData("35693803564380A")]
    [InlineData("٣٥٦٩٣٨٠٣٥٦٤٣٨٠٩")]
    public void Only_fifteen_ascii_digits_make_one(string digits) =>
        Assert.Throws<ArgumentException>(() => Imei.FromDigits(digits));
}
