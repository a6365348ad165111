using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.Desktop.Bench;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImeiAgent.Desktop.Restore;

/// <summary>Phones and roles that refuse: the wizard says what it means and what to do, and never that something is there that is not.</summary>
public sealed class RestoreRefusedTests : RestoreBench
{
    [Fact]
    public async Task A_phone_whose_maker_protects_the_number_is_left_alone()
    {
        PhoneProcess phone = await PlugAsync("port-1", "galaxy-write-protected");
        await StartAgentAsync();
        AppWindowPage window = await OpenAsync("bench-3");
        IPage page = await WizardAsync(window);
        await SendAsync(page);

        ILocator receipt = await ReceiptAsync(page, WriteOutcome.Refused);
        await Expect(receipt.Locator("[data-holds='1']")).ToHaveTextAsync("SIM 1 holds what it held before: lost (blank).");
        ILocator alert = page.Locator("[data-reason='ITEM_READ_ONLY']");
        await Expect(alert).ToContainTextAsync("NV_READONLY");
        await Expect(alert.Locator("[data-meaning]")).ToContainTextAsync("The maker protects the number against writing.");
        await Expect(alert.Locator("[data-remedy]")).ToContainTextAsync("authorised service");
        await Expect(Button(page, "ask-anew")).ToHaveCountAsync(0);
        await window.AccessibleAsync();
        await window.PictureAsync("restore-6-refused");
        Assert.Equal(Zeros, phone.Holds(1));
    }

    [Fact]
    public async Task A_locked_phone_is_asked_for_without_a_code_first_and_the_code_is_asked_for_only_then()
    {
        PhoneProcess phone = await PlugAsync("port-1", "galaxy-spc-locked");
        await StartAgentAsync();
        AppWindowPage window = await OpenAsync("bench-3");
        IPage page = await WizardAsync(window);
        await OnlySim1Async(page);
        await TypeAsync(page);
        await PressAsync(page, "next");
        await StateAsync(page, "Planned");
        await Expect(page.Locator("#restore-spc")).ToHaveCountAsync(0);
        await ConfirmAsync(page);
        await ReceiptAsync(page, WriteOutcome.Refused);
        await Expect(page.Locator("[data-reason='SPC_REQUIRED'] [data-remedy]")).ToContainTextAsync("It is not guessed here");

        await PressAsync(page, "ask-anew");
        await StateAsync(page, "Planned");
        ILocator code = page.Locator("#restore-spc");
        await Expect(code).ToHaveAttributeAsync("type", "password");
        await Expect(code).ToHaveAttributeAsync("autocomplete", "off");
        await page.Locator("#confirm-1").FillAsync("3809");
        await Expect(Button(page, "write")).ToBeDisabledAsync();
        await code.FillAsync("613908");
        await window.AccessibleAsync();
        await PressAsync(page, "write");

        await ReceiptAsync(page, WriteOutcome.Applied);
        Assert.Equal(LabelHex, phone.Holds(1));
        Assert.DoesNotContain("613908", await page.ContentAsync(), StringComparison.Ordinal);
        // Another restore of the phone asks for it anew: it is kept nowhere.
        await PressAsync(page, "new");
        await StateAsync(page, "Drafting");
        Assert.DoesNotContain("613908", await page.ContentAsync(), StringComparison.Ordinal);
        Assert.Equal([WriteOutcome.Applied, WriteOutcome.Refused], (await JournalAsync()).Select(row => row.Receipt.Outcome));
    }

    [Fact]
    public async Task A_value_that_is_gone_after_the_restart_is_not_called_restored()
    {
        PhoneProcess phone = await PlugAsync("port-1", quirks: "revert=550");
        await StartAgentAsync();
        IPage page = await WizardAsync(await OpenAsync("bench-3"));
        await SendAsync(page);

        ILocator receipt = await ReceiptAsync(page, WriteOutcome.AppliedNotInEffect);
        await Expect(receipt.Locator(".outcome")).ToContainTextAsync("NOT IN EFFECT");
        await Expect(receipt.Locator("[data-holds='1']")).ToHaveTextAsync("SIM 1 holds what it held before: lost (blank).");
        await Expect(page.Locator("[data-reason='WRITE_NOT_IN_EFFECT'] [data-remedy]")).ToContainTextAsync("Do not try again.");
        Assert.Equal(Zeros, phone.Holds(1));
    }

    [Theory]
    [InlineData(Role.Viewer)]
    [InlineData(Role.Reader)]
    public async Task Who_may_not_restore_is_told_so_also_by_its_address(Role role)
    {
        await PlugAsync("port-1");
        await StartAgentAsync();
        AppWindowPage window = await OpenAsync("desk-2", role);
        IPage page = await WizardAsync(window);

        await Expect(page.Locator("[data-needs='technician']")).ToBeVisibleAsync();
        await Expect(page.Locator(".wizard")).ToHaveCountAsync(0);
        await Expect(page.Locator("[data-action]")).ToHaveCountAsync(0);
        await window.AccessibleAsync();
    }

    [Fact]
    public async Task A_phone_that_is_away_is_waited_for()
    {
        PhoneProcess phone = await PlugAsync("port-1");
        await StartAgentAsync();
        AppWindowPage window = await OpenAsync("bench-3");
        IPage page = await WizardAsync(window);
        await Expect(page.Locator(".slot-holds")).ToHaveCountAsync(2);

        await phone.UnplugAsync();
        await Expect(page.Locator("[data-not-ready]")).ToBeVisibleAsync();
        await window.AccessibleAsync();
        await phone.PlugAsync();

        await Expect(page.Locator("[data-not-ready]")).ToHaveCountAsync(0);
        await window.GoAsync(Places.Restore(Shop, "nobody"));
        await Expect(page.Locator("[data-no-phone]")).ToContainTextAsync("No phone called nobody");
    }
}
