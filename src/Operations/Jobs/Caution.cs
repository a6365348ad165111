namespace ImeiAgent.Operations;

/// <summary>
/// Finds the item whose read makes a phone reboot or hang. When the phone is lost, any of the items that were under way may be the one,
/// or the cable was pulled: so these are read one at a time, and only an item that lost the phone twice while it was asked for alone
/// is blamed.
/// </summary>
internal sealed class Caution
{
    private const int MostStrikes = 2;

    private readonly Dictionary<int, int> _strikes = [];
    private volatile int _until;

    /// <summary>Whether the item at this position is to be asked for alone.</summary>
    public bool IsDue(int position) => position < _until;

    /// <summary>The phone was lost while the items from <paramref name="first"/> up to, not including, <paramref name="end"/> were under way.</summary>
    /// <param name="first">The first item without an answer.</param>
    /// <param name="end">Behind the last that may have been under way.</param>
    /// <param name="asked">Whether the first surely reached the port.</param>
    /// <returns>Whether the item at <paramref name="first"/> is to blame and must not be asked for again.</returns>
    public bool PhoneLost(int first, int end, bool asked)
    {
        bool alone = asked && IsDue(first) && end <= first + 1;
        _until = Math.Max(_until, end);
        if (!alone)
            return false;
        _strikes.TryGetValue(first, out int strikes);
        _strikes[first] = ++strikes;
        return strikes == MostStrikes;
    }
}
