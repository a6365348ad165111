using ImeiAgent.TestKit;
using Xunit;

namespace ImeiAgent.EndToEnd;

/// <summary>The agent is killed in the middle of a dump, again and again, while a command line shows the items.</summary>
public sealed class JobSurvivesKilledAgentTests(ITestOutputHelper output)
{
    private const int Service = 40;

    [Theory]
    [MemberData(nameof(Kills.Dumps), MemberType = typeof(Kills))]
    public async Task A_dump_whose_agent_is_killed_comes_to_the_same_and_its_client_gets_each_item_once(int row, int kills)
    {
        var points = new KillPoints(kills, Kills.RandomOf(row, output), output);
        await using DisturbedDump dump = await DisturbedDump.StartAsync(Service);
        await using OurProgram imei = dump.StartReading();

        foreach ((int items, TimeSpan pause) in points.All())
        {
            points.Killed(await dump.ReachesAsync(items, pause));
            dump.Bench.Agent.Kill();
            await dump.Bench.Agent.EndAsync(TestContext.Current.CancellationToken);
            await dump.Bench.StartAgentUnawareAsync();
        }

        await dump.ToldEverythingAsync(imei);
        await dump.EndsWellAsync();
        points.AreSpread();
    }
}
