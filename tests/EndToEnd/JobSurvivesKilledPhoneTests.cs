using ImeiAgent.TestKit;
using Xunit;

namespace ImeiAgent.EndToEnd;

/// <summary>The phone is killed in the middle of a dump, again and again, and comes back each time.</summary>
public sealed class JobSurvivesKilledPhoneTests(ITestOutputHelper output)
{
    private const int Service = 40;

    [Theory]
    [MemberData(nameof(Kills.Dumps), MemberType = typeof(Kills))]
    public async Task A_dump_whose_phone_is_killed_comes_to_the_same_and_its_client_gets_each_item_once(int row, int kills)
    {
        var points = new KillPoints(kills, Kills.RandomOf(row, output), output);
        await using DisturbedDump dump = await DisturbedDump.StartAsync(Service);
        await using OurProgram imei = dump.StartReading();

        foreach ((int items, TimeSpan pause) in points.All())
        {
            points.Killed(await dump.ReachesAsync(items, pause));
            await dump.Phone.KillAsync(TestContext.Current.CancellationToken);
            await dump.RestartPhoneAsync();
        }

        await dump.ToldEverythingAsync(imei);
        await dump.EndsWellAsync();
        points.AreSpread();
    }
}
