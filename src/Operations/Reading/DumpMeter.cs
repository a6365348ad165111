namespace ImeiAgent.Operations;

/// <summary>Measures how fast a dump runs: over the last few seconds, so that a phone that slows down is seen to.</summary>
internal sealed class DumpMeter(int total, TimeProvider time)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(500);
    private const int Samples = 8;

    private readonly long _start = time.GetTimestamp();
    private readonly Queue<(TimeSpan At, int Done)> _samples = new([(TimeSpan.Zero, 0)]);
    private TimeSpan _last;

    /// <summary>Since the beginning.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(_start);

    /// <summary>Whether it is time to tell again: twice a second.</summary>
    public bool IsDue => Elapsed - _last >= s_interval;

    /// <summary>How far it is.</summary>
    public DumpProgress Read((int Done, int Active, int Absent, int Slot) tally)
    {
        TimeSpan now = _last = Elapsed;
        (TimeSpan at, int done) = _samples.Peek();
        double rate = now > at ? (tally.Done - done) / (now - at).TotalSeconds : 0;
        _samples.Enqueue((now, tally.Done));
        if (_samples.Count > Samples)
            _samples.Dequeue();
        TimeSpan? remaining = rate > 0 ? TimeSpan.FromSeconds((total - tally.Done) / rate) : null;
        return new DumpProgress(tally.Done, total, tally.Active, rate, remaining, Math.Max(tally.Slot, 1));
    }
}
