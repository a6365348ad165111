using ImeiAgent.Desktop.Bench;
using ImeiAgent.V1;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImeiAgent.Desktop;

// What is around every page: agents, pairing, the role.
public sealed class ShellTests() : DesktopBench(always: true)
{
    [Fact]
    public async Task First_run_pairs_with_the_pasted_line_and_shows_the_phones_of_that_agent()
    {
        await PlugAsync("port-1");
        await StartAgentAsync();
        string line = await InviteAsync("bench-3", Role.Technician);
        AppWindowPage window = await OpenFirstRunAsync();

        await Expect(window.Page.GetByText("Nothing was heard of this agent yet.")).ToBeVisibleAsync();
        await window.Page.Locator(".lost-banner").GetByRole(AriaRole.Link, new() { Name = "Pair with an agent" }).ClickAsync();
        ILocator pair = window.Page.GetByRole(AriaRole.Button, new() { Name = "Pair", Exact = true }), missing = window.Page.Locator("#why-not-pair");
        await Expect(pair).ToBeDisabledAsync();
        await Expect(pair).ToHaveAccessibleDescriptionAsync("Still missing: the pairing line and a name.");
        await window.Page.Locator("#pair-line").FillAsync(line[..40] + "\n  " + line[40..]);
        await Expect(missing).ToHaveTextAsync("Still missing: a name.");
        await window.Page.Locator("#pair-name").FillAsync("  ");
        await Expect(missing).ToHaveTextAsync("Still missing: a name.");
        await Expect(pair).ToBeDisabledAsync();
        await window.Page.Locator("#pair-name").FillAsync("shop");
        await Expect(missing).ToBeEmptyAsync();
        await window.BothThemesAsync("pair");
        await pair.ClickAsync();

        await Expect(window.Page).ToHaveURLAsync(new Uri(window.Host.Address, "/at/shop/phones").ToString());
        await Expect(window.Page.Locator("[data-device]")).ToContainTextAsync("SM-G991U");
        await Expect(window.Page.Locator(".caller")).ToHaveTextAsync("bench-3, technician");
        await window.AccessibleAsync();

        await window.GoAsync("/at/shop/phnoes");
        await Expect(window.Page.Locator("h2")).ToHaveTextAsync("There is no such page");
        await window.BothThemesAsync("no-such-page");
        window.Forgive(); // Chromium complains of the 404.
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "To the phones" }).ClickAsync();
        await Expect(window.Page.Locator("h2")).ToHaveTextAsync("Phones");
    }

    private async Task<AppWindowPage> OpenFirstRunAsync() => await AppWindowPage.OpenAsync(await StartDesktopAsync("new", "local"));
}
