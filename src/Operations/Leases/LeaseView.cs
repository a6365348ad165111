using System.Globalization;
using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <summary>Why a lease ended.</summary>
public enum LeaseEnding
{
    /// <summary>It has not ended, or so long ago that it is not known any more.</summary>
    None = 0,
    /// <summary>Its holder gave it back.</summary>
    Released,
    /// <summary>Its holder did not renew it in time.</summary>
    Expired,
    /// <summary>It reached its longest duration.</summary>
    LimitReached,
    /// <summary>A supervisor took it.</summary>
    Stolen,
    /// <summary>Its holder's rights were taken away.</summary>
    Revoked,
}

/// <summary>A lease as it was at one moment.</summary>
/// <param name="Device">The phone's name.</param>
/// <param name="Token">Fencing token, from 1: larger than that of every earlier lease on this phone.</param>
/// <param name="HolderId">The holder's <see cref="Caller.Id"/>.</param>
/// <param name="Holder">The holder as people know them.</param>
/// <param name="Station">The machine it was taken from.</param>
/// <param name="Purpose">What for; numbers in it are masked.</param>
/// <param name="AcquiredAt">Since when it is held.</param>
/// <param name="ExpiresAt">When it ends unless it is renewed; a write that is under way then is waited for.</param>
/// <param name="LimitAt">When it ends however often it is renewed.</param>
/// <param name="Waiting">How many wait in line for it.</param>
public sealed record LeaseView(
    string Device, long Token, string HolderId, string Holder, string Station, string Purpose, DateTimeOffset AcquiredAt,
    DateTimeOffset ExpiresAt, DateTimeOffset LimitAt, int Waiting)
{
    internal static LeaseView Of(LeaseRow row, int waiting) => new(
        row.Device, row.Token, row.HolderId, row.Holder, row.Station, row.Purpose, row.AcquiredAt, row.ExpiresAt, row.LimitAt, waiting);

    /// <summary>Who has it, as in "bench-3 (192.0.2.7)".</summary>
    internal string Who => WhoIs(Holder, Station);

    /// <summary>The same of anybody.</summary>
    internal static string WhoIs(string name, string station) => station == Caller.Here ? name : $"{name} ({station})";

    /// <summary>When it ends unless it is renewed, as in "12:30:05 UTC".</summary>
    internal string Until => ExpiresAt.UtcDateTime.ToString("HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}

/// <summary>What became of a lease.</summary>
/// <param name="Lease">As it is, or as it was when it ended.</param>
/// <param name="End">How it ended; none while it is held.</param>
/// <param name="TakenBy">Who took it; empty unless it was stolen.</param>
/// <param name="Reason">Why they took it; empty unless it was stolen.</param>
public sealed record LeaseNews(LeaseView Lease, LeaseEnding End, string TakenBy, string Reason);

/// <summary>A lease that was taken from its holder.</summary>
/// <param name="Lease">The new one.</param>
/// <param name="Taken">The one that ended; null when nobody held one.</param>
public sealed record StolenLease(LeaseView Lease, LeaseView? Taken);
