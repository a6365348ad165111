using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using Xunit;
using static ImeiAgent.Integration.Simulator.SimulatorClient;

namespace ImeiAgent.Integration.Simulator;

/// <summary>What of a write is left when the phone restarts, crashes, loses its power or only its cable.</summary>
public sealed class PowerTests
{
    private const string WriteImei2 = "272602" + Imei2;
    private const string WriteImei2ToSlot2 = "4B30020026020100" + Imei2 + " 00*121";

    [Fact]
    public async Task Store_late_reads_a_write_back_and_has_not_stored_it()
    {
        using var folder = new TemporaryFolder();
        await using var phone = Phones.InMemory(quirks: "store-late", store: folder.File("store"));
        await using var client = new SimulatorClient(phone.Host.Open());

        Assert.Equal(WriteImei2 + new string('0', 242), await client.AskAsync(WriteImei2));
        Assert.StartsWith("262602" + Imei2, await client.AskAsync("262602"), StringComparison.Ordinal);

        Assert.Equal(Imei1, Survives(folder));
        Assert.Equal(Imei2, Holds(phone.Phone));
    }

    [Theory]
    [InlineData("store-late", "290200", "290200", Imei2)]                       // orderly: stored
    [InlineData("store-late,silent-reset", "290200", "", Imei2)]
    [InlineData("store-late,crash-on=6873", "26D91A", "", Imei1)]               // the watchdog's restart stores nothing
    [InlineData("store-late,revert=550", "290200", "290200", Imei1)]
    [InlineData("crash-on=6873", "26D91A", "", Imei2)]                          // stored when it was answered
    [InlineData("revert=550,crash-on=6873", "26D91A", "", Imei1)]
    public async Task A_restart_keeps_or_loses_a_write(string quirks, string restart, string reply, string afterwards)
    {
        using var folder = new TemporaryFolder();
        await using var phone = Phones.InMemory(quirks: quirks + ",reset-delay=1ms", store: folder.File("store"));
        await using (var client = new SimulatorClient(phone.Host.Open()))
        {
            await client.AskAsync(WriteImei2);
            Assert.Equal(reply, await client.AskAsync(restart));
        }

        await Eventually.HoldsAsync(() => phone.Host.IsPlugged && !phone.Phone.IsDown);
        await using var again = new SimulatorClient(phone.Host.Open());
        Assert.StartsWith("262602" + afterwards, await again.AskAsync("262602"), StringComparison.Ordinal);
        Assert.Equal(afterwards, Survives(folder));
    }

    [Fact]
    public async Task Store_late_stores_at_a_power_off()
    {
        using var folder = new TemporaryFolder();
        await using var phone = Phones.InMemory(quirks: "store-late", store: folder.File("store"));
        await using var client = new SimulatorClient(phone.Host.Open());

        await client.AskAsync(WriteImei2);
        await client.AskAsync("290600");

        Assert.Equal(Imei2, Survives(folder));
    }

