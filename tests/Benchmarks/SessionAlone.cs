using ImeiAgent.Diag.Nv;
using ImeiAgent.Session;

namespace ImeiAgent.Benchmarks;

/// <summary>What the session costs over a raw loop on the same phone, at fixed windows and as it finds its own.</summary>
internal static class SessionAlone
{
    public static async Task<IReadOnlyList<Row>> RunAsync(int rounds, CancellationToken ct)
    {
        await using var phone = await PhoneProcess.StartAsync("", ct);
        Func<Task<double>> Fixed(int window) => async () =>
            (await SessionLoop.RunAsync(phone.Port, NvItemId.Count, new SessionOptions { InitialWindow = window, LargestWindow = window }, ct)).Rate;
        LoopResult last = default;
        double[] rates = await Rounds.MediansAsync(rounds,
            () => Task.FromResult(RawLoop.Run(phone.Port, NvItemId.Count, 1)),
            () => Task.FromResult(RawLoop.Run(phone.Port, NvItemId.Count, 16)),
            () => Task.FromResult(RawLoop.Run(phone.Port, NvItemId.Count, 64)),
            Fixed(1),
            Fixed(16),
            Fixed(64),
            async () => (last = await SessionLoop.RunAsync(phone.Port, NvItemId.Count, new SessionOptions(), ct)).Rate);
        return
        [
            Row.Of("session, stop and wait", $"{rates[3]:N0}/s  ({rates[3] / rates[0]:F2} of raw {rates[0]:N0}/s)"),
            Row.Of("session, 16 outstanding", $"{rates[4]:N0}/s  ({rates[4] / rates[1]:F2} of raw {rates[1]:N0}/s)"),
            Row.Of("session, 64 outstanding", $"{rates[5]:N0}/s  ({rates[5] / rates[2]:F2} of raw {rates[2]:N0}/s)"),
            Row.Of("session, window found by itself", $"{rates[6]:N0}/s  ({rates[6] / rates[2]:F2} of raw; window {last.Window}, {last.Resent} sent again)"),
        ];
    }
}
