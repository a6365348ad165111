using System.Collections.Concurrent;
using System.Threading.RateLimiting;
using ImeiAgent.Operations;

namespace ImeiAgent.Agent.Access;

/// <summary>
/// The calls that are open, by caller: how many each may have and how fast, and the way to end all of one at once.
/// </summary>
internal sealed class OpenCalls : IDisposable
{
    private const string Local = "local";

    private readonly PartitionedRateLimiter<string> _open;
    private readonly PartitionedRateLimiter<string> _rate;
    private readonly ConcurrentDictionary<HttpContext, string> _calls = [];

    public OpenCalls(Limits limits)
    {
        _open = PartitionedRateLimiter.Create<string, string>(who => RateLimitPartition.GetConcurrencyLimiter(who, key => new ConcurrencyLimiterOptions
        {
            PermitLimit = key == Local ? limits.OpenLocalCalls : IsStranger(key) ? limits.OpenStrangerCalls : limits.OpenCalls,
        }));
        _rate = PartitionedRateLimiter.Create<string, string>(who => who == Local
            ? RateLimitPartition.GetNoLimiter(who)
            : RateLimitPartition.GetTokenBucketLimiter(who, key => IsStranger(key)
                ? new TokenBucketRateLimiterOptions
                {
                    TokenLimit = limits.StrangerCallsPerMinute,
                    TokensPerPeriod = limits.StrangerCallsPerMinute,
                    ReplenishmentPeriod = TimeSpan.FromMinutes(1),
                }
                : new TokenBucketRateLimiterOptions
                {
                    TokenLimit = limits.Burst,
                    TokensPerPeriod = limits.CallsPerSecond,
                    ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                }));
    }

    /// <summary>How callers of the agent's own machine are counted: together.</summary>
    public static string LocalKey => Local;

    /// <summary>How callers without a certificate are counted: by address.</summary>
    public static string StrangerKey(string address) => $"stranger {address}";

    /// <summary>A call begins; disposing the result ends it.</summary>
    /// <param name="who">A client's lasting name, or one of the two keys.</param>
    /// <param name="http">The call.</param>
    /// <exception cref="OperationException">Too many are open, or they come too fast.</exception>
    public IDisposable Enter(string who, HttpContext http)
    {
        using RateLimitLease rate = _rate.AttemptAcquire(who);
        if (!rate.IsAcquired)
            throw Refusals.TooFast(rate.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan after) ? after : TimeSpan.FromSeconds(1));
        RateLimitLease open = _open.AttemptAcquire(who);
        if (!open.IsAcquired)
        {
            open.Dispose();
            throw Refusals.TooMany();
        }
        _calls[http] = who;
        return new Call(this, http, open);
    }

    /// <summary>From now on <see cref="End"/> leaves a call alone.</summary>
    public void Spare(HttpContext http) => _calls.TryRemove(http, out _);

    /// <summary>Ends all calls of a client at once, streams too.</summary>
    public void End(string who)
    {
        foreach (HttpContext http in _calls.Where(call => call.Value == who).Select(call => call.Key))
            http.Abort();
    }

    public void Dispose()
    {
        _open.Dispose();
        _rate.Dispose();
    }

    private static bool IsStranger(string who) => who.StartsWith("stranger ", StringComparison.Ordinal);

    private sealed class Call(OpenCalls calls, HttpContext http, RateLimitLease open) : IDisposable
    {
        public void Dispose()
        {
            calls._calls.TryRemove(http, out _);
            open.Dispose();
        }
    }
}
