namespace ImeiAgent.Unit.Client;

/// <summary>
/// The real clock, but short pauses (under 20 s) are over at once, so that no test waits between attempts; the clock is that much further
/// on afterwards.
/// </summary>
internal sealed class ImpatientTime : TimeProvider
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(20);

    private long _skipped;

    /// <summary>The pauses that nobody waited for, together.</summary>
    public TimeSpan Skipped => TimeSpan.FromTicks(Interlocked.Read(ref _skipped));

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => System.GetElapsedTime(0).Ticks + Interlocked.Read(ref _skipped);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        bool isShort = dueTime > TimeSpan.Zero && dueTime < Short;
        if (isShort)
            Interlocked.Add(ref _skipped, dueTime.Ticks);
        return base.CreateTimer(callback, state, isShort ? TimeSpan.Zero : dueTime, period);
    }
}
