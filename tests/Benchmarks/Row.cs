using System.Globalization;

namespace ImeiAgent.Benchmarks;

/// <summary>One line of the table: a case, what is asked of it, and what was measured.</summary>
/// <param name="Case">The case.</param>
/// <param name="Goal">The goal in words; empty when there is none and the figure is for information.</param>
/// <param name="Measured">The figure with its unit.</param>
/// <param name="Met">Whether the goal was met; null when there is none.</param>
internal sealed record Row(string Case, string Goal, string Measured, bool? Met)
{
    /// <summary>A figure without a goal.</summary>
    public static Row Of(string what, FormattableString measured) =>
        new(what, "", measured.ToString(CultureInfo.InvariantCulture), null);

    /// <summary>A figure that has to be at least <paramref name="least"/>.</summary>
    public static Row AtLeast(string what, double least, double figure, string unit, FormattableString remark) =>
        new(what, string.Create(CultureInfo.InvariantCulture, $">= {least:#,0.##}{unit}"),
            string.Create(CultureInfo.InvariantCulture, $"{figure:#,0.###}{unit}  ({remark.ToString(CultureInfo.InvariantCulture)})"), figure >= least);

    /// <summary>A figure that has to be at most <paramref name="most"/>.</summary>
    public static Row AtMost(string what, double most, double figure, string unit, FormattableString remark) =>
        new(what, string.Create(CultureInfo.InvariantCulture, $"<= {most:#,0.##}{unit}"),
            string.Create(CultureInfo.InvariantCulture, $"{figure:#,0.###}{unit}  ({remark.ToString(CultureInfo.InvariantCulture)})"), figure <= most);

    /// <summary>The table, on standard output.</summary>
    public static void Print(IReadOnlyList<Row> rows, int rounds)
    {
        if (rows.Count == 0)
            return;
        int name = rows.Max(row => row.Case.Length), goal = Math.Max(4, rows.Max(row => row.Goal.Length));
        Console.WriteLine($"Medians of {rounds} rounds, {Environment.ProcessorCount} cores");
        Console.WriteLine($"{"case".PadRight(name)}  {"goal".PadRight(goal)}  met  measured");
        foreach (Row row in rows)
            Console.WriteLine($"{row.Case.PadRight(name)}  {row.Goal.PadRight(goal)}  {row.Met switch { true => "yes", false => "NO ", null => "   " }}  {row.Measured}");
    }
}

/// <summary>Figures of several rounds.</summary>
internal static class Rounds
{
    /// <summary>Measures each of <paramref name="loops"/> once a round, in turn, so that all see the same weather; the median of each.</summary>
    public static async Task<double[]> MediansAsync(int rounds, params Func<Task<double>>[] loops)
    {
        var figures = loops.Select(_ => new List<double>()).ToArray();
        for (int round = 0; round < rounds; round++)
            for (int i = 0; i < loops.Length; i++)
                figures[i].Add(await loops[i]());
        return [.. figures.Select(Median)];
    }

    /// <summary>The middle one, or the upper of two.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
