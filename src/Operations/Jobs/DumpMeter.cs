namespace ImeiAgent.Operations;

/// <summary>Measures how fast a dump runs: over the last few seconds, so that a phone that slows down is seen to. Its owner locks.</summary>
internal sealed class DumpMeter(TimeProvider time)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(250);
    private const int Samples = 16;

    private readonly Queue<(long At, int Done)> _samples = new(Samples + 1);
    private long _last;

    /// <summary>Reading begins, or begins again: what was before does not count.</summary>
    public void Restart(int done)
    {
        _samples.Clear();
        _last = time.GetTimestamp();
        _samples.Enqueue((_last, done));
    }

    /// <summary>Reading stands still.</summary>
    public void Stop() => _samples.Clear();

    /// <summary>So many items are done now.</summary>
    public void Count(int done)
    {
        long now = time.GetTimestamp();
        if (_samples.Count == 0 || time.GetElapsedTime(_last, now) < s_interval)
            return;
        _last = now;
        _samples.Enqueue((now, done));
        if (_samples.Count > Samples)
            _samples.Dequeue();
    }

    /// <summary>Items per second; 0 while nothing is known.</summary>
    public double Rate(int done)
    {
        if (!_samples.TryPeek(out (long At, int Done) oldest))
            return 0;
        double seconds = time.GetElapsedTime(oldest.At).TotalSeconds;
        return seconds > 0 ? (done - oldest.Done) / seconds : 0;
    }
}
