using System.Globalization;
using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

internal static partial class Faults
{
    // A write takes some seconds, or minutes when a phone has to be waited for: asking again often costs little.
    private static readonly TimeSpan s_writeMayTake = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan s_soonest = TimeSpan.FromSeconds(1);

    /// <summary>Somebody else holds the lease, or the caller does under another request.</summary>
    public static OperationException LeaseHeld(LeaseView lease, Caller by, TimeSpan left) => new(OperationError.DeviceBusy,
        lease.HolderId == by.Id
            ? $"You hold the lease on {lease.Device} already (token {lease.Token}, {lease.Purpose}), until {lease.Until} unless it is renewed. A restore uses it when it names it (imei: --lease {lease.Token})."
            : $"{lease.Who} holds {lease.Device} until {lease.Until} unless it is renewed: {lease.Purpose}. Wait in line for it, or ask them. {NothingSent}")
    {
        Fields = HolderFields(lease),
        RetryAfter = left > s_soonest ? left : s_soonest,
    };

    public static OperationException LineFull(LeaseView lease, TimeSpan left) => new(OperationError.DeviceBusy,
        $"{LeaseLine.MostWaiting} wait for {lease.Device} already, which {lease.Who} holds: {lease.Purpose}. Try again later.")
    {
        Fields = HolderFields(lease),
        RetryAfter = left > s_soonest ? left : s_soonest,
    };

    public static OperationException WriteUnderWay(LeaseView lease) => new(OperationError.DeviceBusy,
        $"{lease.Who} is writing to {lease.Device} at this moment: {lease.Purpose}. A write is not interrupted. Try again when it has ended.")
    {
        Fields = HolderFields(lease),
        RetryAfter = s_writeMayTake,
    };

    /// <summary>Somebody is at the phone already, by the same lease or without one: a check, or the agent itself, needs none.</summary>
    /// <param name="device">The phone.</param>
    /// <param name="inside">Who, and what for.</param>
    /// <param name="lease">The lease that is held; null when none is.</param>
    /// <param name="now">The time.</param>
    public static OperationException Busy(string device, WriteGate.Visit inside, LeaseView? lease, DateTimeOffset now) => new(OperationError.DeviceBusy,
        $"{(inside.By == Caller.Agent ? "The agent itself is at" : $"{LeaseView.WhoIs(inside.By.Name, inside.By.Station)} restores on")} {device} at this moment: {inside.Purpose}. "
        + $"{NothingSent} Wait for its end, then read the slot again.")
    {
        Fields = VisitFields(inside, lease, now),
        RetryAfter = s_writeMayTake,
    };

    /// <summary>A restore that is to be settled has not ended.</summary>
    /// <param name="row">Its journal row.</param>
    /// <param name="inside">Who is at the phone; null when nobody is any more.</param>
    /// <param name="now">The time.</param>
    public static OperationException StillRunning(JournalRow row, WriteGate.Visit? inside, DateTimeOffset now)
    {
        Dictionary<string, string> fields = inside is null ? [] : VisitFields(inside, null, now);
        fields["journal"] = JournalNames.Full(row.Id);
        return new OperationException(OperationError.DeviceBusy, $"The restore of {JournalNames.Full(row.Id)} is under way. Wait for its end.")
        {
            Fields = fields,
            RetryAfter = s_writeMayTake,
        };
    }

    /// <summary>The caller has no lease, or names one that is somebody else's.</summary>
    /// <param name="device">The phone.</param>
    /// <param name="held">The lease that is held; null when none is.</param>
    public static OperationException LeaseRequired(string device, LeaseView? held) => new(OperationError.LeaseRequired,
        $"This takes a lease on {device}, and the caller holds none that has this fencing token. {NothingSent} "
        + (held is null ? "Nobody holds one: acquire it." : $"{held.Who} holds it until {held.Until} unless it is renewed: {held.Purpose}."))
    {
        Fields = held is null ? [] : HolderFields(held),
    };

    /// <summary>The lease has ended.</summary>
    /// <param name="device">The phone.</param>
    /// <param name="token">Its token.</param>
    /// <param name="end">How it ended; null when that is not known any more.</param>
    /// <param name="held">The lease that is held now; null when none is.</param>
    public static OperationException LeaseOver(string device, long token, LeaseNews? end, LeaseView? held)
    {
        string how = end?.End switch
        {
            LeaseEnding.Released => "was given back",
            LeaseEnding.Expired => "ended because it was not renewed in time",
            LeaseEnding.LimitReached => "reached its longest duration",
            LeaseEnding.Stolen => $"was taken by {end.TakenBy}: {end.Reason}",
            LeaseEnding.Revoked => "ended because its holder's rights were taken away",
            _ => "has ended",
        };
        Dictionary<string, string> fields = held is null ? [] : HolderFields(held);
        if (end is not null)
            fields["end"] = NameOf(end.End);
        return new OperationException(OperationError.LeaseSuperseded,
            $"The lease {token} on {device} {how}. {NothingSent} {(held is null ? "Acquire another." : $"{held.Who} holds the phone now: {held.Purpose}.")}")
        { Fields = fields };
    }

    public static OperationException Revoked() =>
        new(OperationError.ClientRevoked, "The rights of this client were taken away while it waited for a lease. Have it paired anew.");

    /// <summary>How the contract writes it, as in "LIMIT_REACHED".</summary>
    public static string NameOf(LeaseEnding end) => end switch
    {
        LeaseEnding.Released => "RELEASED",
        LeaseEnding.Expired => "EXPIRED",
        LeaseEnding.LimitReached => "LIMIT_REACHED",
        LeaseEnding.Stolen => "STOLEN",
        LeaseEnding.Revoked => "REVOKED",
        _ => "",
    };

    private static Dictionary<string, string> HolderFields(LeaseView lease) => HolderFields(lease.Holder, lease.Station, lease.Purpose, lease.ExpiresAt);

    // Whoever restores has the phone as long as their lease; whoever does without one has it for some seconds.
    private static Dictionary<string, string> VisitFields(WriteGate.Visit inside, LeaseView? lease, DateTimeOffset now) => HolderFields(
        inside.By.Name,
        inside.By.Station.Length > 0 ? inside.By.Station : Caller.Here,
        inside.Purpose,
        lease?.HolderId == inside.By.Id ? lease.ExpiresAt : now + s_writeMayTake);

    private static Dictionary<string, string> HolderFields(string holder, string station, string purpose, DateTimeOffset until) => new()
    {
        ["holder"] = holder,
        ["station"] = station,
        ["purpose"] = purpose,
        ["until"] = until.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
    };
}
