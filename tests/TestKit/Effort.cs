namespace ImeiAgent.TestKit;

/// <summary>
/// How much a run of the tests takes upon itself: everything in CI (environment variable CI "true") or with <c>IMEIAGENT_THOROUGH=1</c>;
/// otherwise a sample of the long tables and one story of the desktop's windows, so that a run at a desk takes about three minutes. How many kills
/// and random schedules there are, <c>IMEIAGENT_KILLS</c> and <c>IMEIAGENT_SCHEDULES</c> say.
/// </summary>
public static class Effort
{
    /// <summary>Whether everything is to be done.</summary>
    public static bool Full { get; } = Is("CI", "true") || Is("IMEIAGENT_THOROUGH", "1");

    /// <summary>All of them, or every <paramref name="nth"/> when not everything is to be done.</summary>
    public static IEnumerable<T> Sample<T>(IEnumerable<T> all, int nth) => all.Where((_, index) => Full || index % nth == 0);

    private static bool Is(string variable, string value) => Environment.GetEnvironmentVariable(variable) == value;
}
