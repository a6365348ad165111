using System.Globalization;
using Xunit;

namespace ImeiAgent.TestKit;

/// <summary>
/// A screen that nobody sees, with a window manager: where <c>imei-desktop</c> opens real windows. Programs that it starts find a user of
/// their own there, and no other browser than Chromium.
/// </summary>
public sealed class Screen : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<OurProgram> _programs = [];
    private readonly string _tool;
    private readonly string _number;

    private Screen(string tool, OurProgram server, string number)
    {
        _tool = tool;
        _programs.Add(server);
        _number = number;
        Directory.CreateDirectory(File("programs"));
        Directory.CreateDirectory(Temporary);
        Environment = new()
        {
            ["DISPLAY"] = number,
            ["WAYLAND_DISPLAY"] = null,
            ["PATH"] = File("programs"),
            ["TMPDIR"] = Temporary,
            ["HOME"] = File("home"),
            ["XDG_RUNTIME_DIR"] = File("run"),
            ["XDG_CONFIG_HOME"] = File("config"),
            ["IMEI_AGENT"] = $"unix:{File("agent.sock")}",
            ["IMEI_CONTEXT"] = null,
        };
    }

    /// <summary>What programs find in their environment.</summary>
    public Dictionary<string, string?> Environment { get; }

    /// <summary>Where programs keep what is temporary.</summary>
    public string Temporary => File("tmp");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Switches it on; skips the test where what it takes is missing.</summary>
    /// <param name="browserArguments">What the browser is started with besides what <c>imei-desktop</c> says.</param>
    public static async Task<Screen> StartAsync(string browserArguments = "")
    {
        Requires.Unless(OperatingSystem.IsLinux(), "windows are looked at on Linux only");
        string chromium = Requires.Chromium(), server = Requires.Program("Xvfb"), manager = Requires.Program("openbox"), tool = Requires.Program("xdotool");
        OurProgram xvfb = OurProgram.StartAny(server, null, "-displayfd", "1", "-screen", "0", "1400x900x24", "-nolisten", "tcp");
        Screen screen = new(tool, xvfb, ":" + await xvfb.LineAsync("", Ct));
        screen.Install("chromium", $"echo $$ >> '{screen.File("browsers")}'\nexec '{chromium}' --no-sandbox {browserArguments} \"$@\"");
        OurProgram openbox = OurProgram.StartAny(manager, new Dictionary<string, string?> { ["DISPLAY"] = screen._number }, "--sm-disable", "--startup", "echo ready");
        screen._programs.Add(openbox);
        await openbox.LineAsync("ready", Ct);
        return screen;
    }

    /// <summary>The path of a file that is the screen's.</summary>
    public string File(string name) => _folder.File(name);

    /// <summary>Puts a program on the PATH that <c>imei-desktop</c> sees.</summary>
    public void Install(string name, string script)
    {
        string path = Path.Combine(File("programs"), name);
        System.IO.File.WriteAllText(path, $"#!/bin/sh\nPATH='{System.Environment.GetEnvironmentVariable("PATH")}'\n{script}\n");
        if (!OperatingSystem.IsWindows())
            System.IO.File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Starts <c>imei-desktop</c>, which the test's project references.</summary>
    public OurProgram StartDesktop(params string[] arguments) => Keep(OurProgram.Start("imei-desktop", Environment, arguments));

    /// <summary>Ends a program with the screen.</summary>
    public OurProgram Keep(OurProgram program)
    {
        _programs.Add(program);
        return program;
    }

    /// <summary>The windows of a title, as numbers that <see cref="TitleAsync"/> knows.</summary>
    public async Task<string[]> WindowsAsync(string title) => await ToolAsync("search", "--onlyvisible", "--name", title);

    /// <summary>Waits until that many windows of a title are there.</summary>
    public async Task<string[]> WindowsAsync(string title, int count)
    {
        string[] found = [];
        await Eventually.HoldsAsync(async () => (found = await WindowsAsync(title)).Length == count, 2 * Eventually.Deadline, $"there are {count} windows '{title}'");
        return found;
    }

    /// <summary>The window that has the focus; null when none has.</summary>
    public async Task<string?> ActiveAsync() => (await ToolAsync("getactivewindow")).FirstOrDefault();

    /// <summary>A window's title.</summary>
    public async Task<string?> TitleAsync(string window) => (await ToolAsync("getwindowname", window)).FirstOrDefault();

    /// <summary>Puts it away, as its user does with the button; again when it was shown anew at that moment, as windows are that are just being opened.</summary>
    public async Task MinimizeAsync(string window)
    {
        string? title = await TitleAsync(window);
        do
        {
            await ToolAsync("windowminimize", "--sync", window);
            await Eventually.HoldsAsync(async () => !await IsVisibleAsync(window, title), TimeSpan.FromSeconds(5)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        while (await IsVisibleAsync(window, title));
    }

    /// <summary>Closes it, as its user does with the keys for it; again when they were lost on the way.</summary>
    public async Task CloseAsync(string window)
    {
        string? title = await TitleAsync(window);
        do
        {
            await ToolAsync("windowactivate", "--sync", window);
            await ToolAsync("key", "--clearmodifiers", "alt+F4");
            await Eventually.HoldsAsync(async () => !await IsVisibleAsync(window, title), TimeSpan.FromSeconds(5)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        while (await IsVisibleAsync(window, title));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // Windows before the server they are on; and the browsers whose program was killed.
        foreach (OurProgram program in Enumerable.Reverse(_programs))
            await program.DisposeAsync();
        foreach (int browser in Browsers())
            EndIfThere(browser);
        await Eventually.HoldsAsync(() => TryDelete(_folder), text: "nobody uses the screen's files any more");
    }

    private async Task<bool> IsVisibleAsync(string window, string? title) => (await WindowsAsync(title ?? "")).Contains(window);

    private IEnumerable<int> Browsers() =>
        System.IO.File.Exists(File("browsers")) ? System.IO.File.ReadLines(File("browsers")).Select(line => int.Parse(line, CultureInfo.InvariantCulture)) : [];

    private void EndIfThere(int browser)
    {
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(browser);
            if (System.IO.File.ReadAllText($"/proc/{browser}/cmdline").Contains(_folder.Path, StringComparison.Ordinal))
                process.Kill(entireProcessTree: true);
        }
        catch (Exception fault) when (fault is ArgumentException or InvalidOperationException or IOException)
        {
            // It has ended.
        }
    }

    private static bool TryDelete(TemporaryFolder folder)
    {
        try
        {
            folder.Dispose();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private async Task<string[]> ToolAsync(params string[] arguments)
    {
        await using OurProgram tool = OurProgram.StartAny(_tool, new Dictionary<string, string?> { ["DISPLAY"] = _number }, arguments);
        await tool.EndAsync(Ct);
        return [.. tool.Output];
    }
}
