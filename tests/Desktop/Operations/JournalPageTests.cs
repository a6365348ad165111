using ImeiAgent.Client;
using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.Desktop.Bench;
using ImeiAgent.Diag.Messages;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImeiAgent.Desktop.Operations;

// What restores did, and those that an agent left open when it was killed.
public sealed class JournalPageTests : DesktopBench
{
    [Fact]
    public async Task A_phone_that_holds_neither_value_is_loud_everywhere_and_is_put_right_from_the_window()
    {
        RunningPhone<PtyHost> phone = await InterruptedAsync();
        // Neither the old nor the new value nor any IMEI, and the agent alone cannot put it right.
        phone.Phone.Put(1, 550, [0x08, 0xEA, 0xDD, 0xCC, 0xBB, 0xAA, 0x99, 0x88, 0x77]);
        phone.Misbehave("read-only=550");
        phone.Host.Replug();
        await StartAgentAsync();
        AppWindowPage window = await OpenAsync("chief", Role.Supervisor);
        IPage page = window.Page;
        string device = (await DeviceAsync("port-1")).Name;
        await window.GoAsync(Places.Phone("shop", device));
        await Expect(page.Locator("[data-notice='open']")).ToContainTextAsync("Restore 1 of this phone: OPEN: may have been sent.");
        await Expect(page.Locator("[data-act='restore']")).ToBeDisabledAsync();
        await Expect(page.GetByText("Not now: an earlier restore of this phone is not settled.")).ToBeVisibleAsync();
        await window.AccessibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Settle it in the journal" }).ClickAsync();

        ILocator open = page.Locator("[data-open='journal/1']");
        await Expect(open).ToContainTextAsync("the phone may hold the old or the new number");
        await Expect(open).ToContainTextAsync("Ticket 4711: label on the box");
        await Expect(page.Locator("[data-row='journal/1']")).ToContainTextAsync("OPEN: may have been sent");
        await window.BothThemesAsync("journal");
        phone.Misbehave("");
        await window.PressAsync(open.GetByRole(AriaRole.Button, new() { Name = "Settle restore 1" }));
        await page.Locator("#settle-reason").FillAsync("is protected no more");
        await window.AccessibleInBothThemesAsync();
        await window.PictureAsync("journal-settle");
        await window.PressAsync(page.GetByRole(AriaRole.Button, new() { Name = "Settle", Exact = true }));

        await Expect(page.Locator(".settled")).ToContainTextAsync("Restore 1 is settled: rolled back");
        await Expect(open).ToHaveCountAsync(0);
        await Expect(page.Locator("[data-row='journal/1']")).ToContainTextAsync("rolled back");
        await Expect(page.Locator("[data-row='journal/1']").GetByRole(AriaRole.Link).First).ToHaveAttributeAsync("href", Places.JournalEntry("shop", "journal/1"));
        WriteReceipt receipt = (await Owner.GetJournalEntryAsync(new GetJournalEntryRequest { Name = "1" }, Ct)).Entry.Receipt;
        Assert.Equal("chief: is protected no more", receipt.SettledBy);
        Assert.Equal("000000000000000000", PhoneProcess.HoldsOf(phone.Phone, 1));
    }

    [Fact]
    public async Task A_phone_that_will_not_come_back_is_settled_by_hand_by_supervisors_only()
    {
        await InterruptedAsync();
        await StartAgentAsync();
        AppWindowPage chief = await OpenAsync("chief", Role.Supervisor), bench = await OpenAsync("bench-3");
        await bench.GoAsync(Places.Journal("shop"));
        await Expect(bench.Page.Locator("[data-open='journal/1']")).ToContainTextAsync("A supervisor settles it.");
        await Expect(bench.Page.GetByRole(AriaRole.Button, new() { Name = "Settle" })).ToHaveCountAsync(0);
        await Expect(bench.Page.Locator(".waiting").First).ToContainTextAsync("1 restore open");

        await chief.GoAsync(Places.Journal("shop"));
        await chief.Page.GetByRole(AriaRole.Button, new() { Name = "Settle restore 1" }).ClickAsync();
        ILocator settle = chief.Page.GetByRole(AriaRole.Button, new() { Name = "Settle", Exact = true });
        await chief.Page.GetByText("By hand, because the phone will not come back").ClickAsync();
        await Expect(chief.Page.GetByText("nobody will know what it holds")).ToBeVisibleAsync();
        await Expect(settle).ToBeDisabledAsync();
        await chief.Page.Locator("#settle-reason").FillAsync("fell into the sea");
        await settle.ClickAsync();

        await Expect(chief.Page.Locator(".settled")).ToContainTextAsync("Restore 1 is settled: OUTCOME UNKNOWN");
        // The other window learns it by itself.
        await Expect(bench.Page.Locator("[data-row='journal/1']")).ToContainTextAsync("OUTCOME UNKNOWN");
        await Expect(bench.Page.Locator("[data-open]")).ToHaveCountAsync(0);
        await Expect(bench.Page.Locator(".waiting")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Rows_can_be_had_of_one_phone_whose_name_stands_in_the_address()
    {
        await PlugAsync("port-1");
        await StartAgentAsync();
        string device = (await DeviceAsync("port-1")).Name;
        await Owner.RestoreAsync(device, Label);
        AppWindowPage window = await OpenAsync();
        IPage page = window.Page;
        await window.GoAsync(Places.Journal("local", "devices/other"));
        await Expect(page.GetByText("No restore of other was made here.")).ToBeVisibleAsync();
        await page.Locator("#phone-filter").FillAsync(device["devices/".Length..]);
        await page.Locator("#phone-filter").PressAsync("Enter");
        await Expect(page.Locator("tr[data-row]")).ToHaveCountAsync(1);
        Assert.EndsWith(Places.Journal("local", device), page.Url, StringComparison.Ordinal);
    }

    // A restore whose agent was killed after the phone took the write and before it said so; the phone is unplugged.
    private async Task<RunningPhone<PtyHost>> InterruptedAsync()
    {
        RunningPhone<PtyHost> phone = PlugHere("port-1");
        await StartAgentAsync(toBeKilled: true);
        await InviteAsync("nobody", Role.Viewer); // The next agent listens where this one does.
        string device = (await DeviceAsync("port-1")).Name;
        HeldReply reply = phone.Phone.Traps.HoldReply(DiagCode.NvWrite, 550);
        Task<AgentException> restore = Assert.ThrowsAsync<AgentException>(() => Owner.RestoreAsync(device, Label));
        await reply.Reached.WaitAsync(Eventually.Deadline, Ct);
        await KillAgentAsync();
        phone.Host.Unplug();
        await restore;
        return phone;
    }
}
