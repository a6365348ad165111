using Xunit;

namespace ImeiAgent.EndToEnd;

/// <summary>
/// The points of one dump at which something is killed: one in each of as many equal parts of it as there are kills, at random within
/// the part; the first before anything is on the disk, the last near the end. Each is a number of items and a pause after that, because
/// what others see of a dump moves in steps of 100 ms.
/// </summary>
internal sealed class KillPoints(int kills, Random random, ITestOutputHelper output)
{
    private const double LastFrom = 0.85, LastTo = 0.95;
    private const int LongestPause = 100, LongestFirstPause = 40;
    private readonly List<int> _killed = [];

    /// <summary>In order: how many items must be on the disk, and how long to wait then.</summary>
    public IEnumerable<(int Items, TimeSpan Pause)> All()
    {
        for (int kill = 0; kill < kills; kill++)
        {
            double part = kill == 0 ? 0
                : kill == kills - 1 ? LastFrom + (random.NextDouble() * (LastTo - LastFrom))
                : (kill + random.NextDouble()) * LastFrom / kills;
            yield return ((int)(part * DisturbedDump.Items), TimeSpan.FromMilliseconds(random.NextDouble() * (kill == 0 ? LongestFirstPause : LongestPause)));
        }
    }

    /// <summary>So many items were on the disk when it happened.</summary>
    public void Killed(int items) => _killed.Add(items);

    /// <summary>Fails unless the kills fell on all of the dump.</summary>
    public void AreSpread()
    {
        output.WriteLine($"killed with so many items on the disk: {string.Join(", ", _killed)}");
        Assert.Equal(kills, _killed.Count);
        Assert.Contains(_killed, items => items < DisturbedDump.Items / 10);
        if (kills > 1)
            Assert.Contains(_killed, items => items >= LastFrom * DisturbedDump.Items);
        if (kills >= 8)
            Assert.Equal([0, 1, 2, 3], _killed.Select(items => Math.Min(3, items * 4 / DisturbedDump.Items)).Distinct().Order());
        Assert.True(
            _killed.Count(items => items < DisturbedDump.Items) * 4 >= kills * 3, "Most kills must fall into the dump, but many came after its end.");
    }
}
