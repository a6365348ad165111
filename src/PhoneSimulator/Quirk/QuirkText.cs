using System.Globalization;

namespace ImeiAgent.PhoneSimulator;

/// <summary>The text form of <see cref="Quirks"/>, as the command line takes it.</summary>
public static class QuirkText
{
    private static readonly Dictionary<string, (string Form, Func<Quirks, string, Quirks> Apply)> Names = new(StringComparer.Ordinal)
    {
        ["latency"] = ("TIME", (q, v) => q with { Latency = Duration(v) }),
        ["service"] = ("TIME", (q, v) => q with { Service = Duration(v) }),
        ["queue"] = ("COUNT", (q, v) => q with { QueueDepth = Count(v) }),
        ["one-frame-per-transfer"] = ("", (q, v) => q with { OneFramePerTransfer = Switch(v) }),
        ["old-kernel"] = ("", (q, v) => q with { OldKernel = Switch(v) }),
        ["silent-bad-check"] = ("", (q, v) => q with { SilentOnBadCheck = Switch(v) }),
        ["lose"] = ("PROBABILITY", (q, v) => q with { LostRequest = Probability(v) }),
        ["split"] = ("PROBABILITY", (q, v) => q with { Split = Probability(v) }),
        ["join"] = ("PROBABILITY", (q, v) => q with { Join = Probability(v) }),
        ["leading-flag"] = ("PROBABILITY", (q, v) => q with { LeadingFlag = Probability(v) }),
        ["garbage"] = ("PROBABILITY", (q, v) => q with { Garbage = Probability(v) }),
        ["abort"] = ("PROBABILITY", (q, v) => q with { Abort = Probability(v) }),
        ["unsolicited"] = ("PROBABILITY", (q, v) => q with { Unsolicited = Probability(v) }),
        ["bad-crc"] = ("PROBABILITY", (q, v) => q with { BadCheck = Probability(v) }),
        ["drop"] = ("PROBABILITY", (q, v) => q with { DroppedReply = Probability(v) }),
        ["duplicate"] = ("PROBABILITY", (q, v) => q with { DuplicateReply = Probability(v) }),
        ["late"] = ("PROBABILITY:TIME", (q, v) => q with { LateReply = Probability(Before(v)), LateBy = Duration(After(v)) }),
        ["bare-refusals"] = ("", (q, v) => q with { BareRefusals = Switch(v) }),
        ["busy"] = ("PROBABILITY", (q, v) => q with { Busy = Probability(v) }),
        ["busy-first"] = ("COUNT", (q, v) => q with { BusyFirst = Count(v) }),
        ["spc-silence"] = ("TIME", (q, v) => q with { SpcSilence = Duration(v) }),
        ["writes-need-offline"] = ("", (q, v) => q with { WritesNeedOffline = Switch(v) }),
        ["read-only"] = ("ITEMS", (q, v) => q with { ReadOnly = ItemSet.Parse(v) }),
        ["ignore-writes"] = ("ITEMS", (q, v) => q with { IgnoreWrites = ItemSet.Parse(v) }),
        ["revert"] = ("ITEMS", (q, v) => q with { RevertAfterReset = ItemSet.Parse(v) }),
        ["wear"] = ("ITEMS", (q, v) => q with { Wear = ItemSet.Parse(v) }),
        ["wear-once"] = ("ITEMS", (q, v) => q with { WearOnce = ItemSet.Parse(v) }),
        ["crash-on"] = ("ITEMS", (q, v) => q with { CrashOn = ItemSet.Parse(v) }),
        ["reset-delay"] = ("TIME", (q, v) => q with { ResetDelay = Duration(v) }),
        ["silent-reset"] = ("", (q, v) => q with { SilentReset = Switch(v) }),
        ["die"] = ("before-store:COUNT or after-store:COUNT", Die),
        ["unplug-after"] = ("COUNT", (q, v) => q with { UnplugAfter = Count(v) }),
    };

    /// <summary>Every quirk with the form of its value, one a line.</summary>
    public static string Help => string.Join('\n', Names.Select(name => name.Value.Form.Length == 0 ? name.Key : $"{name.Key}={name.Value.Form}"));

    internal static Quirks Parse(string text)
    {
        Quirks quirks = Quirks.None;
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? part : part[..equals];
            if (!Names.TryGetValue(name, out var quirk))
                throw new FormatException($"no quirk is called '{name}'; there are: {string.Join(", ", Names.Keys)}");
            try
            {
                quirks = quirk.Apply(quirks, equals < 0 ? "" : part[(equals + 1)..]);
            }
            catch (FormatException wrong)
            {
                throw new FormatException($"quirk '{name}': {wrong.Message}", wrong);
            }
        }
        return quirks;
    }

    private static Quirks Die(Quirks quirks, string value) => Before(value) switch
    {
        "before-store" => quirks with { DieBeforeStore = Count(After(value)) },
        "after-store" => quirks with { DieAfterStore = Count(After(value)) },
        _ => throw new FormatException($"'{value}' is neither before-store:COUNT nor after-store:COUNT"),
    };

    private static bool Switch(string value) => value switch
    {
        "" or "on" => true,
        "off" => false,
        _ => throw new FormatException($"'{value}' is neither on nor off"),
    };

    private static double Probability(string value) =>
        double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) && number is >= 0 and <= 1
            ? number
            : throw new FormatException($"'{value}' is not a probability from 0 to 1");

    private static int Count(string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0
            ? number
            : throw new FormatException($"'{value}' is not a count of 1 or more");

    private static TimeSpan Duration(string value)
    {
        (string number, double microseconds) =
            value.EndsWith("us", StringComparison.Ordinal) ? (value[..^2], 1)
            : value.EndsWith("ms", StringComparison.Ordinal) ? (value[..^2], 1e3)
            : value.EndsWith('s') ? (value[..^1], 1e6)
            : ("", 0);
        return double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double count) && count * microseconds <= 3.6e9
            ? TimeSpan.FromMicroseconds(count * microseconds)
            : throw new FormatException($"'{value}' is not a time up to an hour: write 200us, 50ms or 1.5s");
    }

    private static string Before(string value) => value.Split(':')[0];

    private static string After(string value) =>
        value.Split(':') is [_, var second] ? second : throw new FormatException($"'{value}' is not of the form A:B");
}
