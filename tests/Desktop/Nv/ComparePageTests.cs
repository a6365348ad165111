using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.Desktop.Bench;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImeiAgent.Desktop.Nv;

// Two snapshots side by side: of one phone over time, and of two phones of a model.
public sealed class ComparePageTests : NvBench
{
    [Fact]
    public async Task What_was_changed_on_a_phone_is_what_differs_between_before_and_after()
    {
        PhoneProcess phone = await PlugAsync("port-1", "galaxy");
        await StartAgentAsync();
        string device = (await DeviceAsync("port-1")).Name;
        await phone.PutAsync(1, 2, "00");
        await phone.EraseAsync(1, 2);
        await phone.PutAsync(2, 441, "112233");
        await phone.PutAsync(1, 65535, "0000000000000000000000000000000000000000AA");
        string before = await BackUpAsync(device);
        await phone.PutAsync(1, 2, "AABBCC");
        await phone.EraseAsync(2, 441);
        await phone.PutAsync(2, 550, Label2Hex[..^2] + "80");
        await phone.PutAsync(1, 65535, "0000000000000000000000000000000000000000AB");
        string after = await BackUpAsync(device);
        int same = (await ItemsAsync(before)).Count(item => item.Data.Length > 0) - 3;
        AppWindowPage window = await OpenAsync();
        IPage page = window.Page;

        await window.GoAsync(Places.Snapshot("local", after));
        await page.GetByRole(AriaRole.Button, new() { Name = "Compare with…" }).ClickAsync();
        await Expect(page.Locator(".compare-choices [data-snapshot]")).ToHaveCountAsync(1);
        await window.AccessibleInBothThemesAsync();
        await page.Locator($"[data-snapshot='{before}']").ClickAsync();
        await Expect(page).ToHaveURLAsync(new Uri(window.Host.Address, Places.Compare("local", before, after)).ToString());

        await ShownAsync(page, 4);
        await Expect(page.Locator("[data-cautions]")).ToHaveCountAsync(0);
        foreach ((string kind, string text) in ((string, string)[])[("added", "added (1)"), ("gone", "gone (1)"), ("changed", "changed (2)"), ("notcomparable", "not comparable (0)"), ("same", $"the same ({same:N0})")])
            await Expect(page.Locator($"[data-kind='{kind}']")).ToContainTextAsync(text);
        await Expect(Row(page, 2)).ToContainTextAsync("added");
        await Expect(Row(page, 2).Locator(".side").First).ToHaveTextAsync("Anot active");
        await Expect(Row(page, 2).Locator(".side").Last).ToContainTextAsync("AA BB CC");
        await Expect(Row(page, 441, 2)).ToContainTextAsync("gone");
        await Expect(Row(page, 441, 2).Locator(".side").First).ToContainTextAsync("11 22 33");
        await Expect(Row(page, 550, 2)).ToContainTextAsync("changed");
        await Expect(Row(page, 550, 2).Locator(".differs")).ToHaveTextAsync(["81", "80"]);
        await Expect(Row(page, 65535)).ToContainTextAsync("from byte 16: 00 00 00 00 AA");
        await AccessibleInBothThemesAsync(window);

        await Row(page, 550, 2).ClickAsync();
        await Expect(Detail(page)).ToContainTextAsync("1 of 128 bytes differ (underlined), the first is byte 8.");
        await Expect(Detail(page).Locator("[data-side='A'] .differs")).ToHaveTextAsync("81");
        await Expect(Detail(page).Locator("[data-side='B'] .differs")).ToHaveTextAsync("80");
        await Expect(Detail(page).Locator("[data-side='A']")).ToContainTextAsync("49015420*****18");
        Assert.Equal("underline", await Detail(page).Locator(".differs").First.EvaluateAsync<string>("mark => getComputedStyle(mark).textDecorationLine"));
        await window.AccessibleAsync();
        await window.PictureAsync("compare");
        await Detail(page).GetByLabel("Close").ClickAsync();

        await SearchAsync(page, "AA BB");
        await ShownAsync(page, 1);
        await SearchAsync(page, "");
        await ChooseAsync(page, "SIM", "SIM 2");
        await ShownAsync(page, 2);
        await page.Locator("[data-kind='gone'] input").UncheckAsync();
        await ShownAsync(page, 1);
        await ChooseAsync(page, "SIM", "Both SIMs");
        await page.Locator("[data-kind='same'] input").CheckAsync();
        await ShownAsync(page, 3 + same);

        await page.GetByText("Swap A and B").ClickAsync();
        await Expect(page).ToHaveURLAsync(new Uri(window.Host.Address, Places.Compare("local", after, before)).ToString());
        await Expect(page.Locator("[data-kind='added']")).ToContainTextAsync("added (1)");
        await SearchAsync(page, "441");
        await Expect(Row(page, 441, 2)).ToContainTextAsync("added");
    }

