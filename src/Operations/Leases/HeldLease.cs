using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <summary>One lease from its grant to its end. Only touched under the lock of <see cref="Leases"/>, which keeps the times in its own monotonic clock.</summary>
internal sealed class HeldLease(LeaseRow row, TimeSpan expires, TimeSpan limit)
{
    /// <summary>As it is on the disk.</summary>
    public LeaseRow Row { get; private set; } = row;

    /// <summary>When it ends unless it is renewed.</summary>
    public TimeSpan Expires { get; private set; } = expires;

    /// <summary>When it ends however often it is renewed.</summary>
    public TimeSpan Limit => limit;

    /// <summary>Writes under its right; while there are any it does not end.</summary>
    public int Writes { get; set; }

    /// <summary>How it ends as soon as nothing is written any more; none when nobody has asked for that.</summary>
    public LeaseEnding AfterWrite { get; set; }

    /// <summary>How it ended.</summary>
    public LeaseNews? End { get; set; }

    public ITimer? Timer { get; set; }

    /// <summary>Beats when something about it changes.</summary>
    public Pulse News { get; } = new();

    public bool IsOf(Caller caller) => Row.HolderId == caller.Id;

    public void Prolong(TimeSpan expires, DateTimeOffset at) => (Expires, Row) = (expires, Row with { ExpiresAt = at });
}
