using ImeiAgent.Client;
using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.Desktop.Bench;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImeiAgent.Desktop;

// One phone, from every side.
public sealed class PhonePageTests : DesktopBench
{
    private const string Masked = "35693803*****09";

    [Fact]
    public async Task A_lost_number_calls_for_a_restore_and_what_happens_to_the_phone_comes_to_its_timeline_by_itself()
    {
        PhoneProcess phone = await PlugAsync("port-1", quirks: "read-only=550");
        await StartAgentAsync();
        string device = (await DeviceAsync("port-1")).Name;
        AppWindowPage window = await OpenAsync();
        IPage page = window.Page;
        await window.GoAsync(Places.Phone("local", device));
        await Expect(page.Locator(".facts")).ToContainTextAsync("G991USQU5CVF1");
        await Expect(page.Locator(".facts dt:text-is('ESN') + dd")).ToHaveTextAsync("802F9124");
        await Expect(page.Locator(".facts dt:text-is('MEID') + dd")).ToHaveTextAsync("990053AEB39E81");
        await Expect(page.Locator("[data-slot='1']")).ToContainTextAsync("lost (blank)");
        await Expect(page.Locator(".call-for-restore")).ToContainTextAsync("SIM 1, SIM 2: the IMEI is lost");
        await Expect(page.Locator("[data-act='restore']")).ToHaveAttributeAsync("href", Places.Restore("local", device));
        await Expect(page.GetByText("Nothing happened to this phone yet.")).ToBeVisibleAsync();

        Job job = await Owner.BackUpAsync(device);
        await Expect(Row(page, "job", job.Name)).ToContainTextAsync("done");
        await Expect(Row(page, "snapshot", job.Summary.Snapshot)).ToContainTextAsync("1,001 items");
        Assert.Equal(ErrorReason.ItemReadOnly, (await Assert.ThrowsAsync<AgentException>(() => Owner.RestoreAsync(device, Label))).Code);
        await Expect(Row(page, "restore", "journal/1")).ToContainTextAsync("refused");
        await phone.QuirkAsync("");
        Assert.Equal(WriteOutcome.Applied, (await Owner.RestoreAsync(device, Label)).Outcome);
        await Expect(Row(page, "restore", "journal/2")).ToContainTextAsync("restored");
        await Expect(page.Locator("[data-slot='1']")).ToContainTextAsync("ok");
        await Expect(page.Locator("[data-kind='audit']").Filter(new() { HasText = "restore-imei" })).ToHaveCountAsync(2);

        // The newest first, whatever its kind.
        string[] kinds = (await page.Locator("tr[data-kind]").EvaluateAllAsync<string[]>("rows => rows.map(row => row.dataset.kind + ' ' + row.dataset.name)"))
            .Where(row => !row.StartsWith("audit", StringComparison.Ordinal)).ToArray();
        Assert.Equal(("restore journal/2", $"job {job.Name}"), (kinds.First(row => row.StartsWith("restore", StringComparison.Ordinal)), kinds[^1]));
        await Expect(Row(page, "restore", "journal/2").GetByRole(AriaRole.Link)).ToHaveAttributeAsync("href", Places.JournalEntry("local", "journal/2"));
        await Expect(Row(page, "job", job.Name).GetByRole(AriaRole.Link)).ToHaveAttributeAsync("href", Places.Job("local", job.Name));
        await window.BothThemesAsync("phone");
    }

    [Fact]
    public async Task Numbers_are_masked_until_a_person_asks_and_again_when_the_page_was_left()
    {
        PhoneProcess phone = await PlugAsync("port-1", "galaxy");
        await StartAgentAsync();
        string device = (await DeviceAsync("port-1")).Name;
        AppWindowPage window = await OpenAsync("bench-3", Role.Reader);
        IPage page = window.Page;
        await window.GoAsync(Places.Phone("shop", device));
        ILocator number = page.Locator("[data-slot='1'] .imei");
        await Expect(number).ToHaveTextAsync(Masked);

        await page.GetByRole(AriaRole.Button, new() { Name = "Show numbers" }).ClickAsync();
        await Expect(number).ToHaveTextAsync(Label);
        await Expect(page.Locator("[data-slot='2'] .imei")).ToHaveTextAsync(Label2);
        Assert.DoesNotContain(Label, page.Url + await page.TitleAsync(), StringComparison.Ordinal);
        await page.GetByRole(AriaRole.Button, new() { Name = "Hide numbers" }).ClickAsync();
        await Expect(number).ToHaveTextAsync(Masked);

        await page.GetByRole(AriaRole.Button, new() { Name = "Show numbers" }).ClickAsync();
        await Expect(number).ToHaveTextAsync(Label);
        await page.GetByRole(AriaRole.Link, new() { Name = "Phones", Exact = true }).ClickAsync();
        await Expect(page.Locator("[data-device]")).ToBeVisibleAsync();
        await page.GoBackAsync();
        await Expect(number).ToHaveTextAsync(Masked);
        // A reader restores nothing and takes nothing.
        await Expect(page.Locator("[data-act='backup']")).ToBeVisibleAsync();
        await Expect(page.Locator("[data-act='restore']")).ToHaveCountAsync(0);
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Take this phone" })).ToHaveCountAsync(0);

        // What the phone holds now is known when it was asked again.
        await phone.PutAsync(1, 550, "000000000000000000");
        await Expect(page.Locator("[data-slot='1']")).ToContainTextAsync("ok");
        await page.Locator("[data-act='identify']").ClickAsync();
        await Expect(page.Locator("[data-slot='1']")).ToContainTextAsync("lost (blank)");
        await Expect(number).ToBeEmptyAsync();
        await Expect(page.Locator("[data-slot='2']")).ToContainTextAsync("ok");
    }

