using System.Text;

namespace ImeiAgent.Client.Desktop.Window;

// Linux with X11, by the hints that window managers know (freedesktop.org, Extended Window Manager Hints 1.5). A Wayland desktop shows
// no program the windows of another: there it finds nothing.
internal static class ForegroundX11
{
    private const nint OneOfTheUsersOwnTools = 2; // Source indication: not the application itself, which must not take the focus.
    private const int MostLooks = 20;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    public static async Task<bool> TryBringAsync(int? browser, string? context, TimeProvider time, CancellationToken cancellation)
    {
        try
        {
            using X11Display? display = X11Display.TryOpen();
            if (display is null || Foreground.Pick(Windows(display), browser, context) is not { } wanted)
                return false;
            display.SendToRoot(wanted.Id, "_NET_ACTIVE_WINDOW", OneOfTheUsersOwnTools);
            // The window manager decides. Whether it did it is seen, not believed.
            for (int look = 0; look < MostLooks; look++)
            {
                if (display.Words(display.Root, "_NET_ACTIVE_WINDOW") is [{ } active, ..] && active == wanted.Id)
                    return true;
                await Task.Delay(s_pause, time, cancellation);
            }
            return false;
        }
        catch (Exception fault) when (fault is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
    }

    private static IEnumerable<SeenWindow> Windows(X11Display display)
    {
        nuint[] stacked = display.Words(display.Root, "_NET_CLIENT_LIST_STACKING"); // From the lowest up.
        foreach (nuint window in stacked.Reverse())
        {
            int? process = display.Words(window, "_NET_WM_PID") is [{ } id, ..] ? (int)id : null;
            yield return new SeenWindow(window, process, Encoding.UTF8.GetString(display.Bytes(window, "_NET_WM_NAME")));
        }
    }
}
