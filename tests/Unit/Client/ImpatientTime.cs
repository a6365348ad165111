namespace ImeiAgent.Unit.Client;

/// <summary>The real clock, but short pauses (under 20 s) are over at once, so that no test waits between attempts.</summary>
internal sealed class ImpatientTime : TimeProvider
{
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, dueTime > TimeSpan.Zero && dueTime < TimeSpan.FromSeconds(20) ? TimeSpan.Zero : dueTime, period);
}
