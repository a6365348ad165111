using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.Desktop.Bench;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImeiAgent.Desktop.Backups;

// Backups from the window.
public sealed class BackupTests : DesktopBench
{
    [Fact]
    public async Task A_full_backup_fills_the_picture_of_both_SIMs_and_ends_with_a_snapshot()
    {
        await PlugAsync("port-1", "galaxy");
        await StartAgentAsync();
        AppWindowPage window = await OpenAsync();
        await window.GoAsync(Places.Backup("local", (await DeviceAsync("port-1")).Name));
        await Expect(window.Page.GetByText("All others are not read and will not be in the snapshot")).ToBeVisibleAsync();
        await window.BothThemesAsync("backup-start");
        await window.PressAsync(window.Page.GetByRole(AriaRole.Button, new() { Name = "Start the backup" }));

        // Takes 3 s alone on a machine, and a minute beside many others.
        await Expect(window.Outcome).ToContainTextAsync("Read 131,072 items", new() { Timeout = 120_000 });
        Assert.Equal(0, await window.Page.Locator("[data-joined]").CountAsync());
        Job job = (await Owner.ListJobsAsync(new ListJobsRequest(), Ct)).Jobs.Single();
        await Expect(window.Outcome.Locator($"[data-snapshot='{job.Summary.Snapshot}']").First).ToBeVisibleAsync();
        await Expect(window.Outcome).ToContainTextAsync(job.Summary.Sha256);

        // The legend is the summary in other words, and every item is told.
        await Expect(window.Count(1, "NotRead")).ToHaveTextAsync("0");
        await Expect(window.Count(2, "NotRead")).ToHaveTextAsync("0");
        int active = await window.CountAsync(1, "Active") + await window.CountAsync(2, "Active");
        int absent = await window.CountAsync(1, "Absent") + await window.CountAsync(2, "Absent"), refused = await window.CountAsync(1, "Refused") + await window.CountAsync(2, "Refused");
        Assert.Equal((job.Summary.Active, job.Summary.Absent), ((uint)active, (uint)(absent + refused)));
        // The simulated phones refuse items 60000 to 61023, and give data of item 550.
        Assert.Equal(2 * 1024, refused);
        await Eventually.HoldsAsync(async () => await window.ColourAsync(1, 60500) == "168,111,20" && await window.ColourAsync(2, 550) == "26,79,156");
        await window.AccessibleAsync();
        await window.PictureAsync("backup-done");
    }

