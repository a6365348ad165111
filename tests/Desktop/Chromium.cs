using Microsoft.Playwright;
using Xunit;

namespace ImeiAgent.Desktop;

/// <summary>A real Chromium of this machine, driven by Playwright.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private static readonly string[] Programs = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private Chromium(IPlaywright playwright, IBrowser browser)
    {
        _playwright = playwright;
        _browser = browser;
    }

    public static async Task<Chromium> StartAsync()
    {
        string? program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .SelectMany(folder => Programs.Select(name => Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists);
        bool mustExist = Environment.GetEnvironmentVariable("CI") == "true";
        if (mustExist)
            Assert.True(program is not null, "CI needs Chromium.");
        Assert.SkipUnless(program is not null, "Needs Chromium or Chrome on the PATH.");
        Assert.SkipUnless(mustExist || Directory.Exists(Path.Combine(AppContext.BaseDirectory, ".playwright", "node")),
            "Needs the Playwright driver, which its package brings for some systems only.");

        IPlaywright playwright = await Playwright.CreateAsync();
        IBrowser browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = program,
            Headless = true,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--no-first-run"],
        });
        return new Chromium(playwright, browser);
    }

    // In a session of its own, where further pages can be opened.
    public async Task<IPage> OpenPageAsync() => await (await _browser.NewContextAsync()).NewPageAsync();

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
