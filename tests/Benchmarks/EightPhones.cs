namespace ImeiAgent.Benchmarks;

/// <summary>Eight phones without delay dumped at once, against one alone: what the agent's share of two cores allows, and whether each gets its part.</summary>
internal static class EightPhones
{
    private const int Phones = 8;

    public static async Task<IReadOnlyList<Row>> RunAsync(Shipped programs, int rounds, CancellationToken ct)
    {
        await using Shop shop = await Shop.OpenAsync(programs, Phones, "", ct);
        await shop.DumpAsync(shop.Ports[0], ct);
        List<double> ratios = [], fairness = [], rates = [];
        for (int round = 0; round < rounds; round++)
        {
            double alone = 65536 / (await shop.DumpAsync(shop.Ports[0], ct)).TotalSeconds;
            TimeSpan[] took = await Task.WhenAll(shop.Ports.Select(port => Task.Run(() => shop.DumpAsync(port, ct))));
            double together = Phones * 65536 / took.Max().TotalSeconds;
            ratios.Add(together / alone);
            rates.Add(together);
            fairness.Add(took.Min() / took.Max());
        }
        return
        [
            Row.AtLeast("8 phones at once, all together against one alone", 0.8, Rounds.Median(ratios), "", $"{Rounds.Median(rates):N0}/s together"),
            Row.AtLeast("8 phones at once, time of the first to end against the last", 0.5, Rounds.Median(fairness), "", $"none starves"),
        ];
    }
}
