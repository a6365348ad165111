namespace ImeiAgent.Client.Desktop.Window;

/// <summary>A window as the desktop tells of it.</summary>
/// <param name="Id">What the desktop calls it.</param>
/// <param name="Process">Whose it is; null when that is not told.</param>
/// <param name="Title">Its title: of a browser's window what the page is called, here PAGE - CONTEXT - ImeiAgent.</param>
internal readonly record struct SeenWindow(nuint Id, int? Process, string Title);

/// <summary>Brings a browser's window to the front, as far as the desktop lets a program do that.</summary>
internal static class Foreground
{
    private const string Name = "ImeiAgent";
    private static readonly string[] Joints = [" - ", " \u2013 ", " \u2014 "]; // Firefox puts its own name behind a long dash.

    /// <summary>Brings it to the front; false when there is none, or when the desktop does not do it.</summary>
    /// <param name="browser">Process of our own browser; null when the window is the default browser's.</param>
    /// <param name="context">What the window shows; null for any of ours.</param>
    /// <param name="time">Clock.</param>
    /// <param name="cancellation">Gives up.</param>
    public static Task<bool> TryBringAsync(int? browser, string? context, TimeProvider time, CancellationToken cancellation) =>
        OperatingSystem.IsWindows() ? Task.FromResult(ForegroundWindows.TryBring(browser, context))
        : OperatingSystem.IsMacOS() ? ForegroundMac.TryBringAsync(browser, cancellation)
        : ForegroundX11.TryBringAsync(browser, context, time, cancellation);

    /// <summary>Lets the program that runs already do it: where only the program that the user started last may.</summary>
    public static void Lend()
    {
        if (OperatingSystem.IsWindows())
            ForegroundWindows.Lend();
    }

    /// <summary>Which window is meant; null when it cannot be told.</summary>
    /// <param name="windows">All, the topmost first.</param>
    /// <param name="browser">As in <see cref="TryBringAsync"/>.</param>
    /// <param name="context">As in <see cref="TryBringAsync"/>.</param>
    public static SeenWindow? Pick(IEnumerable<SeenWindow> windows, int? browser, string? context)
    {
        SeenWindow[] all = [.. windows];
        SeenWindow[] own = [.. all.Where(window => browser is not null && window.Process == browser)];
        // A browser in a sandbox with process numbers of its own, or one that runs anyway, is known by the title only.
        SeenWindow[] ours = own.Length > 0 ? own : [.. all.Where(window => Says(window, Name))];
        SeenWindow[] there = context is null || own.Length == 1 ? ours : [.. ours.Where(window => Says(window, context))];
        return there.Length > 0 ? there[0] : null;
    }

    private static bool Says(SeenWindow window, string word) => window.Title.Split(Joints, StringSplitOptions.TrimEntries).Contains(word);
}
