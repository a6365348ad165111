using CsCheck;
using ImeiAgent.Client.Desktop.Nv;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Unit.Desktop;

// What is typed into the search of items, and what it finds.
public sealed class ItemSearchTests
{
    private static readonly NvItem Imei = Items.Data(550, "083A65390853468390", text: "35693803*****09");

    [Theory]
    [InlineData("", "")]
    [InlineData("  ", "")]
    [InlineData("550", "number 550")]
    [InlineData(" 0x226 ", "number 550")]
    [InlineData("0-100", "number 0-100")]
    [InlineData("100 - 0", "number 0-100")]
    [InlineData("10, 441 0x226-560", "number 10, 441, 550-560")]
    [InlineData("0839", "number 839")]
    [InlineData("10 20", "bytes 10 20")]
    [InlineData("08 3a 65", "bytes 08 3A 65")]
    [InlineData("083A65", "bytes 08 3A 65, or “083A65” in name, meaning, group, answer, decoded text or letters")]
    [InlineData("65536", "“65536” in name, meaning, group, answer, decoded text or letters")]
    [InlineData("1-2-3", "“1-2-3” in name, meaning, group, answer, decoded text or letters")]
    [InlineData("IMEI", "“IMEI” in name, meaning, group, answer, decoded text or letters")]
    [InlineData("08 3A 6", "“08 3A 6” in name, meaning, group, answer, decoded text or letters")]
    public void What_is_typed_is_understood_by_its_shape(string text, string understood) => Assert.Equal(understood, ItemSearch.Parse(text).Understood);

    [Theory]
    [InlineData("")]
    [InlineData("550")]
    [InlineData("500-600")]
    [InlineData("1, 2, 550")]
    [InlineData("08 3A 65")]
    [InlineData("3a6539")]
    [InlineData("83 90 00")]
    [InlineData("imei")]
    [InlineData("ue_imei phone")]
    [InlineData("identity")]
    [InlineData("done")]
    [InlineData("35693803*")]
    [InlineData(":e9")]
    public void The_IMEI_is_found(string text) => Assert.True(ItemSearch.Parse(text).Fits(Imei, Items.Look));

    [Theory]
    [InlineData("55")]
    [InlineData("551-560")]
    [InlineData("3A 08")]
    [InlineData("00 08 3A")]
    [InlineData("imei radio")]
    [InlineData("not active")]
    [InlineData("356938035643809")]
    public void The_IMEI_is_not_found(string text) => Assert.False(ItemSearch.Parse(text).Fits(Imei, Items.Look));

    [Fact]
    public void The_number_in_full_is_found_once_it_is_shown_in_full()
    {
        ItemLook revealed = Items.Look with { Revealed = new Dictionary<(uint, uint), string> { [(1, 550)] = "356938035643809" } };

        Assert.True(ItemSearch.Parse("356938035643809").Fits(Imei, revealed));
        Assert.False(ItemSearch.Parse("35693803*****09").Fits(Imei, revealed));
    }

    [Fact]
    public void Secret_bytes_are_not_searched()
    {
        NvItem secret = Items.Data(85, "30 30 30 30 30 30");

        Assert.False(ItemSearch.Parse("30 30").Fits(secret, Items.Look));
        Assert.False(ItemSearch.Parse("3030").Fits(secret, Items.Look));
        Assert.True(ItemSearch.Parse("30 30").Fits(Items.Data(86, "30 30"), Items.Look));
        Assert.True(ItemSearch.Parse("sec_code").Fits(secret, Items.Look));
        Assert.True(ItemSearch.Parse("85").Fits(secret, Items.Look));
    }

    [Theory]
    [InlineData("BAD_SEC", true)]
    [InlineData("refused", true)]
    [InlineData("done", false)]
    public void Answers_are_found_by_their_words(string text, bool found) => Assert.Equal(found, ItemSearch.Parse(text).Fits(Items.Refused(7, 0x17), Items.Look));

    [Fact]
    public void A_group_of_a_later_agent_is_found_by_its_own_name() => Assert.True(ItemSearch.Parse("later agents").Fits(Items.NotActive(582), Items.Look));

    [Fact]
    public void Any_two_bytes_or_more_that_an_item_holds_find_it_where_they_are() =>
        Gen.Select(Gen.Byte.Array[128], Gen.Int[0, 126], Gen.Int[2, 128]).Sample((data, from, length) =>
        {
            byte[] wanted = data[from..Math.Min(128, from + length)];
            ItemSearch search = ItemSearch.Parse(string.Join(' ', wanted.Select(one => one.ToString("x2", null))));
            ByteHit hit = search.Find(data);

            Assert.True(search.Fits(Items.Data(7, data), Items.Look));
            Assert.True(hit.At <= from);
            Assert.Equal(wanted, data[hit.At..(hit.At + hit.Length)]);
        });

    [Fact]
    public void Bytes_that_an_item_does_not_hold_do_not_find_it() =>
        Gen.Select(Gen.Byte[1, 255].Array[128], Gen.Byte.Array[0, 4], Gen.Byte.Array[1, 4]).Sample((data, before, after) =>
        {
            string hex = Convert.ToHexString([.. before, 0, .. after]);
            Assert.False(ItemSearch.Parse(string.Join(' ', hex.Chunk(2).Select(pair => new string(pair)))).Fits(Items.Data(7, data), Items.Look));
        });

    [Fact]
    public void A_range_finds_its_numbers_and_no_others() =>
        Gen.Select(Gen.UInt[0, 65535], Gen.UInt[0, 65535], Gen.UInt[0, 65535]).Sample((first, last, item) =>
            Assert.Equal(item >= Math.Min(first, last) && item <= Math.Max(first, last), ItemSearch.Parse($"{first}-{last}").Fits(Items.NotActive(item), Items.Look)));

    [Fact]
    public void Whatever_is_typed_is_a_search() => Gen.String.Sample(text =>
    {
        ItemSearch search = ItemSearch.Parse(text);
        _ = search.Fits(Imei, Items.Look);
        Assert.Equal(string.IsNullOrWhiteSpace(text), search.IsEmpty);
    });
}
