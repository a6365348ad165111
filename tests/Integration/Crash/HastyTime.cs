namespace ImeiAgent.Integration.Crash;

/// <summary>A clock that runs faster than the world's, so that patience with phones costs a test less. The date is the world's.</summary>
/// <param name="haste">How many seconds pass in one.</param>
internal sealed class HastyTime(int haste) : TimeProvider
{
    private readonly long _began = System.GetTimestamp();

    public override long TimestampFrequency => System.TimestampFrequency;

    public override long GetTimestamp() => _began + ((System.GetTimestamp() - _began) * haste);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new HastyTimer(System.CreateTimer(callback, state, Hurry(dueTime), Hurry(period)), Hurry);

    /// <summary>How long the agent takes what lasts so long in the world to be.</summary>
    public TimeSpan Felt(TimeSpan real) => real * haste;

    private TimeSpan Hurry(TimeSpan span) => span == Timeout.InfiniteTimeSpan ? span : span / haste;

    private sealed class HastyTimer(ITimer timer, Func<TimeSpan, TimeSpan> hurry) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(hurry(dueTime), hurry(period));

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
