using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Backups;

/// <summary>Snapshots in words, and as files.</summary>
public static class SnapshotWords
{
    /// <summary>The formats that agents have; those of newer agents are not known here.</summary>
    public static IReadOnlyList<SnapshotFormat> Formats { get; } = [.. Enum.GetValues<SnapshotFormat>().Where(format => format != SnapshotFormat.Unspecified)];

    /// <summary>A format in words; its name in the contract where a text is missing.</summary>
    public static string For(SnapshotFormat format) => BackupTexts.ResourceManager.GetString("Format" + format, null) ?? format.ToString();

    /// <summary>What a file is called, as in "SM-G991U_20261123-3f2a9c_sim1.txt".</summary>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="format">The format.</param>
    /// <param name="slot">SIM slot, from 1.</param>
    /// <param name="activeOnly">Whether only items with data are in it.</param>
    public static string FileName(Snapshot snapshot, SnapshotFormat format, uint slot, bool activeOnly)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        string[] parts =
        [
            .. ((string[])[snapshot.Identity?.Model ?? "", Named.Short(snapshot.Name), $"sim{slot}", activeOnly ? "active" : ""]).Where(part => part.Length > 0),
        ];
        string name = string.Concat(string.Join('_', parts).Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '-'));
        return name + (format == SnapshotFormat.NvText ? ".txt" : ".bin");
    }

    /// <summary>Whether every word of a filter is found in what the page shows of a snapshot.</summary>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="filter">Words, separated by blanks; none fits all.</param>
    public static bool Fits(Snapshot snapshot, string filter)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return ShellWords.HasWords(filter,
        [
            Named.Short(snapshot.Name), ShellWords.Time(snapshot.CreateTime), ShellWords.Phone(snapshot.Identity, snapshot.Device), snapshot.Identity?.Build ?? "",
            Words.For(snapshot.Origin), ShellWords.Sims(snapshot.Slots), .. snapshot.ImeiSlots.SelectMany(slot => (string[])[Words.For(slot.State), slot.Imei]), .. snapshot.Notes,
        ]);
    }
}
