using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Shell;

/// <summary>What every page says in the same words: phones, SIMs, moments.</summary>
public static class ShellWords
{
    /// <summary>A moment by this machine's clock; empty for none.</summary>
    public static string Time(Timestamp? time) => time is null ? "" : Time(time.ToDateTimeOffset());

    /// <summary>The same.</summary>
    public static string Time(DateTimeOffset time) => time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>A slot, as in "SIM 1".</summary>
    public static string Sim(uint slot) => ShellTexts.Sim.With(slot);

    /// <summary>Slots, as in "SIM 1 and 2".</summary>
    public static string Sims(IEnumerable<uint> slots) => ShellTexts.Sim.With(string.Join(ShellTexts.And, slots));

    /// <summary>Model and name of a phone, as in "SM-G991U, sm-g991u-3f2a".</summary>
    /// <param name="identity">Who it was; null when that is not known.</param>
    /// <param name="device">Its name; empty for none.</param>
    public static string Phone(PhoneIdentity? identity, string device)
    {
        ArgumentNullException.ThrowIfNull(device);
        string[] parts = [.. ((string[])[SafeText.Clean(identity?.Model ?? ""), Named.Short(device)]).Where(part => part.Length > 0)];
        return parts.Length == 0 ? ShellTexts.UnknownPhone : string.Join(", ", parts);
    }

    /// <summary>Whether every word of a filter is found in what a page shows.</summary>
    /// <param name="filter">Words, separated by blanks; none fits everything.</param>
    /// <param name="shown">What it shows.</param>
    public static bool HasWords(string filter, params IEnumerable<string> shown)
    {
        ArgumentNullException.ThrowIfNull(filter);
        string text = string.Join('\n', shown);
        return filter.Split(' ', StringSplitOptions.RemoveEmptyEntries).All(word => text.Contains(word, StringComparison.OrdinalIgnoreCase));
    }
}
