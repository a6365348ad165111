using ImeiAgent.TestKit;
using Xunit;

namespace ImeiAgent.EndToEnd;

/// <summary>
/// The client is killed in the middle of a dump: the one that asked for it, and then those that came to watch it. Nobody is left when
/// it ends.
/// </summary>
public sealed class JobSurvivesKilledClientTests(ITestOutputHelper output)
{
    [Theory]
    [MemberData(nameof(Kills.Dumps), MemberType = typeof(Kills))]
    public async Task A_dump_whose_clients_are_killed_comes_to_the_same_and_can_be_watched_afterwards(int row, int kills)
    {
        // It waits for nobody: it must last for as long as it takes to start so many clients.
        int service = Math.Max(30, 15 * kills);
        var points = new KillPoints(kills, Kills.RandomOf(row, output), output);
        await using DisturbedDump dump = await DisturbedDump.StartAsync(service);
        List<int> got = [];

        foreach ((int items, TimeSpan pause) in points.All())
        {
            await using OurProgram imei = dump.Job.Length == 0 ? dump.StartReading() : dump.StartWatching();
            // Every other one is let live until it has some items; the rest may be killed while they start.
            if (got.Count % 2 == 1)
                await imei.LineAsync("\"batch\"", TestContext.Current.CancellationToken);
            points.Killed(await dump.ReachesAsync(items, pause));
            imei.Kill();
            await imei.EndAsync(TestContext.Current.CancellationToken);
            got.Add(ItemStream.IsTrue(ItemStream.Parse(imei.Output, mayBeTorn: true), dump.Twin));
        }
        output.WriteLine($"the clients had got so many items: {string.Join(", ", got)}");

        if (kills > 1)
            Assert.Contains(got, items => items > 0);

        await dump.EndsWellAsync();
        await using OurProgram last = dump.StartWatching();
        await dump.ToldEverythingAsync(last);
        points.AreSpread();
    }
}
