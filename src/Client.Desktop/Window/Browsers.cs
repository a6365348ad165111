namespace ImeiAgent.Client.Desktop.Window;

// Where browsers that know --app are installed.
internal static class Browsers
{
    public static IEnumerable<string> Candidates() =>
        OperatingSystem.IsWindows() ? OnWindows().Where(File.Exists)
        : OperatingSystem.IsMacOS() ? OnMac.Where(File.Exists)
        : OnPath(Environment.GetEnvironmentVariable("PATH") ?? "");

    // The better browser first, wherever on the path it is.
    public static IEnumerable<string> OnPath(string folders) =>
        from program in OnLinux
        from folder in folders.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        let path = Path.Combine(folder, program)
        where File.Exists(path)
        select path;

    private static readonly string[] OnLinux =
        ["microsoft-edge", "microsoft-edge-stable", "google-chrome", "google-chrome-stable", "chromium", "chromium-browser"];

    private static readonly string[] OnMac =
    [
        "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
    ];

    private static IEnumerable<string> OnWindows() =>
        from relative in (string[])[@"Microsoft\Edge\Application\msedge.exe", @"Google\Chrome\Application\chrome.exe"]
        from folder in (Environment.SpecialFolder[])
            [Environment.SpecialFolder.ProgramFilesX86, Environment.SpecialFolder.ProgramFiles, Environment.SpecialFolder.LocalApplicationData]
        select Path.Combine(Environment.GetFolderPath(folder), relative);
}
