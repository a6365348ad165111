using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Nv;

/// <summary>Items and snapshots in words.</summary>
public static class NvWords
{
    /// <summary>How a phone answered, as in "not active".</summary>
    public static string Answer(NvItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        return item.Outcome == NvOutcome.Skipped ? NvTexts.Skipped : Words.For(item);
    }

    /// <summary>How an answer is to be taken.</summary>
    public static Mood MoodOf(NvItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        return item.HasData ? Mood.Good : item.IsKnown ? Mood.Plain : Mood.Doubtful;
    }

    /// <summary>A group of the contract, as in "RF calibration"; one of a later agent by its own name.</summary>
    public static string Group(string group)
    {
        ArgumentNullException.ThrowIfNull(group);
        return group switch
        {
            ItemCatalogue.NoGroup => NvTexts.GroupUnknown,
            "identity" => NvTexts.GroupIdentity,
            "secret" => NvTexts.GroupSecret,
            "rf_calibration" => NvTexts.GroupRfCalibration,
            "radio" => NvTexts.GroupRadio,
            "mode" => NvTexts.GroupMode,
            "band" => NvTexts.GroupBand,
            "subscription" => NvTexts.GroupSubscription,
            "cdma" => NvTexts.GroupCdma,
            "hdr" => NvTexts.GroupHdr,
            "gsm" => NvTexts.GroupGsm,
            "umts" => NvTexts.GroupUmts,
            "network" => NvTexts.GroupNetwork,
            "data" => NvTexts.GroupData,
            "mobile_ip" => NvTexts.GroupMobileIp,
            "sim" => NvTexts.GroupSim,
            "sms" => NvTexts.GroupSms,
            "gps" => NvTexts.GroupGps,
            "port" => NvTexts.GroupPort,
            "lock" => NvTexts.GroupLock,
            "lifetime" => NvTexts.GroupLifetime,
            "user" => NvTexts.GroupUser,
            "version" => NvTexts.GroupVersion,
            "debug" => NvTexts.GroupDebug,
            _ => SafeText.Clean(group.Replace('_', ' ')),
        };
    }

    /// <summary>A difference, as in "added".</summary>
    public static string Kind(DifferenceKind kind) => kind switch
    {
        DifferenceKind.Added => NvTexts.Added,
        DifferenceKind.Gone => NvTexts.Gone,
        DifferenceKind.Changed => NvTexts.Changed,
        DifferenceKind.Same => NvTexts.Same,
        _ => NvTexts.NotComparable,
    };

    /// <summary>Slots, as in "SIM 1 and 2".</summary>
    public static string Sims(IEnumerable<uint> slots) => NvTexts.Sims.With(string.Join(NvTexts.And, slots));

    /// <summary>A moment by this machine's clock; empty for none.</summary>
    public static string Time(Timestamp? time) => time is null ? "" : Time(time.ToDateTimeOffset());

    /// <summary>The same.</summary>
    public static string Time(DateTimeOffset time) => time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
