using ImeiAgent.Session;

namespace ImeiAgent.Benchmarks;

/// <summary>A phone that drops everything beyond one outstanding request: what it costs to find that out, and to look again now and then.</summary>
internal static class DropBeyond1
{
    public static async Task<IReadOnlyList<Row>> RunAsync(int rounds, CancellationToken ct) =>
    [
        await MeasureAsync("drops beyond 1, 1 ms away", "latency=1ms,queue=1", 6000, rounds, ct),
        await MeasureAsync("drops beyond 1, no delay", "queue=1", 40_000, rounds, ct),
    ];

    private static async Task<Row> MeasureAsync(string what, string quirks, int items, int rounds, CancellationToken ct)
    {
        await using var phone = await PhoneProcess.StartAsync(quirks, ct);
        LoopResult last = default;
        double[] rates = await Rounds.MediansAsync(rounds,
            async () => (await SessionLoop.RunAsync(phone.Port, items, new SessionOptions { LargestWindow = 1 }, ct)).Rate,
            async () => (last = await SessionLoop.RunAsync(phone.Port, items, new SessionOptions(), ct)).Rate);
        return Row.AtLeast(what, 0.95, rates[1] / rates[0], " of stop and wait",
            $"{rates[1]:N0}/s to {rates[0]:N0}/s; window {last.Window}, {last.Resent} sent again");
    }
}
