using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.Desktop.Bench;
using ImeiAgent.V1;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImeiAgent.Desktop.Operations;

// Who has which phone, and how it changes hands.
public sealed class LeasesPageTests : DesktopBench
{
    [Fact]
    public async Task A_supervisor_takes_a_phone_away_and_both_windows_say_so()
    {
        await PlugAsync("port-1");
        await StartAgentAsync();
        string device = (await DeviceAsync("port-1")).Name;
        AppWindowPage bench = await OpenAsync("bench-3"), chief = await OpenAsync("chief", Role.Supervisor);
        await bench.GoAsync(Places.Phone("shop", device));
        await bench.Page.GetByRole(AriaRole.Button, new() { Name = "Take this phone" }).ClickAsync();
        await bench.Page.Locator("#dialog-reason").FillAsync("ticket 4711");
        await bench.Page.GetByRole(AriaRole.Button, new() { Name = "Take", Exact = true }).ClickAsync();
        await Expect(bench.Page.Locator(".phone-holder")).ToContainTextAsync("Held by you: ticket 4711");

        await chief.GoAsync(Places.Leases("shop"));
        ILocator row = chief.Page.Locator($"[data-lease='{device}']");
        await Expect(row).ToContainTextAsync("bench-3 (127.0.0.1)");
        await Expect(row).ToContainTextAsync("ticket 4711");
        await chief.BothThemesAsync("leases");
        await chief.PressAsync(row.GetByRole(AriaRole.Button, new() { Name = "from bench-3" }));
        await Expect(chief.Page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("bench-3 holds it for: ticket 4711");
        await Expect(chief.Page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("A restore they are preparing will not be written.");
        await chief.AccessibleInBothThemesAsync();
        await chief.PictureAsync("leases-steal");
        ILocator steal = chief.Page.GetByRole(AriaRole.Button, new() { Name = "Take away", Exact = true });
        await Expect(steal).ToBeDisabledAsync();
        await chief.Page.Locator("#dialog-reason").FillAsync("customer is waiting");
        await chief.PressAsync(steal);

        await Expect(row).ToContainTextAsync("chief (127.0.0.1) (you)");
        await Expect(row).ToContainTextAsync("kept by this program");
        await Expect(bench.Page.Locator(".lost-lease")).ToContainTextAsync("chief took the lease 1 on");
        await Expect(bench.Page.Locator(".lost-lease")).ToContainTextAsync("customer is waiting");
        await Expect(bench.Page.Locator(".phone-holder")).ToContainTextAsync("Held by chief (127.0.0.1): customer is waiting");
        await Expect(bench.Page.Locator("[data-act='restore']")).ToBeDisabledAsync();
        await bench.AccessibleAsync();
        await bench.Page.GetByRole(AriaRole.Button, new() { Name = "Understood" }).ClickAsync();
        await Expect(bench.Page.Locator(".lost-lease")).ToHaveCountAsync(0);

        await chief.PressAsync(row.GetByRole(AriaRole.Button, new() { Name = "Give back" }));
        await Expect(chief.Page.GetByText("Nobody holds a phone.")).ToBeVisibleAsync();
        await Expect(bench.Page.Locator("[data-act='restore']")).ToBeEnabledAsync();
    }

    [Fact]
    public async Task A_technician_sees_who_holds_what_and_takes_nothing_from_anybody()
    {
        await PlugAsync("port-1");
        await StartAgentAsync();
        string device = (await DeviceAsync("port-1")).Name;
        await Owner.TakeAsync(device, "ticket 4712");
        AppWindowPage bench = await OpenAsync("bench-3");
        await bench.GoAsync(Places.Leases("shop"));

        ILocator row = bench.Page.Locator($"[data-lease='{device}']");
        await Expect(row).ToContainTextAsync("ticket 4712");
        await Expect(row.GetByRole(AriaRole.Button)).ToHaveCountAsync(0);
    }
}
