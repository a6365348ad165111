using ImeiAgent.Client.Cli.Reading;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Cli;

// Leases for a person.
internal static class LeaseWords
{
    /// <summary>How a lease ended, as a sentence.</summary>
    public static string Ended(WatchLeaseResponse news)
    {
        string lease = $"The lease {news.Lease?.FencingToken} on {Names.Short(news.Lease?.Device ?? "")}";
        return news.End switch
        {
            LeaseEnd.Stolen => $"{news.TakenBy} took {lease[..1].ToLowerInvariant()}{lease[1..]}: {news.Reason}.",
            _ => $"{lease} {For(news.End)}.",
        };
    }

    /// <summary>How it ended, as the end of a sentence.</summary>
    public static string For(LeaseEnd end) => end switch
    {
        LeaseEnd.Released => "was given back",
        LeaseEnd.Expired => "ended because it was not renewed in time",
        LeaseEnd.LimitReached => "reached its longest duration",
        LeaseEnd.Stolen => "was taken by a supervisor",
        LeaseEnd.Revoked => "ended because its holder's rights were taken away",
        _ => "has ended",
    };

    public static string Until(Lease lease) => $"{JobPrinter.Time(lease.ExpireTime)} UTC";
}
