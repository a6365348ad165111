using ImeiAgent.TestKit;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using static ImeiAgent.Integration.Simulator.SimulatorClient;

namespace ImeiAgent.Integration.Simulator;

public sealed class RefusalTests
{
    [Theory]
    [InlineData("262602")]
    [InlineData("262602 00*128")]
    [InlineData("262602 00*130")]
    public async Task Reads_of_3_131_and_133_bytes_give_133(string request)
    {
        await using var phone = Phones.InMemory();
        await using var client = new SimulatorClient(phone.Host.Open());

        Assert.Equal("262602" + Imei1 + new string('0', 242), await client.AskAsync(request));
    }

    [Theory]
    [InlineData("00*125")]
    [InlineData("00*123")]
    [InlineData("00*3")]
    [InlineData("")]
    public async Task Writes_of_the_item_alone_or_padded_store_the_same(string padding)
    {
        await using var phone = Phones.InMemory();
        await using var client = new SimulatorClient(phone.Host.Open());

        string reply = await client.AskAsync("27BC02 0102030405 " + padding);

        Assert.Equal("27BC020102030405" + new string('0', 250), reply);
        Assert.True(phone.Phone.TryGet(1, 700, out var data));
        Assert.Equal("0102030405", Convert.ToHexString(data.Trimmed));
    }

    [Theory]
    [InlineData("26")]
    [InlineData("2626")]
    [InlineData("26260200")]
    [InlineData("262602 00*129")]
    [InlineData("262602 00*131")]
    [InlineData("272602")]
    [InlineData("272602 00*129")]
    [InlineData("4B30010026020000")]
    [InlineData("4B30010026020000 00*131")]
    [InlineData("0000")]
    [InlineData("413030303030")]
    [InlineData("46FFFF")]
    [InlineData("2902")]
    [InlineData("60")]
    [InlineData("73000000")]
    public async Task Any_other_length_is_refused_BAD_LEN_with_its_echo(string request)
    {
        await using var phone = Phones.InMemory();
        await using var client = new SimulatorClient(phone.Host.Open());

        Assert.Equal("15" + Convert.ToHexString(Hex(request)), await client.AskAsync(request));
    }

    [Theory]
    [InlineData("0C", "130C")]
    [InlineData("51", "1351")]
    [InlineData("FF0102", "13FF0102")]
    [InlineData("4B13010000", "134B13010000")]
    [InlineData("2660EA", "142660EA")]
    [InlineData("2760EA55", "142760EA55")]
    [InlineData("290700", "14290700")]
    public async Task What_it_does_not_know_is_refused_with_its_echo(string request, string refusal)
    {
        await using var phone = Phones.InMemory();
        await using var client = new SimulatorClient(phone.Host.Open());

        Assert.Equal(refusal, await client.AskAsync(request));
    }

    [Fact]
    public async Task Bare_refusals_are_one_byte()
    {
        await using var phone = Phones.InMemory(quirks: "bare-refusals");
        await using var client = new SimulatorClient(phone.Host.Open());

        Assert.Equal("13", await client.AskAsync("FF0102"));
        Assert.Equal("15", await client.AskAsync("26260200"));
    }

    [Fact]
    public async Task The_way_back_from_offline_is_refused_BAD_MODE()
    {
        await using var phone = Phones.InMemory();
        await using var client = new SimulatorClient(phone.Host.Open());

        Assert.Equal("290100", await client.AskAsync("290100"));
        Assert.Equal("18290400", await client.AskAsync("290400"));
    }

    [Fact]
    public async Task Writes_that_need_offline_mode_are_refused_BAD_MODE_until_then()
    {
        await using var phone = Phones.InMemory(quirks: "writes-need-offline");
        await using var client = new SimulatorClient(phone.Host.Open());

        Assert.Equal("18272602" + Imei2, await client.AskAsync("272602" + Imei2));
        await client.AskAsync("290100");
        Assert.StartsWith("272602" + Imei2, await client.AskAsync("272602" + Imei2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_locked_phone_refuses_writes_with_17_bytes_until_the_right_code_came()
    {
        await using var phone = Phones.InMemory("galaxy-spc-locked");
        await using var client = new SimulatorClient(phone.Host.Open());

        Assert.Equal("42272602" + Imei2 + "00000000", await client.AskAsync("272602" + Imei2 + " 00*121"));
        Assert.Equal("4101", await client.AskAsync("41363133393038"));
        Assert.StartsWith("272602" + Imei2, await client.AskAsync("272602" + Imei2), StringComparison.Ordinal);
        Assert.Equal(1, phone.Phone.Counters.NvWritesStored);
    }

    [Fact]
    public async Task After_a_wrong_code_a_locked_phone_is_deaf_for_10_seconds()
    {
        var time = new FakeTimeProvider();
        await using var phone = Phones.InMemory("galaxy-spc-locked", time: time);
        await using var client = new SimulatorClient(phone.Host.Open());

        Assert.Equal("4100", await client.AskAsync("41303030303030"));
        await client.SendAsync(Hex("01"));
        await phone.Phone.Counters.RequestArrivesAsync(0x01, 1, Ct);
        time.Advance(TimeSpan.FromSeconds(9.9));
        await client.SendAsync(Hex("01"));
        await phone.Phone.Counters.RequestArrivesAsync(0x01, 2, Ct);
        time.Advance(TimeSpan.FromSeconds(0.2));

        Assert.Equal("1C0800", await client.AskAsync("1C"));
    }

    [Fact]
    public async Task A_bad_check_is_answered_with_all_bytes_or_with_silence()
    {
        await using var newer = Phones.InMemory();
        await using var client = new SimulatorClient(newer.Host.Open());
        await client.SendRawAsync(Hex("262602 0000 7E"));
        Assert.Equal(Hex("13 2626020000 7E"), await client.ReceiveAsync());

        await using var silent = Phones.InMemory(quirks: "silent-bad-check");
        await using var other = new SimulatorClient(silent.Host.Open());
        await other.SendRawAsync(Hex("262602 0000 7E"));
        Assert.Equal("1C0800", await other.AskAsync("1C"));
        Assert.Equal(1, silent.Phone.Counters.BadFrames);
    }
}
