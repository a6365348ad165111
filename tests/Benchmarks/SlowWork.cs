using ImeiAgent.Session;

namespace ImeiAgent.Benchmarks;

/// <summary>A phone that works 200 us on each item, so that 5,000 a second are all it can do.</summary>
internal static class SlowWork
{
    private const int Items = 12_000;
    private const double Most = 5000;

    public static async Task<IReadOnlyList<Row>> RunAsync(int rounds, CancellationToken ct)
    {
        await using var phone = await PhoneProcess.StartAsync("service=200us", ct);
        LoopResult last = default;
        double[] rates = await Rounds.MediansAsync(rounds,
            () => Task.FromResult(RawLoop.Run(phone.Port, Items, 1)),
            async () => (last = await SessionLoop.RunAsync(phone.Port, Items, new SessionOptions(), ct)).Rate);
        return
        [
            Row.Of("200 us of work, raw stop and wait", $"{rates[0]:N0}/s  ({rates[0] / Most:F2} of {Most:N0}/s)"),
            Row.AtLeast("200 us of work", 0.97, rates[1] / Most, " of 5,000/s", $"{rates[1]:N0}/s; window {last.Window}, {last.Resent} sent again"),
        ];
    }
}
