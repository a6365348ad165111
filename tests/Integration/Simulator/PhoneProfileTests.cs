using ImeiAgent.Diag.Nv;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using Xunit;
using static ImeiAgent.Integration.Simulator.SimulatorClient;

namespace ImeiAgent.Integration.Simulator;

public sealed class PhoneProfileTests
{
    [Fact]
    public void A_galaxy_has_about_6_percent_active_items_and_every_kind_of_answer()
    {
        using var phone = SimulatedPhone.Create("galaxy", 1);
        NvReading[] items = [.. Enumerable.Range(0, 65536).Select(item => phone.Truth(1, item))];

        Assert.InRange(items.Count(item => item.IsActive), 3300, 4600);
        Assert.All(items, item => Assert.True(item.IsActive || item.IsAbsent));
        int Below7200(NvStatus status) => items.Take(7200).Count(item => item.Outcome == NvOutcome.Answered && item.Code == (ushort)status);
        Assert.InRange((double)Below7200(NvStatus.NotActive) / Below7200(NvStatus.BadParameter), 3, 8);
        Assert.Contains(items, item => item.Code == (ushort)NvStatus.BadTarget);
        Assert.Equal(1024, items.Count(item => item.Outcome == NvOutcome.Refused));
        Assert.Contains(items, item => item.IsActive && item.Data.Bytes.IndexOfAny((byte)0x7D, (byte)0x7E) >= 0);
        Assert.True(items[65535].IsActive);
    }

    [Fact]
    public void Its_slots_hold_the_two_test_numbers()
    {
        using var phone = SimulatedPhone.Create("galaxy", 1);

        Assert.True(phone.TryGet(1, 550, out NvData first));
        Assert.True(phone.TryGet(2, 550, out NvData second));

        Assert.Equal(Imei1, Convert.ToHexString(first.Trimmed));
        Assert.Equal(Imei2, Convert.ToHexString(second.Trimmed));
    }

    [Theory]
    [InlineData(85)]
    [InlineData(25)]
    [InlineData(906)]
    public void Secrets_read_as_zeros_with_status_done(int item)
    {
        using var phone = SimulatedPhone.Create("galaxy", 1);

        Assert.True(phone.TryGet(1, item, out NvData data));
        Assert.Equal(0, data.Trimmed.Length);
    }

    [Fact]
    public void The_same_seed_gives_the_same_phone_and_another_seed_another()
    {
        using var phone = SimulatedPhone.Create("galaxy", 7);
        using var twin = SimulatedPhone.Create("galaxy", 7);
        using var stranger = SimulatedPhone.Create("galaxy", 8);

        Assert.All(Enumerable.Range(0, 65536), item => Assert.Equal(phone.Truth(2, item), twin.Truth(2, item)));
        Assert.NotEqual(phone.Esn, stranger.Esn);
        Assert.NotEqual(phone.Meid, stranger.Meid);
        Assert.Contains(Enumerable.Range(0, 65536), item => phone.Truth(1, item) != stranger.Truth(1, item));
    }

    [Fact]
    public async Task A_phone_that_lost_its_numbers_has_zeros_in_slot_1_and_nothing_in_slot_2()
    {
        await using var phone = Phones.InMemory("galaxy-imei-lost");
        await using var client = new SimulatorClient(phone.Host.Open());

        Assert.Equal("262602" + new string('0', 260), await client.AskAsync("262602"));
        Assert.EndsWith("0500", await client.AskAsync("4B30010026020100 00*130"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_write_protected_phone_answers_read_only_and_keeps_its_value()
    {
        await using var phone = Phones.InMemory("galaxy-write-protected");
        await using var client = new SimulatorClient(phone.Host.Open());

        Assert.EndsWith("0700", await client.AskAsync("272602" + Imei1), StringComparison.Ordinal);
        Assert.Equal(0, phone.Phone.Counters.NvWritesStored);
        Assert.Equal(1, phone.Phone.Counters.NvWritesReceived);
    }

    [Fact]
    public async Task A_single_sim_phone_refuses_the_subsystem_with_the_whole_request()
    {
        await using var phone = Phones.InMemory("galaxy-single-sim");
        await using var client = new SimulatorClient(phone.Host.Open());

        Assert.Equal("134B30010026020000" + new string('0', 260), await client.AskAsync("4B30010026020000 00*130"));
        Assert.StartsWith("262602" + Imei1, await client.AskAsync("262602"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_exynos_port_echoes_and_speaks_only_AT()
    {
        await using var phone = Phones.InMemory("exynos");
        await using var client = new SimulatorClient(phone.Host.Open());

        await client.SendRawAsync("AT\r"u8.ToArray());
        Assert.Equal("AT\r\r\nOK\r\n"u8.ToArray(), await client.ReadOnceAsync());
        await client.SendRawAsync(ReadImeiFrame);
        Assert.Equal(ReadImeiFrame, await client.ReadOnceAsync());
        await client.SendRawAsync("\r"u8.ToArray());
        Assert.Equal("\r\r\nERROR\r\n"u8.ToArray(), await client.ReadOnceAsync());
        Assert.Equal(0, phone.Phone.Counters.AllRequests);
    }
}
