using System.Globalization;

namespace ImeiAgent.Operations;

internal static partial class Faults
{
    // A write takes some seconds, or minutes when a phone has to be waited for: asking again often costs little.
    private static readonly TimeSpan s_writeMayTake = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan s_soonest = TimeSpan.FromSeconds(1);

    /// <summary>Somebody else holds the lease, or the caller does under another request.</summary>
    public static OperationException LeaseHeld(LeaseView lease, Caller by, TimeSpan left) => new(OperationError.DeviceBusy,
        lease.HolderId == by.Id
            ? $"You hold the lease on {lease.Device} already (token {lease.Token}, {lease.Purpose}), until {lease.Until} unless it is renewed. To restore with it: --lease {lease.Token}"
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

    /// <summary>The caller has no lease, or names one that is somebody else's.</summary>
    /// <param name="device">The phone.</param>
    /// <param name="held">The lease that is held; null when none is.</param>
    public static OperationException LeaseRequired(string device, LeaseView? held) => new(OperationError.LeaseRequired,
        $"This takes a lease on {device}, and the caller holds none that has this fencing token. {NothingSent} "
        + (held is null ? "Nobody holds one: acquire it." : $"{held.Who} holds it until {held.Until} unless it is renewed: {held.Purpose}."))
    {
        Fields = held is null ? Field(OperationException.PhoneField, device) : HolderFields(held),
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
        Dictionary<string, string> fields = held is null ? Field(OperationException.PhoneField, device) : HolderFields(held);
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

    private static Dictionary<string, string> HolderFields(LeaseView lease) => new()
    {
        [OperationException.PhoneField] = lease.Device,
        ["holder"] = lease.Holder,
        ["station"] = lease.Station,
        ["purpose"] = lease.Purpose,
        ["until"] = lease.ExpiresAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
    };
}
