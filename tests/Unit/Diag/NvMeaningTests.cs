using System.Text;
using ImeiAgent.Diag.Nv;
using Xunit;

namespace ImeiAgent.Unit.Diag;

/// <summary>Bytes as phones have them, and the words that others have for them.</summary>
public sealed class NvMeaningTests
{
    private const string Zeros = "000000000000000000", Factory = "080A40990901460000";

    // Packed by two public programs; 355167055587819 has a wrong check digit.
    [Theory]
    [InlineData("084A09512430325781", "49015420*****18", "490154203237518")]
    [InlineData("083A65390853468390", "35693803*****09", "356938035643809")]
    [InlineData("083A55610755858791", "35516705*****19 (wrong check digit)", "355167055587819 (wrong check digit)")]
    [InlineData("080A00000000000000", "00000000*****00 (no phone's own)", "000000000000000 (no phone's own)")]
    [InlineData(Factory, "00499901*****00 (no phone's own)", "004999010640000 (no phone's own)")]
    [InlineData(Zeros, "blank", "blank")]
    [InlineData("FFFFFFFFFFFFFFFFFF", "blank", "blank")]
    [InlineData("0102030405060708090A", "no IMEI", "no IMEI")]
    public void An_imei_is_told_with_its_state_and_masked_unless_a_person_asked(string hex, string masked, string shown)
    {
        Assert.Equal(masked, Of(550, hex));
        Assert.Equal(shown, NvMeaning.Of(Reading(550, hex), reveal: true));
        Assert.Equal(masked, NvMeaning.Of(Reading(550, hex) with { Slot = 2 }, reveal: false));
    }

    [Theory]
    [InlineData(0, "2A1B3C4D", "4D3C1B2A")]
    [InlineData(5597, "2A1B3C4D", "4D3C1B2A")]
    [InlineData(0, "0DD0ADDE", "none")]
    [InlineData(0, "00000000", "none")]
    [InlineData(0, "9084F280", "none")]
    [InlineData(1943, "DEBC0A452301AF00", "AF0123450ABCDE")]
    [InlineData(1943, "8043560338693500", "35693803*****0")]
    [InlineData(1943, "0000000000000000", "none")]
    [InlineData(1943, "FFFFFFFFFFFFFFFF", "none")]
    [InlineData(447, "129078563412", "12:34:56:78:90:12")]
    [InlineData(447, "000000000000", "none")]
    public void Serial_numbers_and_addresses_are_told_as_people_write_them(int item, string hex, string text) => Assert.Equal(text, Of(item, hex));

    [Theory]
    // A modem told these bytes over QMI, whose mask is the same, and its driver the names.
    [InlineData("0000C00700000200", "WCDMA 2100, WCDMA 1900, WCDMA 1800, WCDMA 1700 US, WCDMA 850, WCDMA 900")]
    // GSM 850, 900, 1800, 1900 and WCDMA 1, 2, 4, 5, 8 as a public calculator of this item has their bits.
    [InlineData("8003E80600000200", "GSM 1800, GSM 900 extended, GSM 900 primary, GSM 850, GSM 1900, WCDMA 2100, WCDMA 1900, WCDMA 1700 US, WCDMA 850, WCDMA 900")]
    [InlineData("0000000000000000", "none")]
    [InlineData("FFFFFFFFFFFFFFFF", "all")]
    [InlineData("0000000001000000", "bit 32")]
    public void The_bands_of_the_radio_are_told_by_name(string hex, string text)
    {
        Assert.Equal(text, Of(1877, hex));
        Assert.Equal(text, Of(4548, hex));
    }

    // 590047 is what a phone with these bands was read with; the longer one is what a modem told over QMI, bit by bit.
    [Theory]
    [InlineData("DF00090000000000", "LTE 1, 2, 3, 4, 5, 7, 8, 17, 20")]
    [InlineData("DF18093BA0010000", "LTE 1, 2, 3, 4, 5, 7, 8, 12, 13, 17, 20, 25, 26, 28, 29, 30, 38, 40, 41")]
    [InlineData("0000000000000000", "none")]
    public void Lte_bands_are_counted_from_the_first_bit(string hex, string text) => Assert.Equal(text, Of(6828, hex));

    [Theory]
    [InlineData(441, "008003", "GSM 1800, GSM 900 extended, GSM 900 primary")]
    [InlineData(441, "00FFFF", "all")]
    [InlineData(441, "000000", "none")]
    [InlineData(441, "010700", "NAM 1: BC0 A, BC0 B, BC1")]
    [InlineData(946, "004004", "WCDMA 2100, WCDMA 850")]
    [InlineData(946, "00FFFF", "all")]
    [InlineData(2954, "0000000200", "WCDMA 900")]
    [InlineData(2954, "00FFFFFFFF", "all")]
    public void Band_preferences_are_three_parts_of_one_mask(int item, string hex, string text) => Assert.Equal(text, Of(item, hex));

