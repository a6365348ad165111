using ImeiAgent.Session;

namespace ImeiAgent.Benchmarks;

/// <summary>A phone a millisecond away that queues 16 requests and drops what comes beyond.</summary>
internal static class QueueOf16
{
    private const int Items = 16_000;

    public static async Task<IReadOnlyList<Row>> RunAsync(int rounds, CancellationToken ct)
    {
        await using var phone = await PhoneProcess.StartAsync("latency=1ms,queue=16", ct);
        LoopResult last = default;
        double[] rates = await Rounds.MediansAsync(rounds,
            async () => (await SessionLoop.RunAsync(phone.Port, Items / 16, new SessionOptions { LargestWindow = 1 }, ct)).Rate,
            async () => (last = await SessionLoop.RunAsync(phone.Port, Items, new SessionOptions(), ct)).Rate);
        return
        [
            Row.AtLeast("1 ms away, queues 16", 12, rates[1] / rates[0], " times stop and wait",
                $"{rates[1]:N0}/s to {rates[0]:N0}/s; window {last.Window}, {last.Resent} sent again"),
        ];
    }
}
