using ImeiAgent.Diag.Identity;
using ImeiAgent.Operations;
using ImeiAgent.Session;
using ImeiAgent.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace ImeiAgent.Unit.Operations;

public class PhoneRegistryTests
{
    [Fact]
    public async Task A_phone_is_identified_named_and_silenced()
    {
        await using var bench = new Bench("galaxy");

        Phone phone = await bench.Registry.RequireAsync("", Bench.Ct);

        Assert.Matches("^devices/sm-g991u-[0-9a-f]{4}$", phone.Name);
        PhoneIdentity identity = phone.Last.Identity;
        Assert.Equal(("SM-G991U", "G991USQU5CVF1"), (identity.Model, identity.Build));
        Assert.Equal((bench.Phone.Esn.ToString("X8", null), bench.Phone.Meid), (identity.Esn, identity.Meid));
        Assert.Equal([ImeiSlotState.Ok, ImeiSlotState.Ok], phone.Last.Slots.Select(s => s.Content.State));
        Assert.True(phone.Last.SecondSimReachable);
        Assert.Equal((1, 1, 1), (bench.Phone.Counters.Requests(0x60), bench.Phone.Counters.Requests(0x73), bench.Phone.Counters.Requests(0x7D)));
    }

    [Fact]
    public async Task It_is_found_by_name_by_a_beginning_of_it_by_port_and_by_nothing()
    {
        await using var bench = new Bench("galaxy");
        string name = (await bench.Registry.RequireAsync("", Bench.Ct)).Name;

        foreach (string asked in new[] { name, name["devices/".Length..], "sm-g", "devices/sm-", "/dev/sim1", "" })
            Assert.Equal(name, bench.Registry.Get(asked).Name);
        Assert.Equal(OperationError.DeviceNotFound, Assert.Throws<OperationException>(() => bench.Registry.Get("sm-x")).Error);
    }

    [Fact]
    public async Task A_port_that_is_discovered_is_watched_and_its_phone_stays_known_when_it_leaves()
    {
        await using var bench = new Bench("galaxy");
        PortSpec[] found = [];
        var options = new RegistryOptions
        {
            Open = bench.OpenAsync,
            Discover = () => Volatile.Read(ref found),
            DiscoveryInterval = TimeSpan.FromMilliseconds(20),
        };
        await using var registry = new PhoneRegistry(options, bench.Vault, TimeProvider.System, NullLogger<PhoneRegistry>.Instance);
        Assert.Empty(registry.List());

        Volatile.Write(ref found, [PortSpec.Parse("/dev/sim1")]);
        await Eventually.HoldsAsync(() => registry.List() is [{ State: PhoneState.Ready, Port: "/dev/sim1" }]);

        Volatile.Write(ref found, []);
        bench.First.Host.Unplug();
        await Eventually.HoldsAsync(() => registry.List() is [{ State: PhoneState.Disconnected }]);
    }

    [Fact]
    public async Task Two_phones_have_two_names_and_one_has_to_be_chosen()
    {
        await using var bench = new Bench("galaxy");
        bench.Plug("galaxy-imei-lost", seed: 2);
        Phone first = await bench.Registry.RequireAsync("/dev/sim1", Bench.Ct), second = await bench.Registry.RequireAsync("/dev/sim2", Bench.Ct);

        var ambiguous = await Assert.ThrowsAsync<OperationException>(() => bench.Registry.RequireAsync("", Bench.Ct));

        Assert.NotEqual(first.Name, second.Name);
        Assert.Equal(OperationError.DeviceAmbiguous, ambiguous.Error);
        Assert.Contains(first.Name, ambiguous.Fields["candidates"], StringComparison.Ordinal);
        Assert.Contains(second.Name, ambiguous.Fields["candidates"], StringComparison.Ordinal);
        Assert.Equal(second.Name, bench.Registry.Get(second.Name).Name);
    }

    [Fact]
    public async Task A_phone_that_is_pulled_out_is_disconnected_and_ready_again_under_its_name()
    {
        await using var bench = new Bench("galaxy");
        string name = (await bench.Registry.RequireAsync("", Bench.Ct)).Name;

        bench.First.Host.Unplug();
        await Eventually.HoldsAsync(() => bench.Registry.Get(name).State == PhoneState.Disconnected);
        var gone = await Assert.ThrowsAsync<OperationException>(() => bench.Registry.RequireAsync(name, Bench.Ct));
        bench.First.Host.Replug();
        await Eventually.HoldsAsync(() => bench.Registry.Get(name).State == PhoneState.Ready);

        Assert.Equal(OperationError.DeviceDisconnected, gone.Error);
        Assert.Equal(name, (await bench.Registry.RequireAsync("", Bench.Ct)).Name);
    }

