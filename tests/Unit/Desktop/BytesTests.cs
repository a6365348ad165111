using CsCheck;
using ImeiAgent.Client.Desktop.Nv;
using Xunit;

namespace ImeiAgent.Unit.Desktop;

// Bytes of items as they are shown.
public sealed class BytesTests
{
    [Theory]
    [InlineData("", 0, 0, "", "", "", "")]
    [InlineData("0000", 0, 0, "", "", "", "2 bytes of 00")]
    [InlineData("083A6500", 0, 0, "08 3A 65", "", "", "")]
    [InlineData("083A6500", 1, 1, "08", "3A", "65", "")]
    [InlineData("083A6500", 2, 2, "08 3A", "65 00", "", "")]
    [InlineData("000102030405060708090A0B0C0D0E0F101112", 0, 0, "00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F", "", "", "… 3 more")]
    public void The_beginning_of_an_item_is_shown_with_what_was_searched_for(string hex, int at, int length, string before, string hit, string after, string rest) =>
        Assert.Equal(new BytesExcerpt(0, before, hit, after, rest), BytesExcerpt.Of(Convert.FromHexString(hex), new ByteHit(at, length)));

    [Fact]
    public void What_was_searched_for_far_behind_begins_the_line()
    {
        byte[] data = [.. Enumerable.Range(0, 128).Select(one => (byte)one)];

        BytesExcerpt excerpt = BytesExcerpt.Of(data, new ByteHit(100, 3));

        Assert.Equal((100, "", "64 65 66", "67 68 69 6A 6B 6C 6D 6E 6F 70 71 72 73", "… 12 more"), (excerpt.Start, excerpt.Before, excerpt.Hit, excerpt.After, excerpt.Rest));
    }

    [Fact]
    public void An_excerpt_shows_the_bytes_from_its_start_on() =>
        Gen.Select(Gen.Byte.Array[1, 128], Gen.Int[0, 127], Gen.Int[0, 40]).Sample((data, at, length) =>
        {
            ByteHit hit = at < data.Length ? new ByteHit(at, Math.Min(length, data.Length - at)) : default;
            BytesExcerpt excerpt = BytesExcerpt.Of(data, hit.Length == 0 ? default : hit);
            string shown = string.Concat(excerpt.Before, excerpt.Hit, excerpt.After).Replace(" ", "", StringComparison.Ordinal);

            Assert.True(shown.Length <= 2 * BytesExcerpt.Width);
            Assert.StartsWith(shown, Convert.ToHexString(data)[(2 * excerpt.Start)..], StringComparison.Ordinal);
            Assert.True(hit.Length == 0 || excerpt.Hit.Length > 0);
        });

    [Theory]
    [InlineData("083A65", "083A65", 0, -1)]
    [InlineData("083A65", "083A66", 1, 2)]
    [InlineData("083A65", "183A6501", 2, 0)]
    [InlineData("083A65", "083A650000", 0, -1)]
    public void Bytes_that_differ_are_counted_and_the_first_is_told(string a, string b, int count, int first)
    {
        (byte[] ofA, byte[] ofB) = (Convert.FromHexString(a), Convert.FromHexString(b));

        Assert.Equal((count, first), (BytePairs.Differing(ofA, ofB), BytePairs.First(ofA, ofB)));
        Assert.Equal((count, first), (BytePairs.Differing(ofB, ofA), BytePairs.First(ofB, ofA)));
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, 0)]
    [InlineData(11, 0)]
    [InlineData(12, 8)]
    [InlineData(127, 120)]
    public void The_line_of_two_sides_begins_where_the_first_difference_is_in_sight(int first, int start) => Assert.Equal(start, BytePairs.Window(first, 16));

    [Fact]
    public void Letters_are_shown_and_nothing_that_is_none()
    {
        Assert.Equal(".:e9.SF..~.", HexText.Ascii([0x08, 0x3A, 0x65, 0x39, 0x08, 0x53, 0x46, 0x83, 0x7F, 0x7E, 0xE9]));
        Assert.Equal("08 3A FF", HexText.Of([0x08, 0x3A, 0xFF]));
    }
}
