using ImeiAgent.TestKit;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using static ImeiAgent.Integration.Simulator.SimulatorClient;

namespace ImeiAgent.Integration.Simulator;

/// <summary>A phone that is polite until it is told otherwise, with its port open all the while.</summary>
public sealed class ChangingQuirksTests
{
    [Fact]
    public async Task They_replace_those_before()
    {
        await using var phone = Phones.InMemory(quirks: "read-only=550");
        await using var client = new SimulatorClient(phone.Host.Open());

        Assert.EndsWith("0700", await client.AskAsync("272602" + Imei2), StringComparison.Ordinal);
        phone.Misbehave("bare-refusals");

        Assert.EndsWith("0000", await client.AskAsync("272602" + Imei2), StringComparison.Ordinal);
        Assert.Equal("13", await client.AskAsync("FF0102"));
        phone.Misbehave("");
        Assert.Equal("13FF0102", await client.AskAsync("FF0102"));
    }

    [Fact]
    public async Task Counts_start_anew()
    {
        await using var phone = Phones.InMemory(quirks: "die=before-store:2,busy-first=1,wear-once=550");
        await using var client = new SimulatorClient(phone.Host.Open());
        for (int i = 0; i < 2; i++)
        {
            Assert.EndsWith("0100", await client.AskAsync("272602" + Imei2), StringComparison.Ordinal);
            Assert.EndsWith("0000", await client.AskAsync("272602" + Imei2), StringComparison.Ordinal);
            Assert.StartsWith("262602084A09513430325781", await client.AskAsync("262602"), StringComparison.Ordinal);
            phone.Misbehave("die=before-store:2,busy-first=1,wear-once=550");
        }
        phone.Misbehave("unplug-after=2");

        Assert.Equal("1C0800", await client.AskAsync("1C"));
        Assert.Equal("", await client.AskAsync("1C"));
    }

    [Fact]
    public async Task An_open_port_takes_up_how_replies_are_sent()
    {
        await using var phone = Phones.InMemory();
        await using var client = new SimulatorClient(phone.Host.Open());
        await client.AskAsync("1C");

        phone.Misbehave("duplicate=1");
        Assert.Equal("1C0800", await client.AskAsync("1C"));
        Assert.Equal("1C0800", Convert.ToHexString((await client.ReceiveAsync())!));
        phone.Misbehave("drop=1");
        await client.SendAsync(Hex("1C"));
        await phone.Phone.Counters.RequestArrivesAsync(0x1C, 3, Ct);
        phone.Misbehave("");

        Assert.Equal("7B55", await client.AskAsync("7B55"));
    }

    [Fact]
    public async Task An_open_port_takes_up_what_of_a_transfer_it_reads()
    {
        await using var phone = Phones.InMemory();
        await using var client = new SimulatorClient(phone.Host.Open());
        await client.AskAsync("7B55");

        phone.Misbehave("one-frame-per-transfer");
        await client.SendRawAsync([.. Frame(Hex("7B01")), .. Frame(Hex("1C"))]);
        await client.SendRawAsync(Frame(Hex("7B02")));

        Assert.Equal("7B01", Convert.ToHexString((await client.ReceiveAsync())!));
        Assert.Equal("7B02", Convert.ToHexString((await client.ReceiveAsync())!));
    }

    [Theory]
    [InlineData("service=1ms,queue=2")]
    [InlineData("")]
    public async Task Requests_the_phone_holds_are_answered_first_at_their_pace(string quirks)
    {
        var time = new FakeTimeProvider();
        await using var phone = Phones.InMemory(quirks: "latency=10s", time: time);
        await using var client = new SimulatorClient(phone.Host.Open());
        for (int i = 1; i <= 3; i++)
            await client.SendAsync([0x7B, (byte)i]);
        await phone.Phone.Counters.RequestArrivesAsync(0x7B, 3, Ct);

        phone.Misbehave(quirks);
        await client.SendAsync(Hex("7B04"));
        Task<byte[]?> first = client.ReceiveAsync();
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(first.IsCompleted);
        await Eventually.HoldsAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return first.IsCompleted;
        });

        Assert.Equal("7B01", Convert.ToHexString((await first)!));
        Assert.Equal("7B02", Convert.ToHexString((await client.ReceiveAsync())!));
        Assert.Equal("7B03", Convert.ToHexString((await client.ReceiveAsync())!));
        Task<byte[]?> last = client.ReceiveAsync();
        await Eventually.HoldsAsync(() =>
        {
            time.Advance(TimeSpan.FromMilliseconds(1));
            return last.IsCompleted;
        });
        Assert.Equal("7B04", Convert.ToHexString((await last)!));
    }

    [Fact]
    public async Task A_port_whose_quirks_changed_while_it_held_requests_can_be_pulled()
    {
        await using var phone = Phones.InMemory(quirks: "latency=3600s");
        await using var client = new SimulatorClient(phone.Host.Open());
        await client.SendAsync(Hex("7B01"));
        await phone.Phone.Counters.RequestArrivesAsync(0x7B, 1, Ct);
        phone.Misbehave("");
        await client.SendAsync(Hex("7B02"));

        await Task.Run(phone.Host.Unplug, Ct).WaitAsync(Eventually.Deadline, Ct);

        Assert.Null(await client.ReceiveAsync());
    }
}