    [Fact]
    public async Task A_phone_keeps_its_name_at_another_port()
    {
        await using var bench = new Bench("galaxy");
        PortSpec here = PortSpec.Parse("/dev/here"), there = PortSpec.Parse("/dev/there");
        PortSpec at = here;
        await using PhoneRegistry registry = bench.NewRegistry([here, there], (port, ct) =>
            port == at ? bench.OpenAsync(PortSpec.Parse("/dev/sim1"), ct) : throw new PortOpenException(port, PortFault.NotFound, "not here"));
        string name = (await registry.RequireAsync("/dev/here", Bench.Ct)).Name;

        bench.First.Host.Unplug();
        at = there;
        bench.First.Host.Replug();
        await Eventually.HoldsAsync(() => registry.Get("/dev/there").State == PhoneState.Ready);

        Assert.Equal("/dev/there", registry.Get(name).Port);
        Assert.Single(registry.List(), p => p.Name == name);
    }

    [Fact]
    public async Task The_second_port_of_a_phone_is_told_to_be_one()
    {
        await using var bench = new Bench("galaxy");
        bench.Plug("galaxy", seed: 1);

        await Eventually.HoldsAsync(() => bench.Registry.List().Select(p => p.State).Order().SequenceEqual([PhoneState.Ready, PhoneState.Unavailable]));

        PhoneView ready = bench.Registry.List().Single(p => p.State == PhoneState.Ready);
        PhoneView second = bench.Registry.List().Single(p => p.State == PhoneState.Unavailable);
        Assert.Contains($"second port of {ready.Name}", second.Hint, StringComparison.Ordinal);
        Assert.NotEqual(ready.Name, second.Name);
    }

    [Fact]
    public async Task A_port_that_answers_at_commands_is_no_phone_and_the_hint_says_what_to_dial()
    {
        await using var bench = new Bench("exynos");

        var refused = await Assert.ThrowsAsync<OperationException>(() => bench.Registry.RequireAsync("", Bench.Ct));

        Assert.Equal(OperationError.NotADiagPort, refused.Error);
        PhoneView port = Assert.Single(bench.Registry.List());
        Assert.Equal((PhoneState.NotDiag, "devices/port-sim1"), (port.State, port.Name));
        Assert.Contains("*#0808#", port.Hint, StringComparison.Ordinal);
        Assert.Contains("Exynos", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(PortFault.NotFound, "no such port")]
    [InlineData(PortFault.NoPermission, "dialout")]
    [InlineData(PortFault.HeldByAnother, "ModemManager")]
    public async Task A_port_that_cannot_be_opened_says_what_to_do(PortFault fault, string words)
    {
        await using var bench = new Bench();
        await using PhoneRegistry registry = bench.NewRegistry(
            [PortSpec.Parse("/dev/ttyUSB9")], (port, _) => throw new PortOpenException(port, fault, "the system's word"));

        var refused = await Assert.ThrowsAsync<OperationException>(() => registry.RequireAsync("/dev/ttyUSB9", Bench.Ct));

        Assert.Equal(OperationError.PortUnavailable, refused.Error);
        Assert.Contains(words, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Etags_tell_contents_apart_and_do_not_tell_the_number()
    {
        await using var bench = new Bench("galaxy");
        Phone phone = await bench.Registry.RequireAsync("", Bench.Ct);
        string before = phone.Last.Slot(1).Etag;
        var identify = new Identify(TimeProvider.System);

        string same = (await identify.RunAsync(phone, Bench.Ct)).Slot(1).Etag;
        bench.Phone.Put(1, 550, new byte[9]);
        string after = (await identify.RunAsync(phone, Bench.Ct)).Slot(1).Etag;

        Assert.Equal(before, same);
        Assert.NotEqual(before, after);
        Assert.NotEqual(phone.Last.Slot(1).Etag, phone.Last.Slot(2).Etag);
    }
}
