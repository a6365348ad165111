using System.Globalization;

namespace ImeiAgent.PhoneSimulator;

/// <summary>The text form of <see cref="Quirks"/>, as the command line takes it.</summary>
public static class QuirkText
{
    private static readonly Dictionary<string, (string Form, string Meaning, Func<Quirks, string, Quirks> Apply)> Names = new(StringComparer.Ordinal)
    {
        ["latency"] = ("TIME", "from a request's service to its reply", (q, v) => q with { Latency = Duration(v) }),
        ["service"] = ("TIME", "how long the phone works on one request; the next waits", (q, v) => q with { Service = Duration(v) }),
        ["queue"] = ("COUNT", "unanswered requests it holds; what comes beyond is dropped", (q, v) => q with { QueueDepth = Count(v) }),
        ["one-frame-per-transfer"] = ("", "of the bytes of one read, looks at the first frame only", (q, v) => q with { OneFramePerTransfer = Switch(v) }),
        ["old-kernel"] = ("", "as Android 3.4: the same, and drops leading flags, cut frames and bad checks", (q, v) => q with { OldKernel = Switch(v) }),
        ["silent-bad-check"] = ("", "drops a frame with a bad check instead of answering BAD_CMD", (q, v) => q with { SilentOnBadCheck = Switch(v) }),
        ["lose"] = ("PROBABILITY", "a request is lost before the phone sees it", (q, v) => q with { LostRequest = Probability(v) }),
        ["split"] = ("PROBABILITY", "a reply is written in pieces of one byte", (q, v) => q with { Split = Probability(v) }),
        ["join"] = ("PROBABILITY", "a reply waits for the next; one write carries both", (q, v) => q with { Join = Probability(v) }),
        ["leading-flag"] = ("PROBABILITY", "a reply begins with 7E", (q, v) => q with { LeadingFlag = Probability(v) }),
        ["garbage"] = ("PROBABILITY", "random bytes and a flag before a reply", (q, v) => q with { Garbage = Probability(v) }),
        ["abort"] = ("PROBABILITY", "half a frame and 7D 7E before a reply", (q, v) => q with { Abort = Probability(v) }),
        ["unsolicited"] = ("PROBABILITY", "a log, event or message before a reply", (q, v) => q with { Unsolicited = Probability(v) }),
        ["bad-crc"] = ("PROBABILITY", "a reply has a wrong check", (q, v) => q with { BadCheck = Probability(v) }),
        ["drop"] = ("PROBABILITY", "a request is served and its reply lost", (q, v) => q with { DroppedReply = Probability(v) }),
        ["duplicate"] = ("PROBABILITY", "a reply is sent twice", (q, v) => q with { DuplicateReply = Probability(v) }),
        ["late"] = ("PROBABILITY:TIME", "a reply comes so much later; others overtake it", (q, v) => q with { LateReply = Probability(Before(v)), LateBy = Duration(After(v)) }),
        ["bare-refusals"] = ("", "a refusal has no echo of its request", (q, v) => q with { BareRefusals = Switch(v) }),
        ["busy"] = ("PROBABILITY", "an NV request is answered NV_BUSY", (q, v) => q with { Busy = Probability(v) }),
        ["busy-first"] = ("COUNT", "so many of the first NV requests are answered NV_BUSY", (q, v) => q with { BusyFirst = Count(v) }),
        ["busy-writes"] = ("COUNT", "so many of the first NV writes are answered NV_BUSY and not stored", (q, v) => q with { BusyWrites = Count(v) }),
        ["spc-silence"] = ("TIME", "how long it is deaf after a wrong SPC or password", (q, v) => q with { SpcSilence = Duration(v) }),
        ["writes-need-offline"] = ("", "NV writes are refused BAD_MODE unless it is offline", (q, v) => q with { WritesNeedOffline = Switch(v) }),
        ["writes-need-password"] = ("", "NV writes are refused BAD_SEC_MODE until the 16-digit password FFFFFFFFFFFFFFFE came", (q, v) => q with { WritesNeedPassword = Switch(v) }),
        ["read-only"] = ("ITEMS", "a write is answered NV_READONLY", (q, v) => q with { ReadOnly = ItemSet.Parse(v) }),
        ["write-once"] = ("ITEMS", "takes one write, later ones are answered NV_READONLY, restarted or not", (q, v) => q with { WriteOnce = ItemSet.Parse(v) }),
        ["ignore-writes"] = ("ITEMS", "a write is answered NV_DONE and not stored", (q, v) => q with { IgnoreWrites = ItemSet.Parse(v) }),
        ["store-late"] = ("", "a write is read back at once but stored only at an orderly restart or power-off: a loss of power or crash loses it", (q, v) => q with { StoreLate = Switch(v) }),
        ["revert"] = ("ITEMS", "a written item has its old value again after a reset or loss of power", (q, v) => q with { RevertAfterReset = ItemSet.Parse(v) }),
        ["wear"] = ("ITEMS", "a write is stored with one bit wrong", (q, v) => q with { Wear = ItemSet.Parse(v) }),
        ["wear-once"] = ("ITEMS", "the same, for the first write of the item only", (q, v) => q with { WearOnce = ItemSet.Parse(v) }),
        ["hang-on"] = ("ITEMS", "a read of the item silences the phone until it is unplugged and plugged in again", (q, v) => q with { HangOn = ItemSet.Parse(v) }),
        ["crash-on"] = ("ITEMS", "a read of the item reboots the phone", (q, v) => q with { CrashOn = ItemSet.Parse(v) }),
        ["reset-delay"] = ("TIME", "how long the port is away in a reset", (q, v) => q with { ResetDelay = Duration(v) }),
        ["silent-reset"] = ("", "a reset is obeyed without a reply", (q, v) => q with { SilentReset = Switch(v) }),
        ["reset-needs-offline"] = ("", "a reset is refused BAD_MODE unless it is offline", (q, v) => q with { ResetNeedsOffline = Switch(v) }),
        ["no-control"] = ("", "modes and resets are refused BAD_CMD", (q, v) => q with { NoControl = Switch(v) }),
        ["new-name"] = ("", "each time it starts again its link has another name: LINK, LINK.2, LINK.3", (q, v) => q with { NewName = Switch(v) }),
        ["die"] = ("before-store:COUNT or after-store:COUNT", "loses power at that NV write and ends the program", Die),
        ["unplug-after"] = ("COUNT", "the cable is pulled at that request", (q, v) => q with { UnplugAfter = Count(v) }),
    };

    /// <summary>Every quirk with the form of its value and its meaning, one a line, and what the forms stand for.</summary>
    public static string Help =>
        string.Join('\n', Names.Select(name => $"{FormOf(name.Key)}: {name.Value.Meaning}"))
        + "\nPROBABILITY: 0 to 1. TIME: 200us, 50ms or 1.5s, up to an hour. COUNT: 1 or more. ITEMS: 550, 0+1943, 100-200 or all.";

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
                throw new FormatException($"quirk '{name}': {wrong.Message}; it is given as {FormOf(name)}", wrong);
            }
        }
        return quirks;
    }

    private static string FormOf(string name) => Names[name].Form is { Length: > 0 } form ? $"{name}={form}" : name;

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
