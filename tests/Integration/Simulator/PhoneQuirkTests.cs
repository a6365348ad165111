using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using Xunit;
using static ImeiAgent.Integration.Simulator.SimulatorClient;

namespace ImeiAgent.Integration.Simulator;

public sealed class PhoneQuirkTests
{
    private const string WriteImei2 = "272602" + Imei2;

    [Fact]
    public async Task Busy_first_answers_busy_and_then_serves()
    {
        await using var phone = Phones.InMemory(quirks: "busy-first=2");
        await using var client = new SimulatorClient(phone.Host.Open());

        Assert.EndsWith("0100", await client.AskAsync("262602"), StringComparison.Ordinal);
        Assert.EndsWith("0100", await client.AskAsync(WriteImei2), StringComparison.Ordinal);
        Assert.StartsWith("262602" + Imei1, await client.AskAsync("262602"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Busy_writes_answer_busy_store_nothing_and_leave_reads_alone()
    {
        await using var phone = Phones.InMemory(quirks: "busy-writes=2");
        await using var client = new SimulatorClient(phone.Host.Open());

        for (int i = 0; i < 2; i++)
        {
            Assert.EndsWith("0100", await client.AskAsync(WriteImei2), StringComparison.Ordinal);
            Assert.StartsWith("262602" + Imei1, await client.AskAsync("262602"), StringComparison.Ordinal);
        }
        Assert.EndsWith("0000", await client.AskAsync(WriteImei2), StringComparison.Ordinal);
        Assert.StartsWith("262602" + Imei2, await client.AskAsync("262602"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("read-only=550", "0700", Imei1, 0)]
    [InlineData("ignore-writes=550", "0000", Imei1, 0)]
    [InlineData("wear=550", "0000", "084A09513430325781", 1)]
    public async Task A_write_can_be_refused_ignored_or_stored_wrong(string quirk, string status, string readBack, int stored)
    {
        await using var phone = Phones.InMemory(quirks: quirk);
        await using var client = new SimulatorClient(phone.Host.Open());

        Assert.EndsWith(status, await client.AskAsync(WriteImei2), StringComparison.Ordinal);
        Assert.StartsWith("262602" + readBack, await client.AskAsync("262602"), StringComparison.Ordinal);
        Assert.Equal(stored, phone.Phone.Counters.NvWritesStored);
    }

    [Theory]
    [InlineData("revert=550,reset-delay=1ms", Imei1)]
    [InlineData("reset-delay=1ms", Imei2)]
    [InlineData("silent-reset,reset-delay=1ms", Imei2)]
    public async Task A_reset_takes_the_port_away_and_brings_it_back(string quirks, string afterwards)
    {
        await using var phone = Phones.InMemory("galaxy", quirks);
        await using (var client = new SimulatorClient(phone.Host.Open()))
        {
            await client.AskAsync(WriteImei2);
            Assert.StartsWith("262602" + Imei2, await client.AskAsync("262602"), StringComparison.Ordinal);
            Assert.Equal(quirks.StartsWith("silent", StringComparison.Ordinal) ? "" : "290200", await client.AskAsync("290200"));
            Assert.Null(await client.ReceiveAsync());
        }
        await Eventually.HoldsAsync(() => phone.Host.IsPlugged && !phone.Phone.IsDown);
        await using var again = new SimulatorClient(phone.Host.Open());
        Assert.StartsWith("262602" + afterwards, await again.AskAsync("262602"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Power_off_takes_the_port_away_until_it_is_switched_on()
    {
        await using var phone = Phones.InMemory();
        await using var client = new SimulatorClient(phone.Host.Open());

        Assert.Equal("290600", await client.AskAsync("290600"));
        Assert.Null(await client.ReceiveAsync());
        await Eventually.HoldsAsync(() => !phone.Host.IsPlugged);
        Assert.Throws<FileNotFoundException>(phone.Host.Open);
        phone.Host.Replug();
        await using var again = new SimulatorClient(phone.Host.Open());
        Assert.Equal("1C0800", await again.AskAsync("1C"));
    }

    [Fact]
    public async Task An_item_can_reboot_the_phone_without_a_reply()
    {
        await using var phone = Phones.InMemory(quirks: "crash-on=6873,reset-delay=1ms");
        await using (var client = new SimulatorClient(phone.Host.Open()))
            Assert.Equal("", await client.AskAsync("26D91A"));

        await Eventually.HoldsAsync(() => phone.Host.IsPlugged && !phone.Phone.IsDown);
        await using var again = new SimulatorClient(phone.Host.Open());
        Assert.Equal("1C0800", await again.AskAsync("1C"));
    }

    [Theory]
    [InlineData("die=before-store:2", Imei1)]
    [InlineData("die=after-store:2", Imei2)]
    public async Task Power_can_go_before_or_after_a_write_is_stored(string quirk, string stored)
    {
        await using var phone = Phones.InMemory(quirks: quirk);
        await using var client = new SimulatorClient(phone.Host.Open());

        await client.AskAsync("272602" + Imei1);
        Assert.Equal("", await client.AskAsync(WriteImei2));
        await phone.Host.PowerLost.WaitAsync(Eventually.Deadline, Ct);

        Assert.False(phone.Host.IsPlugged);
        Assert.True(phone.Phone.TryGet(1, 550, out var data));
        Assert.Equal(stored, Convert.ToHexString(data.Trimmed));
    }

    [Fact]
    public async Task The_cable_can_be_pulled_at_the_nth_request()
    {
        await using var phone = Phones.InMemory(quirks: "unplug-after=3");
        await using var client = new SimulatorClient(phone.Host.Open());

        await client.AskAsync("1C");
        await client.AskAsync("1C");
        Assert.Equal("", await client.AskAsync(WriteImei2));

        Assert.Equal(1, phone.Phone.Counters.NvWritesStored);
        await Eventually.HoldsAsync(() => !phone.Host.IsPlugged);
    }

    [Fact]
    public async Task A_reply_can_be_held_until_it_is_released_and_others_overtake_it()
    {
        await using var phone = Phones.InMemory();
        await using var client = new SimulatorClient(phone.Host.Open());
        HeldReply held = phone.Phone.Traps.HoldReply(0x27, 550, overtaken: true);

        await client.SendAsync(Hex(WriteImei2));
        await held.Reached.WaitAsync(Eventually.Deadline, Ct);
        Assert.Equal(1, phone.Phone.Counters.NvWritesStored);
        Assert.Equal("1C0800", await client.AskAsync("1C"));
        held.Release();

        Assert.Equal(0x27, (await client.ReceiveAsync())![0]);
    }

    [Fact]
    public async Task One_chosen_reply_can_be_lost()
    {
        await using var phone = Phones.InMemory();
        await using var client = new SimulatorClient(phone.Host.Open());
        phone.Phone.Traps.DropReply(0x26, 550);

        await client.SendAsync(Hex("262602"));
        Assert.StartsWith("267D00", await client.AskAsync("267D00"), StringComparison.Ordinal);
        Assert.StartsWith("262602", await client.AskAsync("262602"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_text_form_of_quirks_sets_each_property()
    {
        Quirks quirks = Quirks.Parse("split=0.02, late=0.0005:50ms,service=200us,queue=8,old-kernel,read-only=0+10-12,die=after-store:3,spc-silence=1.5s");

        Assert.Equal(0.02, quirks.Split);
        Assert.Equal((0.0005, TimeSpan.FromMilliseconds(50)), (quirks.LateReply, quirks.LateBy));
        Assert.Equal(TimeSpan.FromMicroseconds(200), quirks.Service);
        Assert.Equal((8, true, 3), (quirks.QueueDepth, quirks.OldKernel, quirks.DieAfterStore));
        Assert.Equal(TimeSpan.FromSeconds(1.5), quirks.SpcSilence);
        Assert.Equal([true, false, true, true, false], new[] { 0, 9, 10, 12, 13 }.Select(quirks.ReadOnly.Contains));
    }

    [Theory]
    [InlineData("nosuch=1", "nosuch")]
    [InlineData("drop=2", "probability")]
    [InlineData("drop=-0.1", "probability")]
    [InlineData("latency=5", "time")]
    [InlineData("late=0.1", "A:B")]
    [InlineData("queue=0", "count")]
    [InlineData("read-only=70000", "set of items")]
    [InlineData("die=sometimes:1", "before-store")]
    [InlineData("old-kernel=maybe", "on nor off")]
    public void A_wrong_quirk_is_explained(string text, string word)
    {
        var wrong = Assert.Throws<FormatException>(() => Quirks.Parse(text));
        Assert.Contains(word, wrong.Message, StringComparison.Ordinal);
    }
}
