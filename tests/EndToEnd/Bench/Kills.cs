using System.Globalization;
using Xunit;

namespace ImeiAgent.EndToEnd;

/// <summary>
/// How often a victim is killed, and when: <c>IMEIAGENT_KILLS</c> times, 2 when it is not set, at points that <c>IMEIAGENT_SEED</c> decides.
/// </summary>
internal static class Kills
{
    private const int Default = 2;

    // A test is cancelled after 4 minutes.
    private const int MostInOneDump = 10;

    private static readonly int s_seed = Number("IMEIAGENT_SEED") ?? Random.Shared.Next();

    /// <summary>Kills of each victim.</summary>
    public static int Count { get; } = Math.Max(1, Number("IMEIAGENT_KILLS") ?? Default);

    /// <summary>A row for each dump: its number, and how many kills it has to survive.</summary>
    public static TheoryData<int, int> Dumps()
    {
        var rows = new TheoryData<int, int>();
        for (int row = 0, left = Count; left > 0; row++, left -= MostInOneDump)
            rows.Add(row, Math.Min(left, MostInOneDump));
        return rows;
    }

    /// <summary>What decides the points of one dump; says how to have the same again.</summary>
    public static Random RandomOf(int row, ITestOutputHelper output)
    {
        output.WriteLine($"dump {row}; the same points again: IMEIAGENT_SEED={s_seed} IMEIAGENT_KILLS={Count}");
        return new Random(unchecked(s_seed + (row * 7919)));
    }

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
