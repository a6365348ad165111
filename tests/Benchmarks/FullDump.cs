using System.Diagnostics;
using System.Globalization;
using ImeiAgent.Diag.Nv;
using ImeiAgent.TestKit;

namespace ImeiAgent.Benchmarks;

/// <summary>
/// A full dump of one SIM, items 0 to 65535, from the start of the CLI process to its end with the file written, against raw loops on
/// the same simulated phone. Simulator, agent and CLI are processes of their own, as at a bench.
/// </summary>
internal static class FullDump
{
    private const int WideWindow = 16;

    /// <summary>Measures each case <paramref name="rounds"/> times in turn and prints medians and their ratios.</summary>
    public static async Task<IReadOnlyList<Row>> RunAsync(int rounds, CancellationToken ct)
    {
        using var folder = new TemporaryFolder();
        string port = folder.File("phone");
        await using var phone = OurProgram.Start("phone-simulator", "--link", port, "--profile", "galaxy");
        await phone.LineAsync("ready", ct);

        var rates = new Dictionary<string, List<double>>
        {
            ["raw loop, stop and wait"] = [],
            [$"raw loop, {WideWindow} outstanding"] = [],
            ["CLI to file, agent --window 1"] = [],
            [$"CLI to file, agent --window {WideWindow}"] = [],
        };
        string[] cases = [.. rates.Keys];
        for (int round = 0; round < rounds; round++)
        {
            rates[cases[0]].Add(RawLoop.Run(port, NvItemId.Count, window: 1));
            rates[cases[1]].Add(RawLoop.Run(port, NvItemId.Count, WideWindow));
            rates[cases[2]].Add(await ThroughAgentAsync(folder, port, window: 1, round, ct));
            rates[cases[3]].Add(await ThroughAgentAsync(folder, port, WideWindow, round, ct));
        }

        double stopAndWait = Median(rates[cases[0]]);
        double windowed = Median(rates[cases[1]]);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Full dump of {NvItemId.Count:N0} items over a pseudo-terminal, median of {rounds} rounds"));
        Console.WriteLine($"{"",-36}{"items/s",10}{"to stop-and-wait",18}{"to windowed",13}");
        foreach (string name in cases)
        {
            double rate = Median(rates[name]);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-36}{rate,10:N0}{rate / stopAndWait,18:F2}{rate / windowed,13:F2}"));
        }
        return [];
    }

    private static async Task<double> ThroughAgentAsync(TemporaryFolder folder, string port, int window, int round, CancellationToken ct)
    {
        string endpoint = $"unix:{folder.File($"agent-{window}-{round}.sock")}";
        await using var agent = OurProgram.Start("imei-agent", "run", "--port", port, "--no-discovery",
            "--data", folder.File($"data-{window}-{round}"), "--listen", endpoint, "--window", window.ToString(CultureInfo.InvariantCulture));
        await agent.LineAsync("ready", ct);
        await WhenPhoneIsReadyAsync(endpoint, ct);

        var watch = Stopwatch.StartNew();
        await RunCliAsync(endpoint, ["backup", "--sim", "1", "--quiet", "-o", folder.File($"dump-{window}-{round}.txt")], ct);
        return NvItemId.Count / watch.Elapsed.TotalSeconds;
    }

    private static async Task WhenPhoneIsReadyAsync(string endpoint, CancellationToken ct)
    {
        while (!(await RunCliAsync(endpoint, ["--json", "devices"], ct)).Contains("DEVICE_STATE_READY", StringComparison.Ordinal))
            await Task.Delay(100, ct);
    }

    private static async Task<string> RunCliAsync(string endpoint, string[] args, CancellationToken ct)
    {
        await using var cli = OurProgram.Start("imei", ["--agent", endpoint, .. args]);
        int code = await cli.EndAsync(ct);
        string output = string.Join('\n', cli.Output);
        return code == 0 ? output : throw new InvalidOperationException($"imei {args[0]} ended with {code}: {string.Join('\n', cli.Errors)}");
    }

    private static double Median(List<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
