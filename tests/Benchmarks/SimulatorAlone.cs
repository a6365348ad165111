using ImeiAgent.Diag.Nv;

namespace ImeiAgent.Benchmarks;

/// <summary>Whether the simulator is fast enough not to be what is measured: nobody but a raw loop at its port.</summary>
internal static class SimulatorAlone
{
    public static async Task<IReadOnlyList<Row>> RunAsync(int rounds, CancellationToken ct)
    {
        await using var phone = await PhoneProcess.StartAsync("", ct);
        int[] windows = [1, 16, 64];
        RawLoop.Run(phone.Port, NvItemId.Count, 64);
        double[] rates = await Rounds.MediansAsync(rounds,
            [.. windows.Select(window => (Func<Task<double>>)(() => Task.FromResult(RawLoop.Run(phone.Port, NvItemId.Count, window))))]);
        return
        [
            Row.Of("raw loop, stop and wait", $"{rates[0]:N0}/s"),
            Row.Of("raw loop, 16 outstanding", $"{rates[1]:N0}/s  ({rates[1] / rates[0]:F1} times stop and wait)"),
            Row.AtLeast("simulator alone, 64 outstanding", 150_000, rates[2], "/s", $"{rates[2] / rates[0]:F1} times stop and wait"),
        ];
    }
}
