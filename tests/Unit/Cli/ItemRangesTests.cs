using ImeiAgent.Client.Cli;
using ImeiAgent.Client.Cli.Reading;
using Xunit;

namespace ImeiAgent.Unit.Cli;

public class ItemRangesTests
{
    [Theory]
    [InlineData("550", "550-550")]
    [InlineData("0x226", "550-550")]
    [InlineData("0-65535", "0-65535")]
    [InlineData("0X0-0xFFFF", "0-65535")]
    [InlineData("10,441,550-560", "10-10 441-441 550-560")]
    [InlineData("7, 9 - 11", "7-7 9-11")]
    public void Items_are_read_as_a_person_types_them(string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', TypedItems.Parse(text).Select(range => $"{range.First}-{range.Last}")));

    [Theory]
    [InlineData("", "\"\" is no item")]
    [InlineData("550,", "\"\" is no item")]
    [InlineData("65536", "items go from 0 to 65535")]
    [InlineData("0x10000", "items go from 0 to 65535")]
    [InlineData("560-550", "begins with its smaller end")]
    [InlineData("1-2-3", "two ends")]
    [InlineData("-5", "expected a number")]
    [InlineData("+5", "expected a number")]
    [InlineData("imei", "\"imei\" is no item")]
    [InlineData("0x", "expected a number")]
    [InlineData("99999999999", "expected a number")]
    public void Anything_else_is_refused_with_the_piece_that_is_wrong(string text, string expected)
    {
        CliException fault = Assert.Throws<CliException>(() => TypedItems.Parse(text));
        Assert.Equal(ExitCode.Usage, fault.Code);
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_ranges_than_the_contract_takes_are_refused_here()
    {
        Assert.Equal(1000, TypedItems.Parse(string.Join(',', Enumerable.Range(0, 1000))).Count);
        Assert.Throws<CliException>(() => TypedItems.Parse(string.Join(',', Enumerable.Range(0, 1001))));
    }
}
