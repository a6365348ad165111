using CsCheck;
using ImeiAgent.Client;
using ImeiAgent.Operations;
using Xunit;

namespace ImeiAgent.Unit.Client;

public class SafeTextTests
{
    [Theory]
    [InlineData("SM-G991U", "SM-G991U")]
    [InlineData("Größe 東京 ✓", "Größe 東京 ✓")]
    [InlineData("a\u001B[2Jb", "a\uFFFD[2Jb")]
    [InlineData("a\u009B2Jb", "a\uFFFD2Jb")]
    [InlineData("a\r\nb\tc", "a\uFFFD\uFFFDb\uFFFDc")]
    [InlineData("x\u202Etxt.exe", "x\uFFFDtxt.exe")]
    [InlineData("x\u2028y\u200Bz\u007F", "x\uFFFDy\uFFFDz\uFFFD")]
    public void What_a_terminal_could_obey_is_replaced_and_the_rest_is_kept(string text, string expected) =>
        Assert.Equal(expected, SafeText.Clean(text));

    [Fact]
    public void A_lone_surrogate_is_replaced() => Assert.Equal("a\uFFFDb", SafeText.Clean("a" + (char)0xD800 + "b"));

    [Theory]
    [InlineData("box says 356938035643809", "box says 35693803*****09")]
    [InlineData("35-693803-564380-9", "35693803*****09")]
    [InlineData("356938/03/564380/9 on the box", "35693803*****09 on the box")]
    [InlineData("35693803564380", "35693803*****0")]
    [InlineData("unix:/run/phone356938035643809.sock", "unix:/run/phone35693803*****09.sock")]
    [InlineData("356938035643809 490154203237518", "35693803*****09 49015420*****18")]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")]
    [InlineData("12345678-1234-1234-1234-123456789012", "12345678-1234-1234-1234-123456789012")]
    [InlineData("snapshots/20261123-123456", "snapshots/20261123-123456")]
    public void A_number_that_may_be_an_imei_loses_its_middle(string text, string masked) => Assert.Equal(masked, SafeText.Masked(text));

    // Both compile one rule: what one shows masked, no other may show whole, should one of them ever get its own.
    [Fact]
    public void Clients_and_agents_mask_the_same()
    {
        Gen<string> part = Gen.OneOf<string>(
            "356938035643809", "49015420323751", "356938", "03", "35", "693803", "564380", "35693803", "9", "1234", "a", "F", "phone", "0", "-", "_", ".", "/", " ", "\u00A0", ":");

        part.Array[0, 14].Select(string.Concat).Sample(text => Assert.Equal(FreeText.Masked(text), SafeText.Masked(text)), iter: 20_000);
    }
}
