using System.Diagnostics;
using System.Globalization;

namespace ImeiAgent.Client.Desktop.Window;

// macOS: the browser's process as a whole comes to the front, all its windows with it; to choose one takes a permission that the user
// would be asked for. Compiled, and not tried yet.
internal static class ForegroundMac
{
    private const string AllWindowsAndNow = "3";

    public static async Task<bool> TryBringAsync(int? browser, CancellationToken cancellation)
    {
        if (browser is not { } process)
            return false;
        string script = string.Create(CultureInfo.InvariantCulture,
            $"ObjC.import('AppKit'); $.NSRunningApplication.runningApplicationWithProcessIdentifier({process}).activateWithOptions({AllWindowsAndNow})");
        using Process? run = Programs.TryStart(new ProcessStartInfo("/usr/bin/osascript", ["-l", "JavaScript", "-e", script]) { RedirectStandardOutput = true });
        if (run is null)
            return false;
        string answer = await run.StandardOutput.ReadToEndAsync(cancellation);
        await run.WaitForExitAsync(cancellation);
        return run.ExitCode == 0 && answer.Trim() is "true" or "1";
    }
}
