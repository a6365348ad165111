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
    public async Task All_items_of_both_SIMs_are_found_by_number_range_name_bytes_text_group_SIM_and_answer()
    {
        await PlugAsync("port-1", "galaxy");
        await StartAgentAsync();
        string device = (await DeviceAsync("port-1")).Name;
        await Owner.AddSkipAsync(new AddSkipRequest { Model = "SM-G991U", Item = 40000, Slot = 1 }, Ct);
        string snapshot = await BackUpAsync(device);
        IReadOnlyList<NvItem> items = await ItemsAsync(snapshot);
        HashSet<uint> rf = [.. (await Owner.ListCatalogueAsync(Ct)).Items.Where(one => one.Group == "rf_calibration").Select(one => one.Item)];
        AppWindowPage window = await OpenAsync();
        IPage page = window.Page;
        await window.GoAsync(Places.Snapshot("local", snapshot));

        await Expect(page.Locator("[data-snapshot]")).ToContainTextAsync("SM-G991U");
        await Expect(page.Locator("[data-snapshot] [data-slot='1']")).ToContainTextAsync("35693803*****09");
        await ShownAsync(page, items.Count(item => item.Data.Length > 0));
        await AccessibleInBothThemesAsync(window);
        await window.PictureAsync("items");

        await ChooseAsync(page, "Show", "All that were read");
        await ShownAsync(page, 131072);
        await SearchAsync(page, "550");
        await ShownAsync(page, 2);
        await Expect(Row(page, 550)).ToContainTextAsync("NV_UE_IMEI_I");
        await Expect(Row(page, 550).Locator(".c-group")).ToHaveTextAsync("identity");
        await Expect(Row(page, 550)).ToContainTextAsync("35693803*****09");
        await Expect(Row(page, 550, 2)).ToContainTextAsync("49015420*****18");
        await SearchAsync(page, "0-100");
        await ShownAsync(page, 202);
        await SearchAsync(page, "nv_ue_imei");
        await ShownAsync(page, 2);
        await SearchAsync(page, "08 3A 65");
        await ShownAsync(page, items.Count(item => item.Data.Span.IndexOf((ReadOnlySpan<byte>)[0x08, 0x3A, 0x65]) >= 0));
        await Expect(page.Locator(".item-count")).ToContainTextAsync("bytes 08 3A 65");
        await Expect(Row(page, 550).Locator("mark")).ToHaveTextAsync("08 3A 65");
        await SearchAsync(page, "49015420*****18");
        await ShownAsync(page, 1);
        await SearchAsync(page, "skips");
        await ShownAsync(page, 1);
        await Expect(Row(page, 40000)).ToContainTextAsync("skipped");

        await SearchAsync(page, "");
        await ChooseAsync(page, "Group", "RF calibration");
        await ShownAsync(page, 2 * rf.Count);
        await ChooseAsync(page, "SIM", "SIM 2");
        await ShownAsync(page, rf.Count);
        await ChooseAsync(page, "Show", "With data");
        await ShownAsync(page, items.Count(item => item.Slot == 2 && item.Data.Length > 0 && rf.Contains(item.Item)));
    }

    [Fact]
    public async Task What_could_not_be_read_is_shown_as_not_known()
    {
        PhoneProcess phone = await PlugAsync("port-1", "galaxy");
        await StartAgentAsync();
        string device = (await DeviceAsync("port-1")).Name;
        await phone.QuirkAsync("busy=1");
        string snapshot = await BackUpAsync(device, 600, 601, 1);
        AppWindowPage window = await OpenAsync();
        await window.GoAsync(Places.Snapshot("local", snapshot));

        await ShownAsync(window.Page, 0);
        await ChooseAsync(window.Page, "Show", "Not known (failed)");
        await ShownAsync(window.Page, 2);
        await Expect(Row(window.Page, 601)).ToContainTextAsync("busy");
    }

    [Fact]
    public async Task The_whole_table_is_scrolled_by_wheel_bar_and_keys_and_only_what_is_in_sight_exists()
    {
        await PlugAsync("port-1", "galaxy");
        await StartAgentAsync();
        string snapshot = await BackUpAsync((await DeviceAsync("port-1")).Name);
        AppWindowPage window = await OpenAsync();
        IPage page = window.Page;
        await window.GoAsync(Places.Snapshot("local", snapshot));
        await ChooseAsync(page, "Show", "All that were read");
        await ShownAsync(page, 131072);
        ILocator scroll = page.Locator(".row-scroll");

        // By the bar, to anywhere: what comes into sight is what belongs there.
        foreach (double part in (double[])[0.25, 0.999, 0.5, 0.001])
        {
            await scroll.EvaluateAsync("(scroll, part) => scroll.scrollTop = part * (scroll.scrollHeight - scroll.clientHeight)", part);
            await InSightAsync(page);
        }

        // By the wheel, further than the rows that exist reach.
        await scroll.HoverAsync();
        for (int notch = 0; notch < 40; notch++)
            await page.Mouse.WheelAsync(0, 400);
        await InSightAsync(page);

        // By keys.
        await scroll.FocusAsync();
        await page.Keyboard.PressAsync("End");
        await Expect(Row(page, 65535, 2)).ToBeInViewportAsync();
        await InSightAsync(page);
        await page.Keyboard.PressAsync("PageUp");
        await Expect(Row(page, 65535, 2)).Not.ToBeInViewportAsync();
        await InSightAsync(page);
        await page.Keyboard.PressAsync("Home");
        await Expect(Row(page, 0)).ToBeInViewportAsync();
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("ArrowDown");
        await Expect(Row(page, 1).Locator("button")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(Detail(page).Locator("h3")).ToBeFocusedAsync();
        await Expect(Detail(page)).ToContainTextAsync("Item 1, SIM 1");
        await page.Keyboard.PressAsync("Escape");
        await Expect(Detail(page)).ToHaveCountAsync(0);
        await Expect(Row(page, 1).Locator("button")).ToBeFocusedAsync();
    }

    [Fact]
    public async Task An_item_is_shown_whole_secrets_stay_covered_IMEIs_masked_and_the_phone_is_asked_when_somebody_asks()
    {
        PhoneProcess phone = await PlugAsync("port-1", "galaxy");
        await StartAgentAsync();
        string snapshot = await BackUpAsync((await DeviceAsync("port-1")).Name);
        AppWindowPage window = await OpenAsync();
        IPage page = window.Page;

        await window.GoAsync(Places.SnapshotItem("local", snapshot, 2, 550));
        await Expect(Detail(page)).ToContainTextAsync("Item 550, SIM 2");
        await Expect(Row(page, 550, 2)).ToBeInViewportAsync();
        await Expect(Detail(page).Locator("[data-decoded]")).ToHaveTextAsync("49015420*****18");
        await Expect(Detail(page).Locator(".hex-dump tbody tr")).ToHaveCountAsync(16);
        await Expect(Detail(page).Locator(".hex-dump tbody tr").First).ToContainTextAsync("08 4A 09 51 24 30 32 57");
        await page.GetByLabel("Show IMEIs in full").CheckAsync();
        await Expect(Detail(page).Locator("[data-decoded]")).ToHaveTextAsync(Label2);
        await Expect(page.Locator("[data-snapshot] [data-slot='1']")).ToContainTextAsync(Label);
        await page.GetByLabel("Show IMEIs in full").UncheckAsync();
        await Expect(Detail(page).Locator("[data-decoded]")).ToHaveTextAsync("49015420*****18");
        await Expect(page.GetByText(Label)).ToHaveCountAsync(0);

        await Detail(page).GetByRole(AriaRole.Button, new() { Name = "Ask the phone now" }).ClickAsync();
        await Expect(Detail(page).Locator("[data-now='550']")).ToContainTextAsync("The same bytes.");
        await phone.PutAsync(2, 550, Label2Hex[..^2] + "80");
        await Detail(page).GetByRole(AriaRole.Button, new() { Name = "Ask the phone now" }).ClickAsync();
        await Expect(Detail(page).Locator("[data-now='550']")).ToContainTextAsync("1 of 128 bytes differ");
        await Expect(Detail(page).Locator("[data-now='550'] .differs")).ToHaveTextAsync("80");
        await Expect(Detail(page).Locator(".differs").First).ToHaveTextAsync("81");
        await window.AccessibleAsync();
        await window.PictureAsync("items-detail");

        await SearchAsync(page, "85");
        await ShownAsync(page, 2);
        await Expect(Row(page, 85)).ToContainTextAsync("covered");
        await Row(page, 85).ClickAsync();
        await Expect(Detail(page)).ToContainTextAsync("Item 85, SIM 1");
        await Expect(Detail(page).Locator(".hex-dump")).ToHaveCountAsync(0);
        await Detail(page).GetByRole(AriaRole.Button, new() { Name = "Show the bytes" }).ClickAsync();
        await Expect(Detail(page).Locator(".hex-dump")).ToBeVisibleAsync();
        await Detail(page).GetByLabel("Next item").ClickAsync();
        await Expect(Detail(page)).ToContainTextAsync("Item 85, SIM 2");
        await Expect(Detail(page).Locator(".hex-dump")).ToHaveCountAsync(0);
        await Expect(Detail(page).GetByLabel("Next item")).ToBeDisabledAsync();
    }

    [Fact]
    public async Task A_viewer_sees_what_a_snapshot_is_and_why_no_items()
    {
        await PlugAsync("port-1", "galaxy");
        await StartAgentAsync();
        string snapshot = await BackUpAsync((await DeviceAsync("port-1")).Name, 0, 600);
        AppWindowPage window = await OpenAsync("front-desk", Role.Viewer);
        await window.GoAsync(Places.Snapshot("shop", snapshot));

        await Expect(window.Page.Locator("[data-snapshot]")).ToContainTextAsync("SM-G991U");
        await Expect(window.Page.Locator("[data-why='role']")).ToContainTextAsync("Your role (viewer) sees what a snapshot is, but not its items");
        await Expect(window.Page.Locator(".row-table")).ToHaveCountAsync(0);
        await Expect(window.Page.GetByText("Show IMEIs in full")).ToHaveCountAsync(0);
        await AccessibleInBothThemesAsync(window);
    }

    [Fact]
    public async Task A_snapshot_that_is_not_there_is_told()
    {
        AlsoWatch("port-1");
        await StartAgentAsync();
        AppWindowPage window = await OpenAsync();
        await window.GoAsync(Places.Snapshot("local", "20261123-000000"));

        await Expect(window.Page.Locator("[data-reason='SNAPSHOT_NOT_FOUND']")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task At_200_percent_in_a_small_window_everything_is_in_reach()
    {
        await PlugAsync("port-1", "galaxy");
        await StartAgentAsync();
        string snapshot = await BackUpAsync((await DeviceAsync("port-1")).Name, 0, 600);
        AppWindowPage window = await OpenAsync();
        await window.Page.SetViewportSizeAsync(640, 360); // 1280x720 at 200 %.
        await window.GoAsync(Places.SnapshotItem("local", snapshot, 1, 550));

        await Expect(Detail(window.Page).Locator(".hex-dump")).ToBeVisibleAsync();
        await Detail(window.Page).GetByLabel("Close").ScrollIntoViewIfNeededAsync();
        Assert.True(await window.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= document.documentElement.clientWidth"));
        await window.AccessibleAsync();
        await window.PictureAsync("items-200-percent");
    }

    // What is in sight of the table is rows, without a gap, in their places; and little more than them exists.
    private static async Task InSightAsync(IPage page)
    {
        const string Look = """
            scroll => {
              const box = scroll.getBoundingClientRect(), head = scroll.querySelector('thead').offsetHeight;
              const rows = [...scroll.querySelectorAll('tbody tr[aria-rowindex]')];
              const seen = rows.filter(row => row.getBoundingClientRect().bottom > box.top + head + 1 && row.getBoundingClientRect().top < box.bottom - 1);
              const filled = seen.reduce((sum, row) => sum + row.getBoundingClientRect().height, 0) >= scroll.clientHeight - head - 1;
              const first = Math.floor((scroll.scrollTop + 1) / 32);
              const right = seen.length > 0 && seen.every((row, at) => +row.getAttribute('aria-rowindex') === first + at + 2
                && row.querySelector('button').getAttribute('aria-label') === (n => `${n % 65536}, open item ${n % 65536} of SIM ${n < 65536 ? 1 : 2}`)(first + at));
              return filled && right ? rows.length : 0;
            }
            """;
        await Eventually.HoldsAsync(async () => await page.Locator(".row-scroll").EvaluateAsync<int>(Look) > 0);
        Assert.InRange(await page.Locator(".row-scroll").EvaluateAsync<int>(Look), 1, 100);
    }
}
