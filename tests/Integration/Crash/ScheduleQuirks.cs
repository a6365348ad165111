namespace ImeiAgent.Integration.Crash;

/// <summary>How the phones of random schedules misbehave.</summary>
internal static class ScheduleQuirks
{
    /// <summary>The right password of a phone that wants one.</summary>
    public const string Password = "FFFFFFFFFFFFFFFE";

    /// <summary>None, or some of: a bad line, a peculiar modem, a peculiar memory.</summary>
    public static IEnumerable<string> Pick(Random random)
    {
        foreach ((string quirk, int percent) in ((string, int)[])
        [
            ("busy=0.15", 20), ("drop=0.02", 12), ("duplicate=0.1", 12), ("late=0.05:20ms", 8), ("late=0.02:250ms", 6), ("unsolicited=0.1", 8),
            ("split=0.1", 5), ("garbage=0.05", 5), ("bad-crc=0.01", 5), ("bare-refusals", 15), ("lose=0.01", 5),
            ("writes-need-offline", 12), ("reset-needs-offline", 8), ("silent-reset", 15), ("no-control", 4), ("writes-need-password", 8),
        ])
            if (random.Next(100) < percent)
                yield return quirk;
        yield return random.Next(100) switch
        {
            < 20 => "store-late",
            < 30 => "revert=550",
            < 34 => "ignore-writes=550",
            < 42 => "wear-once=550",
            < 45 => "wear=550",
            < 50 => "write-once=550",
            < 52 => "read-only=550",
            _ => "reset-delay=5ms",
        };
    }
}
