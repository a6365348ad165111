using System.Collections.Frozen;
using System.Globalization;
using System.Reflection;

namespace ImeiAgent.Diag.Nv;

/// <summary>What an NV item is about.</summary>
public enum NvGroup
{
    /// <summary>Who the phone is: IMEI, ESN, MEID, serial number, addresses, factory data.</summary>
    Identity,
    /// <summary>Keys, passwords and lock codes; phones often answer zeros instead.</summary>
    Secret,
    /// <summary>What the factory measured on this very phone's radio: another phone's values ruin it.</summary>
    RfCalibration,
    /// <summary>Radio settings that are not calibration.</summary>
    Radio,
    /// <summary>Operating and network mode preferences.</summary>
    Mode,
    /// <summary>Band preferences.</summary>
    Band,
    /// <summary>The subscription: IMSI, MIN, directory number.</summary>
    Subscription,
    /// <summary>CDMA 1x settings.</summary>
    Cdma,
    /// <summary>CDMA 1xEV-DO (HDR) settings.</summary>
    Hdr,
    /// <summary>GSM settings.</summary>
    Gsm,
    /// <summary>WCDMA settings.</summary>
    Umts,
    /// <summary>Network selection and registration.</summary>
    Network,
    /// <summary>Packet data.</summary>
    Data,
    /// <summary>Mobile IP.</summary>
    MobileIp,
    /// <summary>SIM, R-UIM and USIM.</summary>
    Sim,
    /// <summary>Short messages.</summary>
    Sms,
    /// <summary>Positioning.</summary>
    Gps,
    /// <summary>Serial ports and USB.</summary>
    Port,
    /// <summary>Service programming and network locks.</summary>
    Lock,
    /// <summary>Counters of a phone's life.</summary>
    Lifetime,
    /// <summary>What a user sees and hears.</summary>
    User,
    /// <summary>Firmware and hardware versions, checksums.</summary>
    Version,
    /// <summary>Fault handling and test flags.</summary>
    Debug,
}

/// <summary>What is publicly known of an item.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Name">Its name in Qualcomm's headers, as in "NV_UE_IMEI_I".</param>
/// <param name="Size">How many of the 128 bytes mean something; null when that is not fixed or not known.</param>
/// <param name="Group">What it is about.</param>
/// <param name="Meaning">A few words.</param>
public sealed record NvEntry(NvItemId Id, string Name, int? Size, NvGroup Group, string Meaning);

/// <summary>
/// Names and meanings of well-known items, from the embedded nv-items.tsv. A phone has thousands of others; that an item is not
/// listed says nothing about it.
/// </summary>
public static class NvCatalogue
{
    private const int ColumnCount = 5;

    private static readonly NvEntry[] Entries = Load();

    private static readonly FrozenDictionary<NvItemId, NvEntry> ById = Entries.ToFrozenDictionary(entry => entry.Id);

    /// <summary>All entries, by ascending number.</summary>
    public static IReadOnlyList<NvEntry> All => Entries;

    /// <summary>What is known of an item, or null.</summary>
    public static NvEntry? Find(NvItemId id) => ById.GetValueOrDefault(id);

    /// <summary>The entries of a group, by ascending number.</summary>
    public static IEnumerable<NvEntry> InGroup(NvGroup group) => Entries.Where(entry => entry.Group == group);

    private static NvEntry[] Load()
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("nv-items.tsv")
            ?? throw new InvalidOperationException("nv-items.tsv is not embedded.");
        using var reader = new StreamReader(stream);
        var entries = new List<NvEntry>();
        reader.ReadLine();
        while (reader.ReadLine() is { } line)
            entries.Add(Parse(line));
        return [.. entries];
    }

    private static NvEntry Parse(string line)
    {
        string[] columns = line.Split('\t');
        if (columns.Length != ColumnCount)
            throw new InvalidOperationException($"nv-items.tsv: {columns.Length} columns in \"{line}\".");
        return new NvEntry(
            new NvItemId(ushort.Parse(columns[0], CultureInfo.InvariantCulture)),
            columns[1],
            columns[2].Length == 0 ? null : int.Parse(columns[2], CultureInfo.InvariantCulture),
            Enum.Parse<NvGroup>(columns[3]),
            columns[4]);
    }
}
