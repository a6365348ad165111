using System.Diagnostics;

namespace ImeiAgent.Client.Desktop.Window;

/// <summary>
/// Windows of an installed Edge, Chrome or Chromium without address bar, with a profile of its own, which makes the browser a process of
/// its own that ends when the last of them is closed.
/// </summary>
public sealed class AppWindow : IDisposable
{
    private const string ProfilePrefix = "imei-desktop-";

    // What is typed here, a service code among it, is for nobody to keep.
    private const string Preferences =
        """{"credentials_enable_service":false,"profile":{"password_manager_enabled":false},"autofill":{"profile_enabled":false,"credit_card_enabled":false}}""";

    private readonly string _program;
    private readonly string _profile;
    private readonly Process _browser;
    private readonly List<Process> _messengers = [];

    private AppWindow(string program, string profile, Process browser)
    {
        _program = program;
        _profile = profile;
        _browser = browser;
    }

    /// <summary>The browser's process.</summary>
    public int ProcessId => _browser.Id;

    /// <summary>Whether the browser has ended.</summary>
    public bool HasEnded => _browser.HasExited;

    /// <summary>Opens a window; null when no such browser is installed.</summary>
    public static AppWindow? TryOpen(Uri url)
    {
        ArgumentNullException.ThrowIfNull(url);
        foreach (string program in Browsers.Candidates())
        {
            string profile = Directory.CreateTempSubdirectory(ProfilePrefix).FullName; // For this user only.
            Directory.CreateDirectory(Path.Combine(profile, "Default"));
            File.WriteAllText(Path.Combine(profile, "Default", "Preferences"), Preferences);
            if (Programs.TryStartUnheard(Start(program, profile, url)) is { } browser)
                return new AppWindow(program, profile, browser);
            Directory.Delete(profile, recursive: true);
        }
        return null;
    }

    /// <summary>Opens a tab in whatever browser the user has; false when there is none.</summary>
    public static bool TryOpenInDefaultBrowser(Uri url)
    {
        ArgumentNullException.ThrowIfNull(url);
        using Process? opener = Programs.TryStart(new ProcessStartInfo(url.ToString()) { UseShellExecute = true });
        return opener is not null;
    }

    /// <summary>Opens a further window of the same browser; false when that has ended or is gone.</summary>
    public bool TryOpenAnother(Uri url)
    {
        ArgumentNullException.ThrowIfNull(url);
        // Started with a profile that is in use, a browser hands the address to the one that uses it, and ends.
        if (_browser.HasExited || Programs.TryStartUnheard(Start(_program, _profile, url)) is not { } messenger)
            return false;
        _messengers.Add(messenger);
        return true;
    }

    /// <summary>Completes when the last window was closed.</summary>
    public Task WaitForCloseAsync(CancellationToken cancellation) => _browser.WaitForExitAsync(cancellation);

    /// <summary>Closes what is still open, and forgets the profile.</summary>
    public void Dispose()
    {
        foreach (Process process in (Process[])[.. _messengers, _browser])
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
            process.Dispose();
        }
        try
        {
            Directory.Delete(_profile, recursive: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // A browser that is still closing its files; the system clears its temporary folder.
        }
    }

    private static ProcessStartInfo Start(string program, string profile, Uri url)
    {
        ProcessStartInfo start = new(program)
        {
            ArgumentList =
            {
                $"--app={url}", $"--user-data-dir={profile}", "--window-size=1280,800",
                "--no-first-run", "--no-default-browser-check", "--disable-background-mode", // Asks nothing, and ends with its last window.
                "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions", "--disable-features=Translate",
                "--no-proxy-server", // All it shows is on this machine.
            },
        };
        // Keeps no password, so it must not ask the user to open a keyring for it.
        start.ArgumentList.Add(OperatingSystem.IsMacOS() ? "--use-mock-keychain" : "--password-store=basic");
        return start;
    }
}