    [Fact]
    public async Task A_phone_that_is_no_Qualcomm_phone_says_so_and_offers_nothing_that_cannot_be_done()
    {
        await PlugAsync("port-1", "exynos");
        await StartAgentAsync();
        Device device = await DeviceAsync("port-1");
        AppWindowPage window = await OpenAsync();
        IPage page = window.Page;
        await page.Locator("[data-device]").GetByRole(AriaRole.Link).ClickAsync();
        await window.ReadyAsync();

        Assert.EndsWith(Places.Phone("local", device.Name), page.Url, StringComparison.Ordinal);
        await Expect(page.Locator("[data-notice='not-ready']")).ToContainTextAsync("This port is no Qualcomm diagnostic port.");
        await Expect(page.Locator("[data-notice='not-ready']")).ToContainTextAsync("Exynos");
        foreach (string act in (string[])["restore", "backup", "items", "identify"])
            await Expect(page.Locator($"[data-act='{act}']")).ToBeDisabledAsync();
        await Expect(page.GetByText("Not now: the phone is not ready.")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Take this phone" })).ToHaveCountAsync(0);
        await window.BothThemesAsync("phone-exynos");
    }

    [Fact]
    public async Task A_phone_that_leaves_is_shown_as_it_was_and_comes_back_and_its_page_outlives_it()
    {
        PhoneProcess phone = await PlugAsync("port-1", "galaxy");
        await StartAgentAsync(toBeKilled: true);
        string device = (await DeviceAsync("port-1")).Name;
        AppWindowPage window = await OpenAsync();
        IPage page = window.Page;
        await window.GoAsync(Places.Phone("local", device));
        await Expect(page.Locator("[data-act='identify']")).ToBeEnabledAsync();
        await Owner.BackUpAsync(device);

        await phone.UnplugAsync();
        await Expect(page.Locator("[data-notice='unplugged']")).ToContainTextAsync("what it was when it was last seen");
        await Expect(page.Locator("[data-slot='1'] .imei")).ToHaveTextAsync(Masked);
        await Expect(page.Locator("[data-act='identify']")).ToBeDisabledAsync();
        await Expect(page.GetByText("Not now: the phone is unplugged.")).ToBeVisibleAsync();
        await window.AccessibleAsync();
        await phone.PlugAsync();
        await Expect(page.Locator("[data-notice='unplugged']")).ToHaveCountAsync(0);
        await Expect(page.Locator("[data-act='identify']")).ToBeEnabledAsync();

        // An agent that never saw it still has what was kept of it.
        await KillAgentAsync();
        await phone.KillAsync(Ct);
        await StartAgentAsync();
        await window.GoAsync(Places.Phone("local", device));
        await Expect(page.Locator("[data-notice='gone']")).ToContainTextAsync("not attached");
        await Expect(page.Locator("h2")).ToHaveTextAsync("SM-G991U");
        await Expect(page.Locator("[data-slot='1'] .imei")).ToHaveTextAsync(Masked);
        await Expect(page.Locator("[data-kind='snapshot']")).ToHaveCountAsync(1);
        await window.AccessibleAsync();
        await window.GoAsync(Places.Phone("local", "devices/nobody"));
        await Expect(page.GetByText("No phone of that name was seen here.")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Who_holds_the_phone_is_told_and_nobody_else_is_offered_the_restore()
    {
        await PlugAsync("port-1");
        await StartAgentAsync();
        string device = (await DeviceAsync("port-1")).Name;
        AppWindowPage mine = await OpenAsync();
        AppWindowPage theirs = await OpenAsync("bench-3");
        await mine.GoAsync(Places.Phone("local", device));
        await theirs.GoAsync(Places.Phone("shop", device));

        await mine.Page.GetByRole(AriaRole.Button, new() { Name = "Take this phone" }).ClickAsync();
        await mine.Page.Locator("#dialog-reason").FillAsync("ticket 4711");
        await mine.AccessibleInBothThemesAsync();
        await mine.Page.GetByRole(AriaRole.Button, new() { Name = "Take", Exact = true }).ClickAsync();

        await Expect(mine.Page.Locator(".phone-holder")).ToContainTextAsync("Held by you: ticket 4711");
        await Expect(mine.Page.Locator("[data-act='restore']")).ToBeEnabledAsync();
        await Expect(theirs.Page.Locator(".phone-holder")).ToContainTextAsync($"Held by local:{Environment.UserName}: ticket 4711");
        await Expect(theirs.Page.Locator("[data-act='restore']")).ToBeDisabledAsync();
        await Expect(theirs.Page.Locator("#why-not-restore")).ToContainTextAsync("holds the phone for: ticket 4711");
        // Reading needs no lease.
        await Expect(theirs.Page.Locator("[data-act='backup']")).ToBeEnabledAsync();
        await theirs.AccessibleAsync();

        // It is kept by the program, not by the page.
        await mine.Page.ReloadAsync();
        await mine.Page.GetByRole(AriaRole.Button, new() { Name = "Give back" }).ClickAsync();
        await Expect(theirs.Page.Locator(".phone-holder")).ToContainTextAsync("Nobody holds this phone.");
        await Expect(theirs.Page.Locator("[data-act='restore']")).ToBeEnabledAsync();
    }

    private static ILocator Row(IPage page, string kind, string name) => page.Locator($"tr[data-kind='{kind}'][data-name='{name}']");
}
