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
        await MeasureAsync(session, 2 * Items, ct);
        var perItem = new List<double>();
        for (int round = 0; round < rounds; round++)
        {
            // The loop that reads makes an array and a state machine, however far it goes: the slope leaves them out.
            long once = await MeasureAsync(session, Items, ct);
            long twice = await MeasureAsync(session, 2 * Items, ct);
            perItem.Add((double)(twice - once) / Items);
        }
        double bytes = Rounds.Median(perItem);
        return [new Row("allocations an item, Diag and Session", "0 bytes", FormattableString.Invariant($"{bytes:F3} bytes  (from {Items:N0} to {2 * Items:N0} items)"), bytes < 0.1)];
    }

    private static async Task<long> MeasureAsync(DiagSession session, int items, CancellationToken ct)
    {
        long before = GC.GetTotalAllocatedBytes(precise: true);
        await SessionLoop.ReadAsync(session, 0, items, ct);
        return GC.GetTotalAllocatedBytes(precise: true) - before;
    }
}
