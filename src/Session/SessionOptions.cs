namespace ImeiAgent.Session;

/// <summary>How patient and how eager a <see cref="DiagSession"/> is. Every value is checked when it is set.</summary>
public sealed record SessionOptions
{
    /// <summary>The largest <see cref="LargestWindow"/>. No phone is known to queue more.</summary>
    public const int MaxWindow = 64;

    /// <summary>
    /// How many requests may be outstanding at once to begin with, 1 to <see cref="MaxWindow"/>; not more than <see cref="LargestWindow"/> in
    /// any case. One is what every phone can take; the window grows from there while nothing is lost.
    /// </summary>
    public int InitialWindow
    {
        get;
        init => field = Window(value);
    } = 1;

    /// <summary>The most requests that may ever be outstanding at once, 1 to <see cref="MaxWindow"/>. One is stop and wait.</summary>
    public int LargestWindow
    {
        get;
        init => field = Window(value);
    } = MaxWindow;

    /// <summary>How long one attempt waits for its reply, counted from the moment its last byte was handed over; more than zero.</summary>
    public TimeSpan ReplyTimeout
    {
        get;
        init => field = Positive(value);
    } = TimeSpan.FromSeconds(1.5);

    /// <summary>
    /// How long a given-up request keeps its key from being sent again, and how long one write may take before the port counts as
    /// stalled; more than zero.
    /// </summary>
    public TimeSpan DrainTime
    {
        get;
        init => field = Positive(value);
    } = TimeSpan.FromSeconds(3);

    /// <summary>How often an idempotent request is sent at most, 1 or more. One that is not idempotent is sent once, always.</summary>
    public int Attempts
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 3;

    /// <summary>How many unsolicited packets are kept for a reader who lags, 1 or more; then the oldest are dropped and counted.</summary>
    public int UnsolicitedCapacity
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 256;

    private static int Window(int value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, MaxWindow);
        return value;
    }

    private static TimeSpan Positive(TimeSpan value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
        return value;
    }
}
