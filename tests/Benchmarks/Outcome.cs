using System.Globalization;

namespace ImeiAgent.Benchmarks;

/// <summary>A line of the table: what was measured, against what was wanted.</summary>
/// <param name="Case">What.</param>
/// <param name="Goal">What was wanted; "stated" where only the figure counts.</param>
/// <param name="Measured">The ratio or figure.</param>
/// <param name="Met">Whether; null where only the figure counts.</param>
/// <param name="Detail">The numbers behind it.</param>
internal sealed record Outcome(string Case, string Goal, string Measured, bool? Met, string Detail = "")
{
    public static Outcome AtLeast(string name, double goal, double ratio, string detail = "") =>
        new(name, string.Create(CultureInfo.InvariantCulture, $">= {goal:0.##}"), Text(ratio), ratio >= goal, detail);

    public static Outcome AtMost(string name, double goal, double ratio, string detail = "") =>
        new(name, string.Create(CultureInfo.InvariantCulture, $"<= {goal:0.##}"), Text(ratio), ratio <= goal, detail);

    public static Outcome Stated(string name, string figure, string detail = "") => new(name, "stated", figure, null, detail);

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    private static string Text(double ratio) => ratio.ToString("0.00", CultureInfo.InvariantCulture);
}
