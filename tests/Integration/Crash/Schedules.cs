using System.Globalization;
using Xunit;

namespace ImeiAgent.Integration.Crash;

/// <summary>
/// How many random schedules are carried out, and which: <c>IMEIAGENT_SCHEDULES</c>, 25 when it is not set, made from <c>IMEIAGENT_SEED</c>;
/// or only the one that <c>IMEIAGENT_SCHEDULE</c> names.
/// </summary>
internal static class Schedules
{
    private const int Default = 25;

    // A test is cancelled after 4 minutes.
    private const int MostInOneTest = 50;

    private static readonly int s_seed = Number("IMEIAGENT_SEED") ?? Random.Shared.Next(1_000_000);

    private static int Count { get; } = Number("IMEIAGENT_SCHEDULES") ?? Default;

    /// <summary>A row for each test: its first schedule, and how many.</summary>
    public static TheoryData<int, int> Rows()
    {
        var rows = new TheoryData<int, int>();
        if (Number("IMEIAGENT_SCHEDULE") is { } only)
            rows.Add(only, 1);
        else
            for (int first = 1; first <= Count; first += MostInOneTest)
                rows.Add(first, Math.Min(MostInOneTest, Count - first + 1));
        return rows;
    }

    /// <summary>One of them.</summary>
    public static Schedule Of(int number) => Schedule.Of(s_seed, number);

    /// <summary>How to have one again.</summary>
    public static string Again(int number) => $"IMEIAGENT_SEED={s_seed} IMEIAGENT_SCHEDULE={number}";

    /// <summary>How to have all again.</summary>
    public static string AllAgain => $"IMEIAGENT_SEED={s_seed} IMEIAGENT_SCHEDULES={Count}";

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