    [Fact]
    public async Task Two_phones_of_a_model_are_compared_with_a_warning_and_what_was_not_read_is_not_called_gone()
    {
        await PlugAsync("port-1", "galaxy-imei-lost", seed: 1);
        await PlugAsync("port-2", "galaxy", seed: 2);
        await StartAgentAsync();
        string sick = await BackUpAsync((await DeviceAsync("port-1")).Name, 0, 600, 1);
        string healthy = await BackUpAsync((await DeviceAsync("port-2")).Name, 0, 600);
        AppWindowPage window = await OpenAsync();
        IPage page = window.Page;
        await window.GoAsync(Places.Snapshot("local", sick));
        await page.GetByRole(AriaRole.Button, new() { Name = "Compare with…" }).ClickAsync();
        await Expect(page.GetByText("There is no other snapshot of this phone.")).ToBeVisibleAsync();
        await page.Locator($"[data-snapshot='{healthy}']").ClickAsync();

        await Expect(page).ToHaveURLAsync(new Uri(window.Host.Address, Places.Compare("local", healthy, sick)).ToString());
        await Expect(page.Locator("[data-cautions='2']")).ToContainTextAsync("These are two phones.");
        await Expect(page.Locator("[data-cautions='2']")).ToContainTextAsync("SIM 2 was read in A only");
        await SearchAsync(page, "550");
        await ShownAsync(page, 1);
        await Expect(Row(page, 550)).ToContainTextAsync("never copy");
        await page.Locator("[data-kind='notcomparable'] input").CheckAsync();
        await ShownAsync(page, 2);
        await Expect(Row(page, 550, 2).Locator(".side").Last).ToHaveTextAsync("Bnot read");
        await Row(page, 550).ClickAsync();
        await Expect(Detail(page)).ToContainTextAsync("must not be copied");
        await window.AccessibleAsync();
        await window.PictureAsync("compare-two-phones");
        await SearchAsync(page, "85");
        await Row(page, 85).Or(Row(page, 85, 2)).First.ClickAsync();
        await Expect(Detail(page)).ToContainTextAsync("A key, a password or a code");
        await Expect(Detail(page).Locator(".hex-dump")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_viewer_sees_which_two_they_are_and_why_no_items()
    {
        await PlugAsync("port-1", "galaxy");
        await StartAgentAsync();
        string device = (await DeviceAsync("port-1")).Name;
        string one = await BackUpAsync(device, 0, 100), other = await BackUpAsync(device, 0, 600);
        AppWindowPage window = await OpenAsync("front-desk", Role.Viewer);
        await window.GoAsync(Places.Compare("shop", one, other));

        await Expect(window.Page.Locator("[data-side='A']")).ToContainTextAsync("202 items");
        await Expect(window.Page.Locator("[data-side='B']")).ToContainTextAsync("1,202 items");
        await Expect(window.Page.Locator("[data-why='role']")).ToBeVisibleAsync();
        await Expect(window.Page.Locator(".row-table")).ToHaveCountAsync(0);
        await window.AccessibleInBothThemesAsync();
    }
}
