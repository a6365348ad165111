using ImeiAgent.TestKit;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using static ImeiAgent.Integration.Simulator.SimulatorClient;

namespace ImeiAgent.Integration.Simulator;

/// <summary>Passwords, modes and resets that a phone does not give for the asking.</summary>
public sealed class PhoneLockTests
{
    private const string WriteImei2 = "272602" + Imei2;
    private const string RightPassword = "46FFFFFFFFFFFFFFFE";
    private const string WrongPassword = "46FFFFFFFFFFFFFFFF";

    [Fact]
    public async Task Writes_that_need_the_password_are_refused_BAD_SEC_MODE_with_17_bytes_until_then()
    {
        await using var phone = Phones.InMemory(quirks: "writes-need-password");
        await using var client = new SimulatorClient(phone.Host.Open());

        Assert.Equal("47272602" + Imei2 + "00000000", await client.AskAsync(WriteImei2 + " 00*121"));
        Assert.Equal("4600", await client.AskAsync(WrongPassword));
        Assert.Equal("47272602" + Imei2 + "00000000", await client.AskAsync(WriteImei2));
        Assert.StartsWith("474B30020026020100", await client.AskAsync("4B30020026020100 00*130"), StringComparison.Ordinal);
        Assert.StartsWith("262602" + Imei1, await client.AskAsync("262602"), StringComparison.Ordinal);
        Assert.Equal("4601", await client.AskAsync(RightPassword));
        Assert.Equal(WriteImei2 + new string('0', 242), await client.AskAsync(WriteImei2));
        Assert.Equal(1, phone.Phone.Counters.NvWritesStored);
    }

    [Fact]
    public async Task A_locked_phone_asks_for_the_code_first_and_then_for_the_password()
    {
        await using var phone = Phones.InMemory("galaxy-spc-locked", "writes-need-password");
        await using var client = new SimulatorClient(phone.Host.Open());

        Assert.StartsWith("42", await client.AskAsync(WriteImei2), StringComparison.Ordinal);
        await client.AskAsync("41363133393038");
        Assert.StartsWith("47", await client.AskAsync(WriteImei2), StringComparison.Ordinal);
        await client.AskAsync(RightPassword);
        Assert.StartsWith("27", await client.AskAsync(WriteImei2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_restart_forgets_the_password()
    {
        await using var phone = Phones.InMemory(quirks: "writes-need-password,reset-delay=1ms");
        await using (var client = new SimulatorClient(phone.Host.Open()))
        {
            await client.AskAsync(RightPassword);
            await client.AskAsync("290200");
            Assert.Null(await client.ReceiveAsync());
        }

        await Eventually.HoldsAsync(() => phone.Host.IsPlugged && !phone.Phone.IsDown);
        await using var again = new SimulatorClient(phone.Host.Open());
        Assert.StartsWith("47", await again.AskAsync(WriteImei2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_a_wrong_password_the_phone_is_deaf_as_after_a_wrong_code()
    {
        var time = new FakeTimeProvider();
        await using var phone = Phones.InMemory(quirks: "spc-silence=10s", time: time);
        await using var client = new SimulatorClient(phone.Host.Open());

        Assert.Equal("4600", await client.AskAsync(WrongPassword));
        await client.SendAsync(Hex("01"));
        await phone.Phone.Counters.RequestArrivesAsync(0x01, 1, Ct);
        time.Advance(TimeSpan.FromSeconds(10.1));

        Assert.Equal("1C0800", await client.AskAsync("1C"));
    }

    [Theory]
    [InlineData("290000")]
    [InlineData("290100")]
    public async Task A_reset_that_needs_offline_mode_is_refused_BAD_MODE_until_then(string offline)
    {
        await using var phone = Phones.InMemory(quirks: "reset-needs-offline");
        await using var client = new SimulatorClient(phone.Host.Open());

        Assert.Equal("18290200", await client.AskAsync("290200"));
        Assert.Equal("290500", await client.AskAsync("290500"));
        Assert.Equal("18290200", await client.AskAsync("290200"));
        Assert.Equal(offline, await client.AskAsync(offline));
        Assert.Equal("290200", await client.AskAsync("290200"));
        Assert.Null(await client.ReceiveAsync());
    }

    [Fact]
    public async Task A_phone_without_CONTROL_refuses_it_BAD_CMD_and_goes_on()
    {
        await using var phone = Phones.InMemory(quirks: "no-control");
        await using var client = new SimulatorClient(phone.Host.Open());

        Assert.Equal("13290100", await client.AskAsync("290100"));
        Assert.Equal("13290200", await client.AskAsync("290200"));
        Assert.Equal("132907", await client.AskAsync("2907"));
        Assert.Equal("1C0800", await client.AskAsync("1C"));
    }
}
