using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;
using Xunit;

namespace ImeiAgent.Unit.Diag;

public sealed class ReplyKeyTests
{
    private static readonly ReplyKey Nv550 = new([0x26, 0x26, 0x02]);

    [Theory]
    [InlineData("262602", true)]
    [InlineData("26260200000000000000", true)]
    [InlineData("2626020000", true)]
    [InlineData("2626", false)]
    [InlineData("", false)]
    [InlineData("262702", false)]
    [InlineData("262603", false)]
    [InlineData("27260200000000000000", false)]
    [InlineData("26260300000000000000", false)]
    public void A_packet_matches_when_it_begins_with_all_bytes(string packet, bool matches) =>
        Assert.Equal(matches, Nv550.Matches(Convert.FromHexString(packet)));

    [Theory]
    [InlineData("", true)]
    [InlineData("26", true)]
    [InlineData("2626", true)]
    [InlineData("262602084A09", true)]
    [InlineData("27", false)]
    [InlineData("2627", false)]
    [InlineData("262603", false)]
    [InlineData("26260308000000000000", false)]
    public void An_echo_decides_by_the_bytes_it_has(string echo, bool allowed) =>
        Assert.Equal(allowed, Nv550.AllowsEcho(Convert.FromHexString(echo)));

    [Fact]
    public void A_key_of_eight_bytes_looks_at_all_eight()
    {
        ReplyKey key = new NvSubscriptionReadRequest(new NvItemId(550), 1).ReplyKey;
        Assert.Equal("4B30010026020100", key.ToString());
        Assert.True(key.Matches(Convert.FromHexString("4B30010026020100FF")));
        Assert.False(key.Matches(Convert.FromHexString("4B30010026020000FF")));
        Assert.False(key.Matches(Convert.FromHexString("4B30010026020101")));
        Assert.False(key.Matches(Convert.FromHexString("4B300100260201")));
    }

    [Fact]
    public void Keys_are_equal_when_their_bytes_are_and_zeros_count()
    {
        Assert.Equal(Nv550, new NvReadRequest(new NvItemId(550)).ReplyKey);
        Assert.NotEqual(new ReplyKey([0x60]), new ReplyKey([0x60, 0x00]));
        Assert.Equal(0x26, Nv550.Code);
    }

    [Fact]
    public void A_key_has_one_to_eight_bytes()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReplyKey([]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReplyKey(new byte[9]));
    }

    [Fact]
    public void A_default_key_matches_nothing() => Assert.False(default(ReplyKey).Matches([0x00]));

    [Fact]
    public void An_event_is_not_the_reply_to_events_off()
    {
        ReplyKey key = new EventsDisableRequest().ReplyKey;
        Assert.True(key.Matches([0x60, 0x00, 0x00]));
        Assert.False(key.Matches([0x60, 0x0A, 0x00, 0x01, 0x02]));
        Assert.False(key.Matches([0x60, 0x00]));
    }

    [Theory]
    [InlineData("", "nothing")]
    [InlineData("00", "00")]
    [InlineData("26550008313233343536", "265500")]
    [InlineData("27260208", "272602")]
    [InlineData("41313233343536", "41")]
    [InlineData("460400584752420249", "46")]
    [InlineData("4B300100260201004A09", "4B30010026020100")]
    [InlineData("4B130200AABBCCDD", "4B130200")]
    [InlineData("4B", "4B")]
    [InlineData("4241313233343536", "4241")]
    [InlineData("13", "13")]
    public void A_packet_is_described_by_its_header_and_never_by_its_content(string packet, string expected) =>
        Assert.Equal(expected, ReplyKey.Describe(Convert.FromHexString(packet)));
}
