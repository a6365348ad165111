using System.Text.RegularExpressions;
using System.Threading.Channels;
using ImeiAgent.Client.Desktop;
using ImeiAgent.Desktop.Bench;
using ImeiAgent.TestKit;
using ImeiAgent.Unit.Client;
using ImeiAgent.V1;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImeiAgent.Desktop;

// A window whose connection to its own program breaks, and one whose program ends.
public partial class WindowLostTests
{
    [Fact]
    public async Task A_window_that_lost_its_program_says_so_goes_on_by_itself_and_says_when_the_program_has_ended()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        ChannelWriter<WatchDevicesResponse> news = ScriptedDesktop.NewsOf(agent);
        DesktopHost host = await ScriptedDesktop.StartAsync(agent);
        await using AppWindowPage window = await AppWindowPage.OpenAsync(host);
        IPage page = window.Page;
        bool isCut = false;
        (IWebSocketRoute Window, IWebSocketRoute Program)? line = null;
        await page.RouteWebSocketAsync(Live(), socket => line = (socket, socket.ConnectToServer()));
        await page.RouteAsync("**/_blazor/negotiate*", route => isCut ? route.AbortAsync() : route.ContinueAsync());
        await page.ReloadAsync();
        await Expect(page.GetByText("No phone is attached")).ToBeVisibleAsync();
        await page.EvaluateAsync("window.notReloaded = true");
        ILocator lost = page.Locator("#components-reconnect-modal");
        await Expect(lost).ToBeHiddenAsync();

        window.Forgive(further: true); // It complains of every attempt.
        isCut = true;
        await line!.Value.Program.CloseAsync();
        await line.Value.Window.CloseAsync();
        await Expect(lost).ToBeVisibleAsync();
        await Expect(lost.GetByText("This window lost its program and looks for it.")).ToBeVisibleAsync();
        await Expect(lost.GetByText("imei-desktop cannot be reached; it has probably ended.")).ToBeHiddenAsync();
        await window.AccessibleAsync();
        // What the agent tells meanwhile is not lost.
        news.TryWrite(new WatchDevicesResponse { Device = Samples.Phone() });

        isCut = false;
        await TryNowUntilAsync(page, () => lost.IsHiddenAsync());
        ILocator card = page.Locator($"[data-device='{Samples.PhoneName}']");
        await Expect(card).ToContainTextAsync("ready");
        Device unplugged = Samples.Phone();
        unplugged.State = DeviceState.Disconnected;
        news.TryWrite(new WatchDevicesResponse { Device = unplugged });
        await Expect(card).ToContainTextAsync("unplugged");
        Assert.True(await page.EvaluateAsync<bool>("window.notReloaded === true"));

        // A program that knows the page no more: nothing is there to go on with.
        await page.EvaluateAsync("document.querySelector('#components-reconnect-modal').dispatchEvent(new CustomEvent('components-reconnect-state-changed', { detail: { state: 'rejected' } }))");
        await page.WaitForFunctionAsync("window.notReloaded === undefined");
        await Expect(card).ToContainTextAsync("unplugged");

        // One that did not answer for so long that the window gave it up, but lives.
        ILocator over = lost.GetByText("imei-desktop cannot be reached; it has probably ended. What was asked of the agent goes on there.");
        isCut = true;
        await line.Value.Program.CloseAsync();
        await line.Value.Window.CloseAsync();
        await Expect(over).ToBeVisibleAsync();
        await Expect(lost.GetByText("This window lost its program and looks for it.")).ToBeHiddenAsync();
        await window.AccessibleAsync();
        isCut = false;
        await lost.GetByRole(AriaRole.Button, new() { Name = "Look for it once more" }).ClickAsync();
        await Expect(card).ToContainTextAsync("unplugged");
        await Expect(lost).ToBeHiddenAsync();

        await host.DisposeAsync();
        await Expect(lost.GetByText("This window lost its program and looks for it.")).ToBeVisibleAsync();
        await Expect(over).ToBeVisibleAsync();
    }

    // It tries at once when somebody looks at it again, else every second.
    private static async Task TryNowUntilAsync(IPage page, Func<Task<bool>> isSo) => await Eventually.HoldsAsync(async () =>
    {
        await page.EvaluateAsync("document.dispatchEvent(new Event('visibilitychange'))");
        return await isSo();
    });

    [GeneratedRegex(@"/_blazor\?")]
    private static partial Regex Live();
}
