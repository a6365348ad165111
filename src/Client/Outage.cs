using ImeiAgent.V1;

namespace ImeiAgent.Client;

/// <summary>
/// The time from a broken connection to the first news over the next one: how long it is worth trying again, and the pauses between.
/// </summary>
internal sealed class Outage
{
    /// <summary>For a job or file that is known to exist: an agent that was killed is back by then.</summary>
    public static readonly TimeSpan OfJob = TimeSpan.FromMinutes(2);

    /// <summary>For a call of which nothing was learnt, made to an agent that was there.</summary>
    public static readonly TimeSpan OfCall = TimeSpan.FromSeconds(10);

    /// <summary>For a call made where nobody listens: a person waits for the answer that no agent runs.</summary>
    public static readonly TimeSpan OfNobody = TimeSpan.FromMilliseconds(300);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private readonly TimeProvider _time;
    private readonly long _since;
    private readonly TimeSpan _limit;
    private TimeSpan _pause = TimeSpan.FromMilliseconds(100);

    private Outage(TimeProvider time, TimeSpan limit)
    {
        _time = time;
        _since = time.GetTimestamp();
        _limit = limit;
    }

    /// <summary>Whether everything that was asked for may be asked again: the connection broke, nobody is there, or the agent is ending.</summary>
    public static bool IsOne(AgentException fault) =>
        fault.Code == ErrorReason.AgentStopping
        || (fault.Domain == AgentException.ClientDomain && fault.Reason is AgentException.ConnectionLost or AgentException.AgentUnreachable);

    /// <summary>Begins with the first break.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="fault">The break.</param>
    /// <param name="isKnown">Whether what is wanted is known to exist, so that it is worth waiting for.</param>
    public static Outage Begin(TimeProvider time, AgentException fault, bool isKnown) =>
        new(time, isKnown ? OfJob : fault.Reason == AgentException.AgentUnreachable ? OfNobody : OfCall);

    /// <summary>Whether trying again has lasted long enough.</summary>
    public bool IsOver => _time.GetElapsedTime(_since) >= _limit;

    /// <summary>Waits before the next attempt: 0.1 s, twice as long each time, 2 s at most.</summary>
    public async Task PauseAsync(CancellationToken cancellation)
    {
        await Task.Delay(_pause, _time, cancellation).ConfigureAwait(false);
        _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
    }
}
