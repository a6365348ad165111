using Deque.AxeCore.Commons;
using ImeiAgent.Client.Desktop;
using ImeiAgent.TestKit;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImeiAgent.Desktop.Bench;

/// <summary>A window of the desktop program in a real browser. What the page complains of, or asks of anybody else, fails the test.</summary>
internal sealed class AppWindowPage : IAsyncDisposable
{
    private static readonly string s_axe = new BundledAxeScriptProvider().GetScript();

    // axe-core, asked for what fails only, in the page as it is: Deque's own runner opens another page for each look. Its default rules where no others
    // are named.
    private const string RunAxe = """
        async (only) => {
            const found = await window.axe.run(document, { resultTypes: ["violations"], ...(only.length ? { runOnly: { type: "rule", values: only } } : { rules: { "target-size": { enabled: true } } }) });
            return found.violations
                .filter(fault => fault.impact !== "minor")
                .map(fault => `${fault.id}: ${fault.help}: ${fault.nodes.slice(0, 3).map(node => node.html).join(" | ")}`);
        }
        """;

    private readonly List<string> _complaints = [];
    private readonly List<string> _strangers = [];
    private bool _isForgiving;

    private AppWindowPage(IPage page, DesktopHost host)
    {
        (Page, Host) = (page, host);
        page.Console += (_, message) =>
        {
            if (message.Type == "error" && !_isForgiving)
                _complaints.Add(message.Text);
        };
        page.PageError += (_, error) => _complaints.Add(error);
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(host.Address.ToString(), StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal)
                && !request.Url.StartsWith("blob:", StringComparison.Ordinal))
            {
                _strangers.Add(request.Url);
            }
        };
    }

    public IPage Page { get; }

    public DesktopHost Host { get; }

    /// <summary>Opens the program's first window.</summary>
    public static async Task<AppWindowPage> OpenAsync(DesktopHost host, BrowserNewContextOptions? options = null)
    {
        AppWindowPage window = new(await Chromium.OpenPageAsync(options), host);
        await window.Page.GotoAsync(host.EntryUrl.ToString());
        // A page that is left while it still connects complains.
        await window.ReadyAsync();
        return window;
    }

    /// <summary>Another window of the same program, which shares the browser's profile.</summary>
    public async Task<AppWindowPage> OpenAnotherAsync(string place)
    {
        AppWindowPage window = new(await Page.Context.NewPageAsync(), Host);
        await window.GoAsync(place);
        return window;
    }

    /// <summary>Goes to a page by its address, as from a bookmark.</summary>
    public async Task GoAsync(string place)
    {
        await Page.GotoAsync(new Uri(Host.Address, place).ToString());
        await ReadyAsync();
    }

    /// <summary>Waits until the page has drawn its heading.</summary>
    public Task ReadyAsync() => Expect(Page.Locator("h2")).ToBeVisibleAsync();

    /// <summary>Moves the focus with the keyboard until it is on something.</summary>
    /// <param name="what">A CSS selector.</param>
    /// <param name="key">The other way: Shift+Tab.</param>
    public async Task TabToAsync(string what, string key = "Tab")
    {
        for (int presses = 0; presses < 60; presses++)
        {
            if (await Page.EvaluateAsync<bool>("what => document.activeElement?.matches(what) === true", what))
                return;
            await Page.Keyboard.PressAsync(key);
        }
        Assert.Fail($"The keyboard does not come to {what}.");
    }

    /// <summary>Presses a button or follows a link by the keyboard alone, from where the focus is.</summary>
    /// <param name="what">The one.</param>
    /// <param name="key">What is pressed when the focus is there.</param>
    public async Task PressAsync(ILocator what, string key = "Enter")
    {
        // Out of the way: a menu of MudBlazor that opens where the pointer lies takes that for the use of the mouse, and leaves the focus where it was.
        await Page.Mouse.MoveAsync(0, 0);
        await Expect(what).ToBeEnabledAsync();
        for (int presses = 0; presses < 120; presses++)
        {
            if (await what.EvaluateAsync<bool>("what => document.activeElement === what"))
            {
                await Page.Keyboard.PressAsync(key);
                return;
            }
            await Page.Keyboard.PressAsync("Tab");
        }
        Assert.Fail($"The keyboard does not come to {what}.");
    }

    /// <summary>Lets complaints go that the test provoked, as that a connection was lost.</summary>
    /// <param name="further">Also those that are still to come.</param>
    public void Forgive(bool further = false)
    {
        _complaints.Clear();
        _isForgiving = further;
    }

    /// <summary>
    /// Fails on any moderate, serious or critical fault of accessibility that axe-core finds by the rules that are on in it by default, which are those
    /// of WCAG 2.0 to 2.1 A and AA and its best practices (landmarks, headings), and by the one of WCAG 2.2 AA, target-size.
    /// </summary>
    public Task AccessibleAsync() => AccessibleAsync([]);

    private async Task AccessibleAsync(string[] rules)
    {
        string[] faults = [];
        // Half a megabyte, which a page that was looked at before has already.
        if (!await Page.EvaluateAsync<bool>("() => window.axe !== undefined"))
            await Page.EvaluateAsync($"() => {{ {s_axe} }}");
        // What fades has other colours while it does, and may begin to between the two lines: only what lasts is a fault.
        for (int look = 0; look < 3; look++)
        {
            await Page.EvaluateAsync("() => Promise.all(document.getAnimations().filter(a => a.effect?.getComputedTiming().iterations !== Infinity).map(a => a.finished.catch(() => {})))");
            faults = await Page.EvaluateAsync<string[]>(RunAxe, rules);
            if (faults.Length == 0)
                return;
        }
        Assert.True(faults.Length == 0, $"{Page.Url}: {string.Join('\n', faults)}");
    }

    /// <summary>
    /// Fails where the page has to be scrolled sideways: in a window of 1280x720, in the same at 200 % zoom, which is 640x360 (WCAG 2.2, 1.4.10), and on a
    /// 4K screen.
    /// </summary>
    public async Task FitsAsync()
    {
        foreach ((int width, int height) in ((int, int)[])[(1280, 720), (640, 360), (3840, 2160)])
        {
            // Most windows have the first already, and whatever is drawn anew is drawn without a graphics card.
            if ((Page.ViewportSize?.Width, Page.ViewportSize?.Height) != (width, height))
                await Page.SetViewportSizeAsync(width, height);
            // The menu follows by script.
            await Eventually.HoldsAsync(
                async () => await Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0,
                text: $"{Page.Url} fits {width}x{height}");
        }
        await Page.SetViewportSizeAsync(1280, 720);
    }

    /// <summary>
    /// The same in light colours, and by the rules about colours in dark ones, as the system asks for them, so that a dialogue may be open. Not after a
    /// person chose the colours.
    /// </summary>
    /// <param name="name">Of the pictures to take; null for none.</param>
    public async Task AccessibleInBothThemesAsync(string? name = null)
    {
        foreach ((ColorScheme scheme, string other, string end) in ((ColorScheme, string, string)[])[(ColorScheme.Light, "Dark colours", ""), (ColorScheme.Dark, "Light colours", "-dark")])
        {
            await Page.EmulateMediaAsync(new() { ColorScheme = scheme });
            await Expect(Page.GetByLabel(other)).ToBeAttachedAsync();
            // In other colours only what is about colours can be different.
            await AccessibleAsync(scheme == ColorScheme.Light ? [] : ["color-contrast", "link-in-text-block"]);
            if (name is not null)
                await PictureAsync(name + end);
        }
        await Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        await Expect(Page.GetByLabel("Dark colours")).ToBeAttachedAsync();
    }

    /// <summary>The same with a picture of each, and that it fits.</summary>
    public async Task BothThemesAsync(string name)
    {
        await FitsAsync();
        await AccessibleInBothThemesAsync(name);
    }

    /// <summary>Takes a picture for the docs when IMEIAGENT_PICTURES names a folder.</summary>
    public async Task PictureAsync(string name)
    {
        if (Environment.GetEnvironmentVariable("IMEIAGENT_PICTURES") is not { Length: > 0 } folder)
            return;
        await Page.ScreenshotAsync(new() { Path = Path.Combine(folder, name + ".png"), Animations = ScreenshotAnimations.Disabled });
    }

    public async ValueTask DisposeAsync()
    {
        await Page.CloseAsync();
        Assert.Empty(_strangers);
        Assert.Empty(_complaints);
    }
}
