namespace ImeiAgent.Unit.Operations;

/// <summary>The system's time with a calendar that is ahead: what was done a moment ago is that old, and delays are what they are.</summary>
internal sealed class LaterTime(TimeSpan by) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
}