    [Theory]
    [InlineData("store-late", Imei1)]
    [InlineData("store-late,hang-on=6873", Imei1)]
    [InlineData("", Imei2)]
    public async Task A_loss_of_power_takes_what_was_not_stored(string quirks, string left)
    {
        await using var phone = Phones.InMemory(quirks: quirks);
        await using (var client = new SimulatorClient(phone.Host.Open()))
        {
            await client.AskAsync(WriteImei2);
            if (quirks.Contains("hang-on", StringComparison.Ordinal))
                await HangAsync(phone, client);
            else
                phone.Host.LosePower();
            Assert.Null(await client.ReceiveAsync());
        }
        Assert.False(phone.Host.IsPlugged);
        phone.Host.Replug();

        Assert.Equal(left, Holds(phone.Phone));
        await using var again = new SimulatorClient(phone.Host.Open());
        Assert.StartsWith("262602" + left, await again.AskAsync("262602"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Store_late_loses_the_write_at_which_the_power_goes_and_those_before()
    {
        await using var phone = Phones.InMemory(quirks: "store-late,die=after-store:2");
        await using var client = new SimulatorClient(phone.Host.Open());

        await client.AskAsync(WriteImei2);
        Assert.Equal("", await client.AskAsync("27BC0255"));

        Assert.Equal(Imei1, Holds(phone.Phone));
        Assert.NotEqual("55", phone.Phone.TryGet(1, 700, out var data) ? Convert.ToHexString(data.Trimmed) : "");
    }

    [Fact]
    public async Task A_phone_whose_cable_is_pulled_stays_on_and_keeps_all()
    {
        await using var phone = Phones.InMemory(quirks: "store-late,writes-need-offline");
        await using (var client = new SimulatorClient(phone.Host.Open()))
        {
            await client.AskAsync("290100");
            await client.AskAsync(WriteImei2);
        }
        phone.Host.Unplug();
        phone.Host.Replug();

        await using var again = new SimulatorClient(phone.Host.Open());
        Assert.StartsWith("262602" + Imei2, await again.AskAsync("262602"), StringComparison.Ordinal);
        Assert.StartsWith("272602" + Imei1, await again.AskAsync("272602" + Imei1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_arranged_behind_the_clients_back_is_stored_at_once()
    {
        await using var phone = Phones.InMemory(quirks: "store-late");
        await using var client = new SimulatorClient(phone.Host.Open());
        await client.AskAsync(WriteImei2);

        phone.Phone.Erase(1, 550);
        phone.Host.LosePower();

        Assert.False(phone.Phone.TryGet(1, 550, out _));
    }

    [Fact]
    public async Task A_cable_pulled_in_a_restart_leaves_the_port_away()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        await using var phone = Phones.InMemory(quirks: "crash-on=6873,reset-delay=1s", time: time);
        await using (var client = new SimulatorClient(phone.Host.Open()))
            Assert.Equal("", await client.AskAsync("26D91A"));
        await Eventually.HoldsAsync(() => !phone.Host.IsPlugged);

        phone.Host.Unplug();
        for (int second = 0; second < 3; second++)
            time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(phone.Host.IsPlugged);
        phone.Host.Replug();

        await using var again = new SimulatorClient(phone.Host.Open());
        Assert.Equal("1C0800", await again.AskAsync("1C"));
    }

    [Fact]
    public async Task Write_once_takes_one_write_in_each_slot_and_remembers_over_a_kill()
    {
        using var folder = new TemporaryFolder();
        await using (var phone = Phones.InMemory("galaxy-imei-lost", "write-once=550", store: folder.File("store")))
        {
            phone.Phone.Put(1, 550, [1, 2, 3]);
            await using var client = new SimulatorClient(phone.Host.Open());
            Assert.EndsWith("0000", await client.AskAsync(WriteImei2), StringComparison.Ordinal);
            Assert.Equal(WriteImei2 + new string('0', 238) + "0700", await client.AskAsync(WriteImei2));
            Assert.EndsWith("0000", await client.AskAsync(WriteImei2ToSlot2), StringComparison.Ordinal);
            Assert.EndsWith("0700", await client.AskAsync(WriteImei2ToSlot2), StringComparison.Ordinal);
            Assert.EndsWith("0000", await client.AskAsync("27BC0255"), StringComparison.Ordinal);
            Assert.EndsWith("0000", await client.AskAsync("27BC0256"), StringComparison.Ordinal);
        }

        await using var again = Phones.InMemory("galaxy-imei-lost", "write-once=550", store: folder.File("store"));
        await using var other = new SimulatorClient(again.Host.Open());
        Assert.EndsWith("0700", await other.AskAsync("272602" + Imei1), StringComparison.Ordinal);
        Assert.StartsWith("262602" + Imei2, await other.AskAsync("262602"), StringComparison.Ordinal);
        again.Misbehave("");
        Assert.EndsWith("0000", await other.AskAsync("272602" + Imei1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_once_does_not_remember_a_write_that_was_lost_or_ignored()
    {
        await using var phone = Phones.InMemory(quirks: "write-once=550,store-late");
        await using (var client = new SimulatorClient(phone.Host.Open()))
        {
            await client.AskAsync(WriteImei2);
            Assert.EndsWith("0700", await client.AskAsync("272602" + Imei1), StringComparison.Ordinal);
        }
        phone.Host.LosePower();
        phone.Host.Replug();

        await using var again = new SimulatorClient(phone.Host.Open());
        phone.Misbehave("write-once=550,ignore-writes=550");
        Assert.EndsWith("0000", await again.AskAsync(WriteImei2), StringComparison.Ordinal);
        phone.Misbehave("write-once=550");
        Assert.EndsWith("0000", await again.AskAsync(WriteImei2), StringComparison.Ordinal);
        Assert.EndsWith("0700", await again.AskAsync(WriteImei2), StringComparison.Ordinal);
    }

    private static async Task HangAsync(RunningPhone<MemoryHost> phone, SimulatorClient client)
    {
        await client.SendAsync(Hex("26D91A"));
        await phone.Phone.Counters.RequestArrivesAsync(0x26, 1, Ct);
        phone.Host.Unplug();
    }

    /// <summary>What another phone finds in a copy of the store.</summary>
    private static string Survives(TemporaryFolder folder)
    {
        File.Copy(folder.File("store"), folder.File("copy"), overwrite: true);
        using var phone = SimulatedPhone.Create("galaxy", 1, storeFile: folder.File("copy"));
        return Holds(phone);
    }

    private static string Holds(SimulatedPhone phone) =>
        phone.TryGet(1, 550, out var data) ? Convert.ToHexString(data.Trimmed) : "not active";
}