    [Theory]
    [InlineData(10, "000400", "automatic")]
    [InlineData(10, "000D00", "GSM only")]
    [InlineData(10, "000E00", "WCDMA only")]
    [InlineData(10, "001100", "GSM and WCDMA")]
    [InlineData(10, "001E00", "LTE only")]
    [InlineData(10, "001F00", "GSM, WCDMA and LTE")]
    [InlineData(10, "002400", "CDMA 1x, HDR and LTE")]
    [InlineData(10, "011300", "NAM 1: CDMA 1x and HDR")]
    [InlineData(10, "00C800", "")]
    [InlineData(10, "01C800", "")]
    [InlineData(442, "000100", "home only")]
    [InlineData(442, "00FF00", "automatic")]
    [InlineData(442, "000900", "")]
    [InlineData(4964, "0000", "revision 0")]
    [InlineData(4964, "0400", "revision A with eHRPD")]
    [InlineData(4964, "0700", "")]
    [InlineData(562, "01", "on")]
    [InlineData(1896, "00", "off")]
    [InlineData(1896, "02", "")]
    [InlineData(256, "0001", "on")]
    [InlineData(260, "0100", "NAM 1: off")]
    [InlineData(911, "0C", "12")]
    [InlineData(4118, "18", "24")]
    [InlineData(7, "0102", "513")]
    public void Settings_are_told_in_words_and_values_that_nobody_names_are_not(int item, string hex, string text) => Assert.Equal(text, Of(item, hex));

    [Theory]
    [InlineData(178, "\0" + "5551234567", "5551234567")]
    [InlineData(178, "\u0001" + "5551234567", "NAM 1: 5551234567")]
    [InlineData(178, "\0" + "555-123456", "")]
    [InlineData(71, "Sprint", "Sprint")]
    [InlineData(71, "Spr\u0007int", "")]
    [InlineData(2824, "R58N123ABCD", "R58N123ABCD")]
    [InlineData(2824, "R58N\0" + "123", "")]
    [InlineData(852, "internet.telekom", "internet.telekom")]
    [InlineData(852, "", "")]
    public void Text_is_text_only_when_it_is_printable_to_its_end(int item, string data, string text) =>
        Assert.Equal(text, Of(item, Convert.ToHexString(Encoding.Latin1.GetBytes(data))));

    [Fact]
    public void An_imei_in_a_text_is_masked_unless_a_person_asked()
    {
        string hex = Convert.ToHexString("356938035643809"u8);

        Assert.Equal("***************", Of(2824, hex));
        Assert.Equal("356938035643809", NvMeaning.Of(Reading(2824, hex), reveal: true));
        Assert.DoesNotContain("356938", Of(852, Convert.ToHexString("apn.356938035643809.net"u8)), StringComparison.Ordinal);
    }

    // The SPC of item 85 is six ASCII digits, a lock code four bytes, passwords are text.
    [Fact]
    public void No_secret_is_ever_spelt()
    {
        byte[][] datas = ["000000"u8.ToArray(), "613908"u8.ToArray(), [1, 2, 3, 4], "swordfish"u8.ToArray(), [0, .. "swordfish"u8], [1], [0, 1]];
        NvEntry[] secrets = [.. NvCatalogue.InGroup(NvGroup.Secret)];
        Assert.Contains(secrets, entry => entry.Id.Number == 85);

        foreach (NvEntry secret in secrets)
            Assert.All(datas, data => Assert.Equal("", NvMeaning.Of(Reading(secret.Id.Number, Convert.ToHexString(data)), reveal: true)));
    }

    // Programs contradict each other: 0 and 1 of 855 (where CDMA subscriptions come from), and the order of the bytes of 4678 (WLAN address).
    [Theory]
    [InlineData(855, "0100")]
    [InlineData(4678, "001122334455")]
    [InlineData(12345, "0102")]
    public void What_is_not_known_for_sure_has_no_meaning(int item, string hex) => Assert.Equal("", Of(item, hex));

    [Theory]
    [InlineData(NvOutcome.Answered, (ushort)NvStatus.NotActive)]
    [InlineData(NvOutcome.Refused, 20)]
    [InlineData(NvOutcome.NoReply, 0)]
    [InlineData(NvOutcome.Skipped, 0)]
    public void An_item_without_data_has_no_meaning(NvOutcome outcome, ushort code)
    {
        foreach (ushort item in (ushort[])[0, 10, 550, 1943])
            Assert.Equal("", NvMeaning.Of(new NvReading(1, new NvItemId(item), outcome, code, default), reveal: true));
    }

    // No data makes it fail, and nothing but printable ASCII of a bearable length comes out.
    [Fact]
    public void Whatever_a_phone_holds_the_meaning_is_a_short_line()
    {
        var random = new Random(5);
        byte[] data = new byte[NvData.Length];
        for (int round = 0; round < 20; round++)
        {
            random.NextBytes(data);
            for (int item = 0; item < NvItemId.Count; item += item < 7000 ? 1 : 97)
            {
                string text = NvMeaning.Of(Reading(item, Convert.ToHexString(data)), reveal: round % 2 == 0);
                Assert.True(text.Length <= 1000 && !text.AsSpan().ContainsAnyExceptInRange(' ', '~'), $"{item}: {text}");
            }
        }
    }

    private static string Of(int item, string hex) => NvMeaning.Of(Reading(item, hex), reveal: false);

    private static NvReading Reading(int item, string hex) =>
        new(1, new NvItemId((ushort)item), NvOutcome.Answered, (ushort)NvStatus.Done, NvData.From(Convert.FromHexString(hex)));
}
