namespace ImeiAgent.Integration.Agent.Access;

/// <summary>The system's time, but its calendar can be moved on: delays and timers are what they are.</summary>
internal sealed class MovedTime : TimeProvider
{
    private long _moved;

    /// <summary>Moves the calendar on.</summary>
    public void Advance(TimeSpan by) => Interlocked.Add(ref _moved, by.Ticks);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _moved));
}