    [Fact]
    public async Task An_item_is_found_by_number_keys_wheel_and_legend_and_told_in_words()
    {
        await PlugAsync("port-1", "galaxy");
        await StartAgentAsync();
        AppWindowPage window = await OpenAsync("bench-3", Role.Reader);
        Job job = (await Owner.StartDumpAsync(JobPages.First(8192, (await DeviceAsync("port-1")).Name), Ct)).Job;
        await window.GoAsync(Places.Job("shop", job.Name));
        await Expect(window.Outcome).ToContainTextAsync("Read 8,192 items");
        ILocator item = window.Map(1).Locator(".range-item"), picture = window.Map(1).GetByRole(AriaRole.Slider, new() { Name = "Items of SIM 1" });

        // What identifies a phone is not shown to whoever passes the screen.
        await window.Page.Locator("#map-1-item").FillAsync("0x226");
        await window.Page.Keyboard.PressAsync("Enter");
        await Expect(item).ToContainTextAsync("Item 550 (0x0226) NV_UE_IMEI_I");
        await Expect(item).ToContainTextAsync("active, with data");
        await Expect(item).ToContainTextAsync("Its bytes are not shown here.");
        await Expect(item).Not.ToContainTextAsync("3A 65");

        await window.DrawnAsync(1);
        await window.ZoomsToAsync(1, "32");

        // A screen reader hears the same from the picture, which is a slider to it.
        await picture.FocusAsync();
        await window.Page.Keyboard.PressAsync("ArrowDown");
        await window.Page.Keyboard.PressAsync("ArrowRight");
        await Expect(picture).ToHaveAttributeAsync("aria-valuenow", "807");
        await Expect(picture).ToHaveAttributeAsync("aria-valuetext", new System.Text.RegularExpressions.Regex(@"^Item 807 \(0x0327\)"));
        await window.Page.Keyboard.PressAsync("End");
        await Expect(item).ToContainTextAsync("Item 65535 (0xFFFF) not read");
        await window.Page.Keyboard.PressAsync("Home");
        await Expect(picture).ToHaveAttributeAsync("aria-valuenow", "0");
        await window.PictureAsync("backup-zoomed");

        // Ten, of the public list, is neither identity nor secret: its bytes are there.
        await window.Page.Locator("#map-1-item").FillAsync("10");
        await window.Page.Keyboard.PressAsync("Enter");
        await Expect(item).ToContainTextAsync("NV_PREF_MODE_I");
        byte[] bytes = [.. (await Owner.ReadItemAsync(new ReadItemRequest { Device = (await DeviceAsync("port-1")).Name, Item = 10 }, Ct)).Item.Data];
        await Expect(item).ToContainTextAsync("First bytes: " + BitConverter.ToString(bytes[..16]).Replace('-', ' '));

        // The wheel, once the picture was clicked; the item under the pointer stays where it is.
        await window.Map(1).GetByRole(AriaRole.Button, new() { Name = "Show all items" }).ClickAsync();
        await window.ZoomsToAsync(1, "1");
        LocatorBoundingBoxResult box = (await picture.BoundingBoxAsync())!;
        float cell = box.Width / 256;
        (float x, float y) = (box.X + 100.5f * cell, box.Y + 8.5f * cell);
        await window.Page.Mouse.ClickAsync(x, y);
        await Expect(picture).ToHaveAttributeAsync("aria-valuenow", (8 * 256 + 100).ToString(System.Globalization.CultureInfo.InvariantCulture));
        foreach (string zoom in (string[])["2", "4", "8", "16", "32"])
        {
            await window.Page.Mouse.WheelAsync(0, -100);
            await window.ZoomsToAsync(1, zoom);
        }
        await Expect(picture).ToHaveAttributeAsync("aria-valuenow", (8 * 256 + 100).ToString(System.Globalization.CultureInfo.InvariantCulture));
        await window.Page.Mouse.WheelAsync(0, 100);
        await window.ZoomsToAsync(1, "16");
        await window.Page.Keyboard.PressAsync("+");
        await window.ZoomsToAsync(1, "32");
        await window.Page.Keyboard.PressAsync("0");
        await window.ZoomsToAsync(1, "1");
        await window.Map(1).GetByRole(AriaRole.Button, new() { Name = "Zoom in" }).ClickAsync();
        await window.ZoomsToAsync(1, "2");
        await window.Map(1).GetByRole(AriaRole.Button, new() { Name = "Zoom out" }).ClickAsync();
        await window.ZoomsToAsync(1, "1");

        // The legend leads from one item of a kind to the next.
        await window.Map(1).GetByRole(AriaRole.Button, new() { Name = "Go to the next item that is: not read" }).ClickAsync();
        await Expect(item).ToContainTextAsync("Item 8192 (0x2000)");
        await Expect(window.Map(1).GetByRole(AriaRole.Button, new() { Name = "Go to the next item that is: skipped" })).ToBeDisabledAsync();

        await window.Page.Locator("#map-1-item").FillAsync("65536");
        await window.Page.Keyboard.PressAsync("Enter");
        await Expect(window.Map(1).GetByText("items go from 0 to 65535")).ToBeVisibleAsync();
        await window.AccessibleAsync();

        await window.Map(1).GetByRole(AriaRole.Button, new() { Name = "Show all items" }).ClickAsync();
        await window.TurnDarkAsync();
        await Eventually.HoldsAsync(async () => await window.ColourAsync(1, 550) == "143,188,255");
        await window.AccessibleAsync();
        await window.PictureAsync("backup-dark");
    }

    [Fact]
    public async Task A_quick_backup_of_a_phone_with_one_SIM_says_what_it_leaves_out()
    {
        await PlugAsync("port-1", "galaxy-single-sim");
        await StartAgentAsync();
        AppWindowPage window = await OpenAsync("bench-3", Role.Reader);
        await window.GoAsync(Places.Backup("shop", (await DeviceAsync("port-1")).Name));
        await Expect(window.Page.GetByText("This phone offers no way to SIM 2.")).ToBeVisibleAsync();
        ILocator start = window.Page.GetByRole(AriaRole.Button, new() { Name = "Start the backup" });
        await window.Page.GetByLabel("SIM 1").UncheckAsync();
        await Expect(start).ToBeDisabledAsync();
        await window.Page.GetByLabel("SIM 1").CheckAsync();
        await window.Page.GetByLabel("Quick").CheckAsync();
        await start.ClickAsync();

        await Expect(window.Outcome).ToContainTextAsync("Open snapshot");
        await Expect(window.Facts).ToContainTextAsync("quick (not every item), SIM 1");
        ILocator notes = window.Facts.Locator(".job-notes");
        await Expect(notes).ToContainTextAsync("no earlier snapshot of a SM-G981U is known, so only the identity and RF items are read");
        await Expect(notes).ToContainTextAsync("are not read and not in the snapshot");
        Job job = (await Owner.ListJobsAsync(new ListJobsRequest(), Ct)).Jobs.Single();
        Assert.Equal((true, 1), (job.Quick, job.Slots.Count));
        await Expect(notes.Locator("li")).ToHaveCountAsync(job.Notes.Count);
        await Expect(window.Count(1, "NotRead")).ToHaveAttributeAsync("data-count", (65536 - job.Summary.Total).ToString(System.Globalization.CultureInfo.InvariantCulture));
        await Expect(window.Page.Locator(".range-map")).ToHaveCountAsync(1);

        await window.Facts.Locator(".trace-id").ClickAsync();
        await Expect(window.Page.Locator("table.waterfall tbody tr").First).ToContainTextAsync("dump");
    }
}
