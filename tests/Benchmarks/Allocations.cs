using ImeiAgent.Session;

namespace ImeiAgent.Benchmarks;

/// <summary>What Diag and Session allocate for an item once they are warm, all threads of the process together.</summary>
internal static class Allocations
{
    private const int Items = 50_000;

    public static async Task<IReadOnlyList<Row>> RunAsync(int rounds, CancellationToken ct)
    {
        await using var phone = await PhoneProcess.StartAsync("", ct);
        await using var session = new DiagSession(await Ports.OpenAsync(PortSpec.Parse(phone.Port), ct), new SessionOptions(), TimeProvider.System);
        await SessionLoop.ReadAsync(session, Items, ct);
        var perItem = new List<double>();
        for (int round = 0; round < rounds; round++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            await SessionLoop.ReadAsync(session, Items, ct);
            perItem.Add((double)(GC.GetTotalAllocatedBytes(precise: true) - before) / Items);
        }
        // The loop itself makes an array and a state machine: 25 kB a round.
        double bytes = Rounds.Median(perItem);
        return [new Row("allocations an item, Diag and Session", "0 bytes", FormattableString.Invariant($"{bytes:F2} bytes  (loop included)"), bytes < 1)];
    }
}
