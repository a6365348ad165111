using ImeiAgent.Client.Contexts;
using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.Desktop.Bench;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImeiAgent.Desktop.Operations;

// One program, two agents, a window for each.
public sealed class TwoAgentsTests : DesktopBench
{
    [Fact]
    public async Task Two_windows_show_an_agent_each_and_one_that_is_killed_takes_nothing_from_the_other()
    {
        await using DesktopBench town = new();
        await PlugAsync("port-1", "galaxy");
        await StartAgentAsync();
        PhoneProcess other = await town.PlugAsync("port-1", "galaxy-single-sim", seed: 2);
        await town.StartAgentAsync(toBeKilled: true);
        await PairAsync("bench-3", Role.Technician);
        await Pairing.PairAsync(ContextsOf("bench-3"), "town", PairingLine.Parse(await town.InviteAsync("visitor", Role.Viewer)), TimeProvider.System, Ct);
        string here = (await DeviceAsync("port-1")).Name, there = (await town.DeviceAsync("port-1")).Name;

        AppWindowPage shop = await OpenAsync("bench-3");
        await shop.GoAsync(Places.Phone("shop", here));
        await using AppWindowPage second = await shop.OpenAnotherAsync(Places.Phone("town", there));
        await Expect(shop.Page.Locator(".caller")).ToHaveTextAsync("bench-3, technician");
        await Expect(second.Page.Locator(".caller")).ToHaveTextAsync("visitor, viewer");
        await Expect(shop.Page.Locator("h2")).ToHaveTextAsync("SM-G991U");
        await Expect(second.Page.Locator("h2")).ToHaveTextAsync("SM-G981U");
        await Expect(shop.Page.Locator("[data-act='restore']")).ToBeVisibleAsync();
        await Expect(second.Page.Locator("[data-act]")).ToHaveCountAsync(0);

        await town.KillAgentAsync();
        await Expect(second.Page.Locator(".lost-banner")).ToBeVisibleAsync();
        await Expect(second.Page.Locator("h2")).ToHaveTextAsync("SM-G981U");
        await shop.Page.GetByRole(AriaRole.Button, new() { Name = "Take this phone" }).ClickAsync();
        await shop.Page.Locator("#dialog-reason").FillAsync("ticket 4711");
        await shop.Page.GetByRole(AriaRole.Button, new() { Name = "Take", Exact = true }).ClickAsync();
        await Expect(shop.Page.Locator(".phone-holder")).ToContainTextAsync("Held by you: ticket 4711");
        await Expect(shop.Page.Locator(".lost-banner")).ToHaveCountAsync(0);
        await second.GoAsync(Places.Agent("town"));
        await Expect(second.Page.Locator("[data-fact='connection']")).ToContainTextAsync("lost");
        await town.StartAgentAsync();
        await Expect(second.Page.Locator("[data-fact='connection']")).ToContainTextAsync("connected");

        // From one agent to the other and to all of them, without a mouse.
        await ChooseAsync(second, "town", Places.Phones("shop"));
        await Expect(second.Page).ToHaveURLAsync(new Uri(second.Host.Address, Places.Phones("shop")).ToString());
        await Expect(second.Page.Locator(".caller")).ToHaveTextAsync("bench-3, technician");
        await ChooseAsync(second, "shop", Places.AllPhones);
        await Expect(second.Page).ToHaveURLAsync(new Uri(second.Host.Address, Places.AllPhones).ToString());
        await Expect(second.Page.Locator($"[data-device='{here}']")).ToContainTextAsync("Agent: shop");
        await Expect(second.Page.Locator($"[data-device='{there}']")).ToContainTextAsync("Agent: town");
        Assert.True(other.IsOn);
    }

    [Fact]
    public async Task The_agents_own_page_says_how_it_is()
    {
        await PlugAsync("port-1");
        await PlugAsync("port-2", "exynos");
        await StartAgentAsync();
        AppWindowPage window = await OpenAsync("bench-3");
        IPage page = window.Page;
        await window.GoAsync(Places.Agent("shop"));
        GetAgentInfoResponse agent = await Owner.GetAgentInfoAsync(Ct);

        await Expect(Fact(page, "connection")).ToContainTextAsync("connected");
        await Expect(Fact(page, "version")).ToHaveTextAsync(agent.Version);
        await Expect(Fact(page, "own-version")).ToHaveTextAsync(agent.Version); // Built together.
        await Expect(Fact(page, "caller")).ToHaveTextAsync("bench-3, technician");
        await Expect(Fact(page, "fingerprint")).ToHaveTextAsync(agent.CaFingerprint);
        await Expect(Fact(page, "phones")).ToContainTextAsync("1 ready");
        await Expect(Fact(page, "phones")).ToContainTextAsync("1 not a DIAG port");
        await Expect(Fact(page, "certificate")).ToContainTextAsync(
            TimeZoneInfo.ConvertTime(ContextsOf("bench-3").Read().Contexts[0].NotAfter, TimeZoneInfo.Local).ToString("yyyy-MM-dd HH:mm", System.Globalization.CultureInfo.InvariantCulture));
        await Expect(Fact(page, "open")).ToHaveTextAsync("no restore open");
        await window.BothThemesAsync("agent");
    }

    private static async Task ChooseAsync(AppWindowPage window, string from, string place)
    {
        await window.Page.Locator($"[aria-label='Agent: {from}. Show another.']").PressAsync("Enter");
        // The menu puts the focus on its first item itself, a moment after it opens.
        await Expect(window.Page.Locator("[role='menuitem']").First).ToBeFocusedAsync();
        await window.Page.Locator($"[role='menuitem'][href='{place}']").PressAsync("Enter");
    }

    private static ILocator Fact(IPage page, string name) => page.Locator($"[data-fact='{name}']");
}
