using System.Text;
using ImeiAgent.Client.Contexts;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Unit.Client.Contexts;

public class PairingLineTests
{
    private const string Fingerprint = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    // The description's example, its secret being the bytes 0 to 15.
    private const string Fields =
        $$"""{"v":1,"a":["192.0.2.7:7443","[2001:db8::7]:7443"],"f":"{{Fingerprint}}","i":"0a1b2c3d","s":"AAECAwQFBgcICQoLDA0ODw","e":1800000000,"r":"technician","n":"bench-3"}""";

    [Fact]
    public void A_line_is_read_field_by_field()
    {
        PairingLine line = PairingLine.Parse(LineOf(Fields));

        Assert.Equal(["192.0.2.7:7443", "[2001:db8::7]:7443"], line.Addresses.Select(address => address.ToString()));
        Assert.Equal(("2001:db8::7", 7443), (line.Addresses[1].Host, line.Addresses[1].Port));
        Assert.Equal((Fingerprint, "0a1b2c3d", "bench-3", Role.Technician), (line.CaFingerprint, line.Id, line.ClientName, line.Role));
        Assert.Equal(Convert.FromHexString("000102030405060708090A0B0C0D0E0F"), line.Secret);
        Assert.Equal(new DateTimeOffset(2027, 1, 15, 8, 0, 0, TimeSpan.Zero), line.ExpireTime);
    }

    [Fact]
    public void A_line_that_a_mail_program_broke_is_read_all_the_same()
    {
        string line = LineOf(Fields);

        Assert.Equal("bench-3", PairingLine.Parse($"  {line[..70]}\r\n {line[70..]}\n").ClientName);
    }

    [Fact]
    public void Fields_that_a_later_release_adds_are_passed_over() =>
        Assert.Equal("bench-3", PairingLine.Parse(LineOf(Fields.Replace("\"v\":1", "\"v\":1,\"x\":{\"y\":[1]}", StringComparison.Ordinal))).ClientName);

    [Fact]
    public void Nothing_prints_the_secret() =>
        Assert.Equal("technician bench-3 at 192.0.2.7:7443, [2001:db8::7]:7443", PairingLine.Parse(LineOf(Fields)).ToString());

    [Theory]
    [InlineData("technician", "boss", "PAIRING_LINE_NEWER")]
    [InlineData("\"v\":1", "\"v\":2", "PAIRING_LINE_NEWER")]
    [InlineData("\"v\":1,", "", "PAIRING_LINE_DAMAGED")]
    [InlineData("\"v\":1", "\"v\":\"1\"", "PAIRING_LINE_DAMAGED")]
    [InlineData("192.0.2.7:7443", "192.0.2.7", "PAIRING_LINE_DAMAGED")]
    [InlineData("192.0.2.7:7443", "192.0.2.7:0", "PAIRING_LINE_DAMAGED")]
    [InlineData("192.0.2.7:7443", "192.0.2.7:65536", "PAIRING_LINE_DAMAGED")]
    [InlineData("192.0.2.7:7443", "a/b:7443", "PAIRING_LINE_DAMAGED")]
    [InlineData("[2001:db8::7]:7443", "2001:db8::7:7443", "PAIRING_LINE_DAMAGED")]
    [InlineData("[\"192.0.2.7:7443\",\"[2001:db8::7]:7443\"]", "[]", "PAIRING_LINE_DAMAGED")]
    [InlineData("[\"192.0.2.7:7443\",\"[2001:db8::7]:7443\"]", "null", "PAIRING_LINE_DAMAGED")]
    [InlineData("0123456789abcdef\"", "0123456789abcdeF\"", "PAIRING_LINE_DAMAGED")]
    [InlineData("0a1b2c3d", "0a1b2c", "PAIRING_LINE_DAMAGED")]
    [InlineData("AAECAwQFBgcICQoLDA0ODw", "AAECAwQFBgcICQoLDA0O", "PAIRING_LINE_DAMAGED")]
    [InlineData("AAECAwQFBgcICQoLDA0ODw", "****", "PAIRING_LINE_DAMAGED")]
    [InlineData("bench-3", "-bench", "PAIRING_LINE_DAMAGED")]
    [InlineData("1800000000", "99999999999999999", "PAIRING_LINE_DAMAGED")]
    [InlineData("{", "", "PAIRING_LINE_DAMAGED")]
    public void A_field_that_is_wrong_is_told_by_its_kind(string part, string instead, string reason)
    {
        Assert.Contains(part, Fields, StringComparison.Ordinal);
        ContextException fault = Assert.Throws<ContextException>(() => PairingLine.Parse(LineOf(Fields.Replace(part, instead, StringComparison.Ordinal))));

        Assert.Equal(reason, fault.Reason);
        Assert.DoesNotContain("AAECAwQ", fault.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "PAIRING_LINE_DAMAGED")]
    [InlineData("imei1:", "PAIRING_LINE_DAMAGED")]
    [InlineData("imei1:====", "PAIRING_LINE_DAMAGED")]
    [InlineData("hello", "PAIRING_LINE_DAMAGED")]
    [InlineData("imei2:AAAA", "PAIRING_LINE_NEWER")]
    [InlineData("imei17:AAAA", "PAIRING_LINE_NEWER")]
    [InlineData("imeix:AAAA", "PAIRING_LINE_DAMAGED")]
    public void What_is_no_line_is_told_to_be_none(string text, string reason) =>
        Assert.Equal(reason, Assert.Throws<ContextException>(() => PairingLine.Parse(text)).Reason);

    [Fact]
    public void Every_beginning_of_a_line_is_damaged()
    {
        string line = LineOf(Fields);

        Assert.All(Enumerable.Range(0, line.Length), length => Assert.Throws<ContextException>(() => PairingLine.Parse(line[..length])));
    }

    [Fact]
    public void A_line_of_any_length_is_refused_before_it_is_read() =>
        Assert.Throws<ContextException>(() => PairingLine.Parse("imei1:" + new string('A', 1_000_000)));

    [Fact]
    public void It_expires_on_the_second()
    {
        PairingLine line = PairingLine.Parse(LineOf(Fields));

        line.ThrowIfExpired(line.ExpireTime.AddSeconds(-1));
        ContextException fault = Assert.Throws<ContextException>(() => line.ThrowIfExpired(line.ExpireTime));
        Assert.Equal("PAIRING_LINE_EXPIRED", fault.Reason);
        Assert.Contains("2027-01-15 08:00 UTC", fault.Message, StringComparison.Ordinal);
    }

    private static string LineOf(string json) => "imei1:" + FakeStation.Base64Url(Encoding.UTF8.GetBytes(json));
}
