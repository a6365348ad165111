using System.Diagnostics;
using System.Globalization;
using ImeiAgent.TestKit;

namespace ImeiAgent.Benchmarks;

/// <summary>A Chromium without a screen, and its page.</summary>
internal sealed class ChromiumWindow : IAsyncDisposable
{
    private readonly TemporaryFolder _profile = new();
    private readonly OurProgram _browser;

    private ChromiumWindow(string program) => _browser = OurProgram.StartAny(program, null,
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--no-first-run", "--window-size=1280,800",
        "--remote-debugging-port=0", $"--user-data-dir={_profile.File("profile")}", "about:blank");

    /// <summary>Its page.</summary>
    public DevTools Page { get; private set; } = null!;

    /// <summary>Opens an empty page; null when no Chromium is installed.</summary>
    public static async Task<ChromiumWindow?> TryOpenAsync(CancellationToken ct)
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        string? program = ((string[])["chromium", "chromium-browser", "google-chrome"]).SelectMany(name => folders.Select(folder => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
        if (program is null)
            return null;
        var window = new ChromiumWindow(program);
        // It writes its port here once it listens.
        string told = window._profile.File("profile/DevToolsActivePort");
        while (!File.Exists(told) || (await File.ReadAllLinesAsync(told, ct)).Length < 2)
            await Task.Delay(50, ct);
        int port = int.Parse((await File.ReadAllLinesAsync(told, ct))[0], CultureInfo.InvariantCulture);
        DevTools? page;
        while ((page = await DevTools.TryAttachAsync(port, ct)) is null)
            await Task.Delay(50, ct);
        window.Page = page;
        return window;
    }

    /// <summary>All processor time of the browser's processes so far.</summary>
    public TimeSpan ProcessorTime() => TimeSpan.FromTicks(Family().Sum(process => process.TotalProcessorTime.Ticks));

    /// <summary>The process ids of all that it consists of.</summary>
    public IEnumerable<int> ProcessIds => Family().Select(process => process.Id);

    public async ValueTask DisposeAsync()
    {
        Page?.Dispose();
        await _browser.DisposeAsync();
        _profile.Dispose();
    }

    // Chromium's processes are children of the first, or of its children.
    private IEnumerable<Process> Family()
    {
        HashSet<int> known = [_browser.Id];
        foreach (Process process in Process.GetProcesses().OrderBy(process => process.Id))
        {
            if (known.Contains(process.Id) || known.Contains(ParentOf(process.Id)))
            {
                known.Add(process.Id);
                yield return process;
            }
        }
    }

    private static int ParentOf(int process)
    {
        try
        {
            // pid (name) state parent ...; the name may hold blanks.
            string stat = File.ReadAllText($"/proc/{process}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0; // It ended meanwhile.
        }
    }
}
