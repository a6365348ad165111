using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.Desktop.Bench;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImeiAgent.Desktop.Nv;

// The items of a snapshot, from a real agent that read a simulated phone.
public sealed class SnapshotPageTests : NvBench
{
    [Fact]
    public async Task Look()
    {
        PhoneProcess phone = await PlugAsync("port-1", "galaxy");
        await StartAgentAsync();
        string device = (await DeviceAsync("port-1")).Name;
        string before = await BackUpAsync(device);
        await phone.EraseAsync(1, 441);
        await phone.PutAsync(1, 2, "AABBCC");
        await phone.PutAsync(2, 550, Label2Hex.Replace("57", "58"));
        string after = await BackUpAsync(device);
        AppWindowPage window = await OpenAsync();
        await window.GoAsync(Places.Snapshot("local", before));
        await Expect(Rows(window.Page).First).ToBeVisibleAsync();
        await window.Page.GetByText("Compare with").ClickAsync();
        await Expect(window.Page.Locator(".mud-dialog")).ToBeVisibleAsync();
        await window.PictureAsync("compare-choose");
        await window.AccessibleAsync();
        await window.Page.Locator(".compare-choices a").First.ClickAsync();
        await Expect(Rows(window.Page).First).ToBeVisibleAsync();
        await window.PictureAsync("compare");
        await window.AccessibleAsync();
        await Row(window.Page, 550, 2).ClickAsync();
        await Expect(window.Page.Locator(".item-detail")).ToBeVisibleAsync();
        await window.PictureAsync("compare-detail");
        await window.AccessibleAsync();
        await window.GoAsync(Places.LiveItems("local", device));
        await window.Page.Locator("#live-items").FillAsync("550");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Read", Exact = true }).ClickAsync();
        await Expect(window.Page.Locator(".item-detail")).ToBeVisibleAsync();
        await window.PictureAsync("live-one");
        await window.Page.Locator("#live-items").FillAsync("0-1000");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Read", Exact = true }).ClickAsync();
        await Expect(window.Page.Locator("[data-over='true']")).ToBeVisibleAsync();
        await Expect(Rows(window.Page).First).ToBeVisibleAsync();
        await window.PictureAsync("live");
        await window.AccessibleAsync();
        Assert.NotNull(after);
    }
}
