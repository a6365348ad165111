using ImeiAgent.TestKit;
using Microsoft.Playwright;

namespace ImeiAgent.Desktop.Bench;

/// <summary>
/// A real Chromium of this machine, where it comes so without the parts that draw windows, driven by Playwright; one for all tests, each of which
/// has profiles of its own.
/// </summary>
internal static class Chromium
{
    // On a machine that does much else at the same time.
    private const float Patience = 30_000;

    private static readonly Lazy<Task<IBrowser>> s_browser = new(LaunchAsync);

    /// <summary>The browser; skips the test where there is none.</summary>
    public static Task<IBrowser> StartAsync()
    {
        Requires.HeadlessChromium();
        Requires.Unless(
            Directory.Exists(Path.Combine(AppContext.BaseDirectory, ".playwright", "node")), "the Playwright driver is there for some systems only");
        return s_browser.Value;
    }

    /// <summary>A page with a profile of its own.</summary>
    public static async Task<IPage> OpenPageAsync(BrowserNewContextOptions? options = null)
    {
        IBrowserContext profile = await (await StartAsync()).NewContextAsync(options ?? new() { ReducedMotion = ReducedMotion.Reduce, ViewportSize = new() { Width = 1280, Height = 720 } });
        profile.SetDefaultTimeout(Patience);
        return await profile.NewPageAsync();
    }

    private static async Task<IBrowser> LaunchAsync()
    {
        Assertions.SetDefaultExpectTimeout(Patience);
        IPlaywright playwright = await Playwright.CreateAsync();
        return await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Requires.HeadlessChromium(),
            Headless = true,
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-gpu-compositing", "--in-process-gpu", "--disable-software-rasterizer", "--disable-dev-shm-usage", "--disable-background-networking",
                "--no-first-run",
                // What Playwright switches off of what could matter here, and a process in reserve that is started for each profile.
                "--disable-features=PaintHolding,DestroyProfileOnBrowserClose,AvoidUnnecessaryBeforeUnloadCheckSync,ThirdPartyStoragePartitioning,HttpsUpgrades,OptimizationHints,Translate,SpareRendererForSitePerProcess",
            ],
        });
    }
}
