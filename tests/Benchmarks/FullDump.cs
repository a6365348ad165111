using System.Globalization;
using ImeiAgent.Diag.Nv;

namespace ImeiAgent.Benchmarks;

/// <summary>
/// A full dump, items 0 to 65535 of both SIMs, as "imei backup -o FILE" makes it, from the start of the CLI process to its end with the file written, against raw loops on
/// the same simulated phone without delay. The agent runs and has read the phone before, as in a shop; the CLI starts anew each time.
/// </summary>
internal static class FullDump
{
    private const int WideWindow = 16;
    private const int Items = 2 * NvItemId.Count;

    public static async Task<IReadOnlyList<Row>> RunAsync(Shipped programs, int rounds, CancellationToken ct)
    {
        await using Shop shop = await Shop.OpenAsync(programs, phones: 1, "", ct);
        string raw = shop.File("raw");
        await using var spare = programs.Phone("--link", raw, "--seed", "1");
        await spare.LineAsync("ready", ct);
        await CliAsync(shop, "warm", ct);

        List<double> stopAndWait = [], windowed = [], cli = [];
        for (int round = 0; round < rounds; round++)
        {
            stopAndWait.Add(RawLoop.Run(raw, Items, window: 1));
            windowed.Add(RawLoop.Run(raw, Items, WideWindow));
            cli.Add(await CliAsync(shop, round.ToString(CultureInfo.InvariantCulture), ct));
        }

        double one = Rounds.Median(stopAndWait), many = Rounds.Median(windowed), through = Rounds.Median(cli);
        return
        [
            Row.AtLeast("CLI to file, against a raw loop with 16 outstanding", 0.6, through / many, "", $"{through:N0}/s to {many:N0}/s"),
            Row.AtLeast("CLI to file, against a raw stop-and-wait loop", 2, through / one, "", $"{through:N0}/s to {one:N0}/s"),
        ];
    }

    private static async Task<double> CliAsync(Shop shop, string name, CancellationToken ct) =>
        Items / (await shop.CliAsync(["-d", shop.Ports[0], "backup", "--quiet", "-o", shop.File($"{name}.txt")], ct)).TotalSeconds;
}
