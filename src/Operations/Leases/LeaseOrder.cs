namespace ImeiAgent.Operations;

/// <summary>Asks for a lease.</summary>
public sealed record LeaseOrder
{
    internal const int LongestPurpose = 200;

    private static readonly TimeSpan s_shortestTtl = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_longestTtl = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_longestDuration = TimeSpan.FromHours(24);
    private static readonly TimeSpan s_longestWait = TimeSpan.FromMinutes(10);

    /// <summary>The phone's name.</summary>
    public string Device { get; init; } = "";

    /// <summary>What for; for a lease that is taken from another, why. 3 to 200 characters; a number in it is kept masked.</summary>
    public string Purpose { get; init => field = FreeText.Masked(value); } = "";

    /// <summary>A UUID: the same again returns the lease that it got, while it is held.</summary>
    public string RequestId { get; init => field = value.ToLowerInvariant(); } = "";

    /// <summary>How long it holds without being renewed: 5 s to 1 h.</summary>
    public TimeSpan Ttl { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long it holds at the most: <see cref="Ttl"/> to 24 h.</summary>
    public TimeSpan MaxDuration { get; init; } = TimeSpan.FromHours(8);

    /// <summary>How long to wait in line: 0 to 10 min. Nobody waits to take a lease from another.</summary>
    public TimeSpan Wait { get; init; }

    /// <summary>Who asks.</summary>
    public Caller By { get; init; } = Caller.Agent;

    /// <summary>Names the field that is out of range.</summary>
    /// <param name="purpose">What the contract calls <see cref="Purpose"/>.</param>
    /// <exception cref="OperationException">One is.</exception>
    internal void Check(string purpose)
    {
        if (!FreeText.IsSentence(Purpose, LongestPurpose))
            throw Faults.Argument(purpose, "3 to 200 characters without control characters are expected: a ticket, a sentence. Others are told.");
        if (!Guid.TryParseExact(RequestId, "D", out Guid id) || id.ToString("D") != RequestId)
            throw Faults.Argument("request_id", "a UUID is expected, as in 0f8fad5b-d9cb-469f-a165-70867728950e.");
        CheckTtl(Ttl);
        if (MaxDuration < Ttl || MaxDuration > s_longestDuration)
            throw Faults.Argument("max_duration", "ttl to 24 h is expected.");
        if (Wait < TimeSpan.Zero || Wait > s_longestWait)
            throw Faults.Argument("wait", "0 to 10 min is expected.");
    }

    internal static void CheckTtl(TimeSpan ttl)
    {
        if (ttl < s_shortestTtl || ttl > s_longestTtl)
            throw Faults.Argument("ttl", "5 s to 1 h is expected.");
    }
}
