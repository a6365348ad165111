using ImeiAgent.Desktop.Bench;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImeiAgent.Desktop.Restore;

/// <summary>The whole wizard without a mouse.</summary>
public sealed class KeyboardTests : RestoreBench
{
    [Fact]
    public async Task A_number_is_restored_with_the_keyboard_alone()
    {
        PhoneProcess phone = await PlugAsync("port-1");
        await StartAgentAsync();
        AppWindowPage window = await OpenAsync("bench-3");
        IPage page = await WizardAsync(window);
        await Expect(page.Locator(".slot-holds")).ToHaveCountAsync(2);

        await window.TabToAsync(".slot-holds[data-slot='2'] input");
        await page.Keyboard.PressAsync("Space");
        await Expect(page.Locator(".slot-holds[data-slot='2'] input")).Not.ToBeCheckedAsync();
        await window.TabToAsync("[data-action='next']");
        await page.Keyboard.PressAsync("Enter");

        await StepAsync(page, "Where the number comes from");
        await window.TabToAsync("#label-1");
        await TypeAsync(page, "49-015420-323751-8");
        // Of all 15 digits, and not of the first 14, to which one would be computed.
        await Expect(page.Locator("[data-verdict='Accepted']:not(:has(.check-digit))")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Enter");

        await StepAsync(page, "Why, and what proves it");
        await window.TabToAsync("#restore-reason");
        await TypeAsync(page, "ticket 4711");
        await window.TabToAsync("#restore-evidence");
        await TypeAsync(page, "invoice 17");
        await Expect(Button(page, "next")).ToBeEnabledAsync();
        await page.Keyboard.PressAsync("Enter");

        await StepAsync(page, "What will be written");
        await StateAsync(page, "Planned");
        await window.TabToAsync("#confirm-1");
        await TypeAsync(page, "7518");
        await Expect(Button(page, "write")).ToBeEnabledAsync();
        await page.Keyboard.PressAsync("Enter");

        await StepAsync(page, "Receipt");
        await ReceiptAsync(page, WriteOutcome.Applied);
        Assert.Equal(Label2Hex, phone.Holds(1));
        await window.TabToAsync("[data-action='new']");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".slot-holds[data-slot='1']")).ToContainTextAsync("ok");
    }

    // Each step takes the focus to its heading, from where the next key goes on.
    private static Task StepAsync(IPage page, string heading) => Expect(page.GetByRole(AriaRole.Heading, new() { Name = heading, Exact = true })).ToBeFocusedAsync(new() { Timeout = 60_000 });

    private static Task TypeAsync(IPage page, string text) => page.Keyboard.TypeAsync(text, new() { Delay = 20 });
}
