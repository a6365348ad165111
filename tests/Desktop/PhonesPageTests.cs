using System.Threading.Channels;
using ImeiAgent.Client.Desktop;
using ImeiAgent.Desktop.Bench;
using ImeiAgent.Unit.Client;
using ImeiAgent.V1;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImeiAgent.Desktop;

// The page in a real browser.
public class PhonesPageTests
{
    [Fact]
    public async Task A_phone_appears_without_a_reload_and_a_lost_agent_is_told_and_heals()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        ChannelWriter<WatchDevicesResponse> news = ScriptedDesktop.NewsOf(agent);
        await using DesktopHost host = await ScriptedDesktop.StartAsync(agent);
        await using AppWindowPage window = await AppWindowPage.OpenAsync(host);
        IPage page = window.Page;
        await Expect(page.GetByText("No phone is attached")).ToBeVisibleAsync();
        await Expect(page.Locator(".no-phones li")).ToContainTextAsync(["Samsung: dial *#0808# (older models: *#7284#", "Xiaomi: dial *#*#717717#*#* until", "OnePlus: dial *#801# and", "setprop sys.usb.config diag,adb in a root shell"]);
        await window.AccessibleAsync();
        Assert.Equal(new Uri(host.Address, "/at/local/phones").ToString(), page.Url);
        await page.EvaluateAsync("window.notReloaded = true");

        Device phone = Samples.Phone();
        phone.Lease = new Lease { FencingToken = 7, Holder = "bench-3", Station = "192.0.2.7", Purpose = "ticket 4711" };
        news.TryWrite(new WatchDevicesResponse { Device = phone });
        ILocator card = page.Locator($"[data-device='{Samples.PhoneName}']");
        await Expect(card).ToContainTextAsync("SM-G991U");
        await Expect(card).ToContainTextAsync("MPSS.HI.4.0-01234");
        await Expect(card).ToContainTextAsync("ready");
        await Expect(card.Locator("[data-slot='1']")).ToContainTextAsync("lost (blank)");
        await Expect(card.Locator("[data-slot='2']")).ToContainTextAsync("ok");
        await Expect(card.Locator("[data-lease='7']")).ToHaveTextAsync("Held by bench-3 (192.0.2.7): ticket 4711");

        await agent.StopAsync();
        await Expect(page.GetByText("Connection to the agent lost.")).ToBeVisibleAsync();
        await Expect(card).ToContainTextAsync("SM-G991U");
        await window.AccessibleAsync();
        news.TryWrite(new WatchDevicesResponse { Barrier = new WatchBarrier() });
        await agent.ListenAsync();
        await Expect(page.GetByText("Connection to the agent lost.")).ToBeHiddenAsync();

        Assert.True(await page.EvaluateAsync<bool>("window.notReloaded === true"));
        Assert.Empty(agent.RequestsOf<ListDevicesRequest>());
    }
}
