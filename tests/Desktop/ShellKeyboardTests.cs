using ImeiAgent.Client.Desktop;
using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.Desktop.Bench;
using ImeiAgent.Unit.Client;
using ImeiAgent.V1;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImeiAgent.Desktop;

// Around the pages without a mouse: where the focus goes.
public class ShellKeyboardTests
{
    [Fact]
    public async Task The_focus_goes_past_the_menu_to_the_page_that_was_chosen_into_a_dialogue_and_back()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnListLeases = () => new ListLeasesResponse();
        agent.OnListJobs = _ => new ListJobsResponse();
        agent.OnListSnapshots = _ => new ListSnapshotsResponse();
        agent.OnListJournal = _ => new ListJournalResponse();
        agent.OnListAudit = _ => new ListAuditResponse();
        await using DesktopHost host = await ScriptedDesktop.StartAsync(agent);
        await using AppWindowPage window = await AppWindowPage.OpenAsync(host);
        IPage page = window.Page;

        await Expect(page.Locator("h2")).ToBeFocusedAsync();
        await window.TabToAsync(".skip-link", "Shift+Tab");
        await Expect(page.Locator(".skip-link")).ToBeInViewportAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#content")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Tab");
        Assert.True(await page.EvaluateAsync<bool>("document.querySelector('#content').contains(document.activeElement)"), "It does not go on behind the menu.");

        await window.TabToAsync($"[href='{Places.Leases("local")}']", "Shift+Tab");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("h2")).ToHaveTextAsync("Leases");
        await Expect(page.Locator("h2")).ToBeFocusedAsync();

        await window.GoAsync(Places.Phone("local", Samples.PhoneName));
        await Expect(page.Locator("h2")).ToBeFocusedAsync();
        await window.TabToAsync(".phone-holder button");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("Take");
        await Expect(page.Locator("#dialog-reason")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Take this phone" })).ToBeFocusedAsync();
        Assert.Empty(agent.RequestsOf<AcquireLeaseRequest>());
    }
}
