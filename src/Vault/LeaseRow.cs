namespace ImeiAgent.Vault;

/// <summary>A lease that is held: exclusive use of one phone for writes.</summary>
/// <param name="Device">The phone's name.</param>
/// <param name="Token">Fencing token, from 1; larger than that of every earlier lease on this phone. 0 before it was granted.</param>
/// <param name="HolderId">The holder's lasting id, as in "clients/3f2a9c1b".</param>
/// <param name="Holder">The holder as people know them.</param>
/// <param name="Station">The machine it was taken from.</param>
/// <param name="Purpose">What for; a number in it is masked.</param>
/// <param name="RequestId">The UUID it was asked for with.</param>
/// <param name="Ttl">How long it holds without being renewed.</param>
/// <param name="AcquiredAt">Since when it is held, to the millisecond.</param>
/// <param name="ExpiresAt">When it ends unless it is renewed, to the millisecond.</param>
/// <param name="LimitAt">When it ends however often it is renewed, to the millisecond.</param>
public sealed record LeaseRow(
    string Device, long Token, string HolderId, string Holder, string Station, string Purpose, string RequestId, TimeSpan Ttl,
    DateTimeOffset AcquiredAt, DateTimeOffset ExpiresAt, DateTimeOffset LimitAt);
