using System.ComponentModel;
using System.Diagnostics;

namespace ImeiAgent.Client.Desktop.Window;

/// <summary>A window of an installed Edge, Chrome or Chromium without address bar, with a profile of its own.</summary>
public sealed class AppWindow : IDisposable
{
    private readonly Process _browser;
    private readonly string _profile;

    private AppWindow(Process browser, string profile)
    {
        _browser = browser;
        _profile = profile;
    }

    /// <summary>Opens the window; null when no such browser is installed.</summary>
    public static AppWindow? TryOpen(Uri url)
    {
        ArgumentNullException.ThrowIfNull(url);
        foreach (string program in Browsers.Candidates())
        {
            // A profile of its own makes the browser a process of its own, which ends when the window is closed.
            string profile = Directory.CreateTempSubdirectory("imei-desktop-").FullName;
            ProcessStartInfo start = new(program)
            {
                ArgumentList =
                {
                    $"--app={url}", $"--user-data-dir={profile}", "--no-first-run", "--no-default-browser-check",
                    "--disable-background-networking", "--disable-sync", "--window-size=1280,800",
                },
                RedirectStandardOutput = true, // Browsers chat on both; nobody reads it.
                RedirectStandardError = true,
            };
            if (TryStart(start) is { } browser)
            {
                browser.OutputDataReceived += static (_, _) => { };
                browser.ErrorDataReceived += static (_, _) => { };
                browser.BeginOutputReadLine();
                browser.BeginErrorReadLine();
                return new AppWindow(browser, profile);
            }
            Directory.Delete(profile, recursive: true);
        }
        return null;
    }

    /// <summary>Opens a tab in whatever browser the user has; false when there is none.</summary>
    public static bool TryOpenInDefaultBrowser(Uri url)
    {
        ArgumentNullException.ThrowIfNull(url);
        using Process? opener = TryStart(new ProcessStartInfo(url.ToString()) { UseShellExecute = true });
        return opener is not null;
    }

    /// <summary>Completes when the window was closed.</summary>
    public Task WaitForCloseAsync(CancellationToken cancellation) => _browser.WaitForExitAsync(cancellation);

    /// <summary>Closes the window if it is still open, and forgets its profile.</summary>
    public void Dispose()
    {
        if (!_browser.HasExited)
            _browser.Kill(entireProcessTree: true);
        _browser.Dispose();
        try
        {
            Directory.Delete(_profile, recursive: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // A browser that is still closing its files; the system clears its temporary folder.
        }
    }

    private static Process? TryStart(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start);
        }
        catch (Exception fault) when (fault is Win32Exception or PlatformNotSupportedException or FileNotFoundException)
        {
            return null;
        }
    }
}
