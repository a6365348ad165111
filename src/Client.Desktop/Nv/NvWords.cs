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

    /// <summary>A line that tells a snapshot from others, as in "2026-11-23 15:02:11, read, SM-G991U, sm-g991u-3f2a".</summary>
    public static string Line(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return NvTexts.SnapshotLine.With(ShellWords.Time(snapshot.CreateTime), Words.For(snapshot.Origin), ShellWords.Phone(snapshot.Identity, snapshot.Device));
    }
}
