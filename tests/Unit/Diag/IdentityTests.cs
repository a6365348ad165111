using System.Security.Cryptography;
using ImeiAgent.Diag.Identity;
using Xunit;

namespace ImeiAgent.Unit.Diag;

public sealed class IdentityTests
{
    private static readonly PhoneIdentity Phone =
        new("SM-G991U", "G991USQU5", "80ABCDEF", "A0000012345678", "Oct 29 2025 21:04:11");

    [Fact]
    public void A_phone_is_the_same_after_a_firmware_update() =>
        Assert.True(Phone.IsSamePhoneAs(Phone with { Build = "G991USQU6", Compiled = "Nov 01 2025 10:00:00" }));

    [Fact]
    public void One_shared_serial_number_is_enough_when_the_other_was_not_told()
    {
        Assert.True(Phone.IsSamePhoneAs(Phone with { Meid = "" }));
        Assert.True(Phone.IsSamePhoneAs(Phone with { Esn = "" }));
        Assert.True((Phone with { Esn = "", Model = "" }).IsSamePhoneAs(Phone));
    }

    [Fact]
    public void Any_contradiction_makes_it_another_phone()
    {
        Assert.False(Phone.IsSamePhoneAs(Phone with { Esn = "80000001" }));
        Assert.False(Phone.IsSamePhoneAs(Phone with { Meid = "A0000012345679" }));
        Assert.False(Phone.IsSamePhoneAs(Phone with { Model = "SM-G996U" }));
    }

    [Fact]
    public void The_same_model_and_build_alone_do_not_make_the_same_phone()
    {
        PhoneIdentity nameless = Phone with { Esn = "", Meid = "" };
        Assert.False(nameless.IsSamePhoneAs(nameless));
        Assert.False(nameless.IsUnique);
        Assert.False(PhoneIdentity.None.IsSamePhoneAs(PhoneIdentity.None));
        Assert.False((Phone with { Esn = "" }).IsSamePhoneAs(Phone with { Meid = "" }));
    }

    [Fact]
    public void Sameness_goes_both_ways()
    {
        PhoneIdentity[] phones = [Phone, Phone with { Esn = "" }, Phone with { Meid = "" }, Phone with { Model = "" }, Phone with { Esn = "1" }, PhoneIdentity.None];
        foreach (PhoneIdentity left in phones)
            foreach (PhoneIdentity right in phones)
                Assert.Equal(left.IsSamePhoneAs(right), right.IsSamePhoneAs(left));
    }

    [Theory]
    [InlineData(0x80ABCDEFu, "80ABCDEF")]
    [InlineData(0x0000000Au, "0000000A")]
    [InlineData(0u, "")]
    [InlineData(0xDEADD00Du, "")]
    [InlineData(0xFFFFFFFFu, "")]
    public void An_esn_that_many_phones_share_is_none(uint value, string text)
    {
        var esn = new Esn(value);
        Assert.Equal(text, esn.ToString());
        Assert.Equal(text.Length == 0, esn.IsNone);
    }

    [Fact]
    public void The_pseudo_esn_of_a_meid_of_zeros_is_none()
    {
#pragma warning disable CA5350 // SHA-1 is what 3GPP2 C.S0072 makes pseudo-ESNs with.
        byte[] hash = SHA1.HashData(new byte[7]);
#pragma warning restore CA5350
        uint pseudo = 0x80000000u | (uint)(hash[17] << 16 | hash[18] << 8 | hash[19]);
        Assert.True(new Esn(pseudo).IsNone);
    }

    [Theory]
    [InlineData("78563412000AA000", "A00A0012345678")]
    [InlineData("0100000000000000", "00000000000001")]
    [InlineData("0000000000009900FF", "99000000000000")]
    public void A_meid_is_seven_bytes_low_byte_first(string data, string expected) =>
        Assert.Equal(expected, Meid.Unpack(Convert.FromHexString(data))!.Value.ToString());

    [Theory]
    [InlineData("0000000000000000")]
    [InlineData("00000000000000FF")]
    [InlineData("FFFFFFFFFFFFFFFF")]
    [InlineData("FFFFFFFFFFFFFF00")]
    [InlineData("78563412000000")]
    public void Zeros_erased_memory_and_too_few_bytes_are_no_meid(string data) =>
        Assert.Null(Meid.Unpack(Convert.FromHexString(data)));

    [Theory]
    [InlineData("35693803564380", "35693803*****0")]
    [InlineData("49015420323751", "49015420*****1")]
    [InlineData("A0000012345678", "A0000012345678")]
    [InlineData("3569380356438A", "3569380356438A")]
    [InlineData("35693803*****0", "35693803*****0")]
    [InlineData("", "")]
    public void A_meid_that_is_the_beginning_of_an_imei_is_masked_as_one(string meid, string shown) => Assert.Equal(shown, Meid.Mask(meid));
}
