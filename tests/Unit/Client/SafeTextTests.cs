using ImeiAgent.Client;
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
}
