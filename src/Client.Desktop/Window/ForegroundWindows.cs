using System.Runtime.InteropServices;

namespace ImeiAgent.Client.Desktop.Window;

// Windows: user32. Compiled, and not tried yet.
internal static class ForegroundWindows
{
    private const int AnyProcess = -1, Restore = 9;

    private delegate bool Visit(nint window, nint parameter);

    public static bool TryBring(int? browser, string? context)
    {
        List<SeenWindow> seen = [];
        // From the topmost down.
        EnumWindows((window, _) =>
        {
            if (IsWindowVisible(window))
            {
                char[] title = new char[512];
                int length = GetWindowText(window, title, title.Length);
                if (GetWindowThreadProcessId(window, out int process) == 0)
                    return true; // It is gone.
                seen.Add(new SeenWindow((nuint)window, process, new string(title, 0, length)));
            }
            return true;
        }, 0);
        if (Foreground.Pick(seen, browser, context) is not { } wanted)
            return false;
        if (IsIconic((nint)wanted.Id))
            ShowWindow((nint)wanted.Id, Restore);
        return SetForegroundWindow((nint)wanted.Id);
    }

    // Only the program that the user dealt with last may put a window in front: the start that asks, not the one that is asked.
    public static void Lend() => AllowSetForegroundWindow(AnyProcess);

    [DllImport("user32")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern bool EnumWindows(Visit visit, nint parameter);

    [DllImport("user32")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern bool IsWindowVisible(nint window);

    [DllImport("user32")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern bool IsIconic(nint window);

    [DllImport("user32")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern bool ShowWindow(nint window, int how);

    [DllImport("user32")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern bool SetForegroundWindow(nint window);

    [DllImport("user32")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern bool AllowSetForegroundWindow(int process);

    [DllImport("user32", EntryPoint = "GetWindowTextW", CharSet = CharSet.Unicode)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int GetWindowText(nint window, [Out] char[] title, int most);

    [DllImport("user32")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern uint GetWindowThreadProcessId(nint window, out int process);
}
