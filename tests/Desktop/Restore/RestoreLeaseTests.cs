using ImeiAgent.Desktop.Bench;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImeiAgent.Desktop.Restore;

/// <summary>Who has the phone while the wizard is gone through.</summary>
public sealed class RestoreLeaseTests : RestoreBench
{
    [Fact]
    public async Task A_lease_that_is_taken_while_a_person_looks_is_told_at_once_and_can_be_had_back()
    {
        PhoneProcess phone = await PlugAsync("port-1");
        await StartAgentAsync();
        AppWindowPage window = await OpenAsync("bench-3");
        IPage page = await WizardAsync(window);
        await OnlySim1Async(page);
        await TypeAsync(page);
        await PressAsync(page, "next");
        await StateAsync(page, "Planned");
        await page.Locator("#confirm-1").FillAsync("3809");
        string device = (await DeviceAsync("port-1")).Name;

        Lease stolen = (await Owner.StealLeaseAsync(new() { Device = device, Reason = "a customer waits", RequestId = Guid.NewGuid().ToString() }, Ct)).Lease;

        ILocator lost = page.Locator("[data-lost='Stolen']");
        await Expect(lost).ToContainTextAsync($"{stolen.Holder} took the lease");
        await Expect(lost).ToContainTextAsync("a customer waits");
        await Expect(lost).ToContainTextAsync("Nothing was written.");
        await Expect(Button(page, "write")).ToHaveCountAsync(0);
        await Expect(page.Locator("#restore-reason")).ToHaveValueAsync("ticket 4711");
        await window.AccessibleAsync();
        await window.PictureAsync("restore-lease-stolen");
        Assert.Equal((Zeros, 0L), (phone.Holds(1), phone.Writes));

        // Who has it, and how to get it: in line.
        await PressAsync(page, "again");
        await Expect(page.Locator($"[data-holder='{stolen.Holder}']")).ToContainTextAsync("has the phone");
        await PressAsync(page, "wait");
        await Expect(page.GetByText("In line for the phone")).ToBeVisibleAsync();
        await Eventually.HoldsAsync(async () => (await Owner.ListLeasesAsync(Ct)).Leases is [{ Waiting: 1 }]);
        await window.AccessibleAsync();
        await Owner.ReleaseLeaseAsync(new() { Device = device, FencingToken = stolen.FencingToken }, Ct);
        await StateAsync(page, "Planned");
        await ConfirmAsync(page);

        await ReceiptAsync(page, WriteOutcome.Applied);
        Assert.Equal(LabelHex, phone.Holds(1));
    }

    [Fact]
    public async Task A_lease_of_ones_own_is_used_and_kept_and_leaving_the_page_gives_back_what_was_taken()
    {
        await PlugAsync("port-1");
        await StartAgentAsync();
        AppWindowPage window = await OpenAsync();
        string device = (await DeviceAsync("port-1")).Name;
        Lease own = (await Owner.AcquireLeaseAsync(new() { Device = device, Purpose = "ticket 4712", RequestId = Guid.NewGuid().ToString(), Ttl = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(TimeSpan.FromMinutes(30)) }, Ct)).Lease;
        IPage page = await WizardAsync(window, agent: "local");
        await OnlySim1Async(page);
        await TypeAsync(page);
        await PressAsync(page, "next");

        await Expect(page.GetByText("That is you")).ToBeVisibleAsync();
        await PressAsync(page, "use-own");
        await StateAsync(page, "Planned");
        await PressAsync(page, "change");
        await StateAsync(page, "Drafting");
        Assert.Equal(own.FencingToken, (await DeviceAsync("port-1")).Lease.FencingToken);
        await Owner.ReleaseLeaseAsync(new() { Device = device, FencingToken = own.FencingToken }, Ct);

        await PressAsync(page, "next");
        await StateAsync(page, "Planned");
        Assert.Equal("restore: ticket 4711", (await DeviceAsync("port-1")).Lease.Purpose);
        await window.GoAsync("/at/local/phones");
        await Eventually.HoldsAsync(async () => (await DeviceAsync("port-1")).Lease is null);
    }
}
