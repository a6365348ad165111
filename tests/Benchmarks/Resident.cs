namespace ImeiAgent.Benchmarks;

/// <summary>What an agent costs the bench PC: memory while it dumps, processor time while it does nothing with eight phones attached.</summary>
internal static class Resident
{
    private const int Phones = 8;
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(10);

    public static async Task<IReadOnlyList<Row>> RunAsync(Shipped programs, CancellationToken ct)
    {
        await using Shop shop = await Shop.OpenAsync(programs, Phones, "", ct);
        await Task.Delay(2000, ct);
        TimeSpan before = shop.ProcessorTime();
        await Task.Delay(s_idle, ct);
        double idle = (shop.ProcessorTime() - before) / s_idle * 100;

        double most = shop.ResidentMiB();
        Task<TimeSpan> dump = shop.DumpAsync(shop.Ports[0], ct);
        while (!dump.IsCompleted)
        {
            most = Math.Max(most, shop.ResidentMiB());
            await Task.WhenAny(dump, Task.Delay(20, ct));
        }
        await dump;
        return
        [
            Row.AtMost("idle agent with 8 phones", 1, idle, " % of a core", $"over {s_idle.TotalSeconds:0} s"),
            Row.Of("agent's memory with one dump running", $"{most:0} MiB"),
        ];
    }
}
