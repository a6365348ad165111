using ImeiAgent.Operations;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.Session;
using ImeiAgent.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace ImeiAgent.Unit.Operations;

/// <summary>No two phones get one number, whichever way they are brought to the bench.</summary>
public class NumberHeldElsewhereTests
{
    private static readonly PortSpec First = PortSpec.Parse("/dev/sim1");
    private static readonly PortSpec Second = PortSpec.Parse("/dev/sim2");

    [Fact]
    public async Task Two_phones_that_ask_for_it_at_once_do_not_both_get_it()
    {
        await using var bench = new Bench();
        RunningPhone<MemoryHost> second = bench.Plug("galaxy-imei-lost", seed: 2);
        await bench.Registry.RequireAsync(First.Name, Bench.Ct);
        await bench.Registry.RequireAsync(Second.Name, Bench.Ct);

        OperationError?[] ends = await Task.WhenAll(
            EndAsync(bench, bench.Registry, First, restore: bench.Restore), EndAsync(bench, bench.Registry, Second, restore: bench.Restore));

        Assert.Equal([null, OperationError.ImeiInUse], ends.Order());
        Assert.Equal(1, bench.Phone.Counters.NvWritesReceived + second.Phone.Counters.NvWritesReceived);
    }

    [Fact]
    public async Task A_phone_that_was_given_it_and_left_still_has_it_also_after_the_agent_began_anew()
    {
        await using var bench = new Bench();
        RunningPhone<MemoryHost> second = bench.Plug("galaxy-imei-lost", seed: 2);
        await using (PhoneRegistry yesterday = bench.NewRegistry([First]))
            Assert.Null(await EndAsync(bench, yesterday, First));

        await using PhoneRegistry today = bench.NewRegistry([Second]);
        OperationError? end = await EndAsync(bench, today, Second);

        Assert.Equal(OperationError.ImeiInUse, end);
        Assert.Equal(0, second.Phone.Counters.NvWritesReceived);
    }

    [Fact]
    public async Task A_phone_that_lost_it_again_still_has_it()
    {
        await using var bench = new Bench();
        bench.Plug("galaxy-imei-lost", seed: 2);
        await using (PhoneRegistry yesterday = bench.NewRegistry([First]))
            Assert.Null(await EndAsync(bench, yesterday, First));
        bench.Phone.Erase(1, 550);

        await using PhoneRegistry today = bench.NewRegistry([First, Second]);
        await today.RequireAsync(First.Name, Bench.Ct);

        Assert.Equal(OperationError.ImeiInUse, await EndAsync(bench, today, Second));
    }

    [Fact]
    public async Task A_phone_that_was_given_another_since_has_it_no_longer()
    {
        await using var bench = new Bench();
        bench.Plug("galaxy-imei-lost", seed: 2);
        await using (PhoneRegistry yesterday = bench.NewRegistry([First]))
        {
            Assert.Null(await EndAsync(bench, yesterday, First));
            bench.Phone.Erase(1, 550);
            Assert.Null(await EndAsync(bench, yesterday, First, "490154203237518"));
        }

        await using PhoneRegistry today = bench.NewRegistry([Second]);

        Assert.Null(await EndAsync(bench, today, Second));
    }

    [Fact]
    public async Task A_phone_that_was_seen_with_it_keeps_it_when_another_takes_its_port()
    {
        await using var bench = new Bench("galaxy");
        RunningPhone<MemoryHost> second = bench.Plug("galaxy-imei-lost", seed: 2);
        PortSpec now = First;
        await using PhoneRegistry registry = bench.NewRegistry([First], (_, ct) => bench.OpenAsync(now, ct));
        string name = (await registry.RequireAsync(First.Name, Bench.Ct)).Name;
        now = Second;
        bench.First.Host.Unplug();
        await Eventually.HoldsAsync(() => registry.List() is [{ State: PhoneState.Ready } view] && view.Name != name);

        OperationError? end = await EndAsync(bench, registry, First);

        Assert.Equal(OperationError.ImeiInUse, end);
        Assert.Equal(0, second.Phone.Counters.NvWritesReceived);
    }

    private static RestoreImei NewRestore(Bench bench, PhoneRegistry registry) =>
        new(registry, bench.Vault, bench.Leases, TimeProvider.System, NullLogger<RestoreImei>.Instance);

    /// <summary>Restores; the error it ended with, or null when the number was applied.</summary>
    private static async Task<OperationError?> EndAsync(Bench bench, PhoneRegistry registry, PortSpec port, string label = "356938035643809", RestoreImei? restore = null)
    {
        try
        {
            RestoreEvent? last = null;
            restore ??= NewRestore(bench, registry);
            await foreach (RestoreEvent told in restore.RunAsync(await bench.LeasedAsync(Bench.Label(label) with { Device = port.Name }, registry), Bench.Ct))
                last = told;
            Assert.Equal(RestoreOutcome.Applied, Assert.IsType<RestoreEnded>(last).Receipt.Outcome);
            return null;
        }
        catch (OperationException e)
        {
            return e.Error;
        }
    }
}
