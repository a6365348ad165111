namespace ImeiAgent.Session;

/// <summary>
/// One timer for many deadlines: it goes off at the earliest it was told, not earlier, and then must be told the next. Being told a later
/// one costs a comparison, so a request that is answered in time costs no timer. Its owner's lock guards it.
/// </summary>
internal sealed class Alarm : IDisposable
{
    /// <summary>The deadline that never comes.</summary>
    public const long Never = long.MaxValue;

    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private long _due = Never;

    public Alarm(TimeProvider time, Action ring)
    {
        _time = time;
        _timer = time.CreateTimer(static ring => ((Action)ring!)(), ring, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public long Now => _time.GetTimestamp();

    /// <summary>A span of time in timestamps.</summary>
    public long Span(TimeSpan span) => (long)(span.TotalSeconds * _time.TimestampFrequency);

    /// <summary>The time between two timestamps.</summary>
    public TimeSpan Between(long start, long end) => _time.GetElapsedTime(start, end);

    /// <summary>Goes off at <paramref name="deadline"/>, unless it is set to an earlier one.</summary>
    public void NotAfter(long deadline)
    {
        if (deadline >= _due)
            return;
        _due = deadline;
        TimeSpan left = _time.GetElapsedTime(Now, deadline);
        // Below a millisecond a system timer would go off at once, too early, and be set again and again.
        _timer.Change(left > Tick ? left : Tick, Timeout.InfiniteTimeSpan);
    }

    /// <summary>To be said first when it went off: it is set to nothing now.</summary>
    public void WentOff() => _due = Never;

    public void Dispose() => _timer.Dispose();

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);
}
