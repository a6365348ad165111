using System.Globalization;
using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.Desktop.Bench;
using ImeiAgent.Desktop.Restore;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Microsoft.Playwright;
using Xunit;

namespace ImeiAgent.Desktop.Start;

// A window that is closed while the restore that it sent has no outcome yet.
public sealed class ClosedTooEarlyTests : RestoreBench
{
    [Fact]
    public async Task The_program_waits_and_whoever_starts_it_again_gets_a_window_of_it()
    {
        // The phone restarts, and is not seen again before its cable is touched.
        PhoneProcess phone = await PlugAsync("port-1", quirks: "reset-delay=600s");
        await StartAgentAsync();
        await using Screen screen = await Screen.StartAsync("--remote-debugging-port=0");
        screen.Environment["IMEI_AGENT"] = Endpoint;
        OurProgram desktop = screen.StartDesktop();
        string first = (await screen.WindowsAsync("ImeiAgent", 1))[0];
        IBrowser browser = await ConnectAsync(screen);
        IPage page = browser.Contexts[0].Pages[0];
        await page.GotoAsync(new Uri(new Uri(page.Url), Places.Restore("local", (await DeviceAsync("port-1")).Name)).ToString());
        await SendAsync(page);
        await Assertions.Expect(page.Locator("[data-phase='Reset']")).ToHaveAttributeAsync("data-done", "true");
        await browser.CloseAsync();

        await screen.CloseAsync(first);
        await Eventually.HoldsAsync(() => desktop.Errors.Any(line => line.Contains("This program ends when its outcome is known", StringComparison.Ordinal)));
        Assert.Empty(await screen.WindowsAsync("ImeiAgent"));

        OurProgram again = screen.StartDesktop();
        Assert.Equal(0, await again.EndAsync(Ct));
        Assert.Equal("imei-desktop runs already: it opened a further window.", Assert.Single(again.Output));
        string second = (await screen.WindowsAsync("ImeiAgent", 1))[0];

        // Settled or not: a window is open, so the program goes on.
        await phone.PlugAsync();
        await Eventually.HoldsAsync(async () => (await JournalAsync())[0].State == JournalState.Closed, 2 * Eventually.Deadline);
        Assert.False(desktop.HasEnded);
        await screen.CloseAsync(second);
        Assert.Equal(0, await desktop.EndAsync(Ct));
        Assert.Equal(LabelHex, phone.Holds(1));
    }

    // To the window's own browser, which the screen has listen to tests.
    private static async Task<IBrowser> ConnectAsync(Screen screen)
    {
        await Chromium.StartAsync(); // Skips where Playwright is missing.
        int port = 0;
        await Eventually.HoldsAsync(() => (port = Directory.EnumerateFiles(screen.Temporary, "DevToolsActivePort", SearchOption.AllDirectories)
            .SelectMany(System.IO.File.ReadLines).Select(line => int.TryParse(line, CultureInfo.InvariantCulture, out int number) ? number : 0).FirstOrDefault()) > 0);
        IPlaywright playwright = await Playwright.CreateAsync();
        return await playwright.Chromium.ConnectOverCDPAsync(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
    }
}
