namespace ImeiAgent.Session;

/// <summary>
/// How many requests may be in flight, found out from what becomes of them. Phones differ: some queue dozens, some drop what comes while
/// they are busy, and none says so. Knows no clock and no port; the <see cref="RequestLine"/> tells it of replies and losses.
/// <para>
/// It grows by one a reply, which doubles it every round trip, until it meets a loss. The request that was lost tells how many the phone did
/// not take: the <em>ceiling</em> is one below. The window is halved and grows back to the ceiling as fast. After a streak of replies there
/// it probes above, one more every window of replies; the streak doubles each time that ends in a loss, so a phone that takes no more
/// is asked to less and less often.
/// </para>
/// <para>
/// A loss at or below the ceiling may be chance, so it halves the window only; when such losses come more often than one in four ceilings
/// of replies, the ceiling comes down. Losses of one burst count once.
/// </para>
/// </summary>
internal sealed class AdaptiveWindow
{
    /// <summary>How many replies at the ceiling make a streak at first.</summary>
    public const int FirstStreak = 64;

    private const int LongestStreak = 1 << 20;

    private readonly int _limit;
    private int _ceiling;
    private bool _met;
    private bool _alone;
    private int _streak = FirstStreak;
    private int _clean;
    private int _credit;
    private int _suspicion;
    private long _cutAt;

    /// <param name="initial">Where it starts, 1 or more.</param>
    /// <param name="limit">What it never exceeds, 1 or more.</param>
    public AdaptiveWindow(int initial, int limit)
    {
        _limit = limit;
        _ceiling = limit;
        Size = Math.Min(initial, limit);
    }

    /// <summary>How many requests may be in flight now, 1 or more.</summary>
    public int Size { get; private set; }

    /// <summary>The window the phone was found to take: it held for a whole streak. Null until then.</summary>
    public int? Settled { get; private set; }

    /// <summary>Starts again from a window that is believed to be good.</summary>
    public void Assume(int window)
    {
        if (_alone)
            return;
        Size = _ceiling = Math.Min(window, _limit);
        _met = Size < _limit;
        _streak = FirstStreak;
        _clean = _credit = _suspicion = 0;
    }

    /// <summary>Never more than one from now on.</summary>
    public void StayAlone()
    {
        _alone = true;
        Size = _ceiling = 1;
        Settled = 1;
    }

    /// <summary>A request was answered.</summary>
    /// <param name="inFlight">How many were in flight when it was written, itself included. Few prove little: a window that is not used does not grow.</param>
    public void Answered(int inFlight)
    {
        if (_alone)
            return;
        if (_suspicion > 0)
            _suspicion--;
        if (Size < _ceiling)
        {
            if (Size < 2 * inFlight)
                Size++;
            return;
        }
        if (inFlight < _ceiling)
            return;
        _clean = Math.Min(_clean + 1, LongestStreak);
        if (_clean < _streak)
            return;
        if (_clean == _streak)
            Settled = _ceiling;
        if (Size < _limit && ++_credit >= Size)
            ProbeOneMore();
    }

    /// <summary>A request was lost.</summary>
    /// <param name="inFlight">How many were in flight when it was written, itself included. One that was alone says nothing about windows.</param>
    /// <param name="write">The number of its write.</param>
    /// <param name="lastWrite">The number of the last write so far: losses up to it belong to this one.</param>
    public void Lost(int inFlight, long write, long lastWrite)
    {
        if (_alone || inFlight < 2 || write <= _cutAt)
            return;
        _cutAt = lastWrite;
        int taken = inFlight - 1;
        if (!_met)
            Meet(taken);
        else if (taken >= _ceiling)
            MeetAgain(taken);
        else
            Suspect(taken);
        Size = Math.Clamp(Size / 2, 1, _ceiling);
        _credit = 0;
    }

    private void ProbeOneMore()
    {
        _credit = 0;
        Size++;
        if (Size < _limit)
            return;
        _ceiling = _limit;
        _met = false;
        _clean = 0;
        _streak = FirstStreak;
    }

    private void Meet(int taken)
    {
        _met = true;
        _ceiling = taken;
        _clean = 0;
    }

    private void MeetAgain(int taken)
    {
        bool better = taken - _ceiling > _ceiling / 8;
        _streak = better ? FirstStreak : Math.Min(2 * _streak, LongestStreak);
        _ceiling = taken;
        _clean = 0;
    }

    /// <summary>
    /// A queue that is one too short loses a request every one and a half windows. Chance loses them as rarely in small windows as in large ones:
    /// a loss weighs four ceilings of replies, and the third that is not outweighed brings the ceiling down.
    /// </summary>
    private void Suspect(int taken)
    {
        if (_clean >= _streak)
            _clean = 0;
        _suspicion += 4 * _ceiling;
        if (_suspicion <= 8 * _ceiling)
            return;
        _suspicion = 0;
        _ceiling = Math.Max(taken, _ceiling * 3 / 4);
        _clean = 0;
        _streak = FirstStreak;
        Settled = Settled is { } settled ? Math.Min(settled, _ceiling) : null;
    }
}
