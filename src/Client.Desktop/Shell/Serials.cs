namespace ImeiAgent.Client.Desktop.Shell;

/// <summary>Serial numbers as the agent tells them: the middle of a MEID that is an IMEI is masked unless it was asked for, as in "35693803*****0".</summary>
public static class Serials
{
    private const char Masked = '*';

    /// <summary>Whether some of its digits are masked.</summary>
    public static bool IsMasked(string? serial) => serial?.Contains(Masked, StringComparison.Ordinal) == true;

    /// <summary>Whether two are one; null when that cannot be told: one of them is missing, or they fit as far as they are not masked.</summary>
    public static bool? AreSame(string? one, string? other) =>
        string.IsNullOrEmpty(one) || string.IsNullOrEmpty(other) ? null
        : !Fit(one, other) ? false
        : IsMasked(one) || IsMasked(other) ? null
        : true;

    /// <summary>Whether there are two, and they differ in no digit that is seen of both.</summary>
    public static bool Fit(string one, string other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        return one.Length > 0 && one.Length == other.Length && one.Zip(other).All(pair => pair.First == pair.Second || pair.First == Masked || pair.Second == Masked);
    }
}
