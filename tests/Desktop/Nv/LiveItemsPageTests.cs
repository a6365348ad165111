using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.Desktop.Bench;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImeiAgent.Desktop.Nv;

// Items of a phone as it gives them.
public sealed class LiveItemsPageTests : NvBench
{
    [Fact]
    public async Task One_item_and_ranges_are_read_and_a_mistake_is_told()
    {
        PhoneProcess phone = await PlugAsync("port-1", "galaxy");
        await StartAgentAsync();
        string device = (await DeviceAsync("port-1")).Name;
        AppWindowPage window = await OpenAsync("bench-3", Role.Reader);
        IPage page = window.Page;
        await window.GoAsync(Places.LiveItems("shop", device));
        await Expect(page.GetByText("Nothing is being read from this phone.")).ToBeVisibleAsync();
        await AccessibleInBothThemesAsync(window);

        await ReadAsync(page, "550");
        await Expect(Detail(page)).ToContainTextAsync("Item 550, SIM 1");
        await Expect(Detail(page)).ToContainTextAsync("asked of the phone at");
        await Expect(Detail(page).Locator("[data-decoded]")).ToHaveTextAsync("35693803*****09");
        await window.AccessibleAsync();
        await phone.PutAsync(1, 550, Label2Hex);
        await page.GetByLabel("Show IMEIs in full").CheckAsync();
        await ReadAsync(page, "0x226");
        await Expect(Detail(page).Locator("[data-decoded]")).ToHaveTextAsync(Label2);

        await ReadAsync(page, "560-550");
        await Expect(page.GetByText("a range begins with its smaller end")).ToBeVisibleAsync();

        await ChooseAsync(page, "SIM", "Both SIMs");
        await ReadAsync(page, "540-559, 10");
        await Expect(page.Locator("[data-over='true']")).ToContainTextAsync("42 items read");
        await ChooseAsync(page, "Show", "All that were read");
        await ShownAsync(page, 42);
        await SearchAsync(page, "550");
        await ShownAsync(page, 2);
        await Expect(Row(page, 550).Locator(".c-text")).ToHaveTextAsync("49015420*****18");
        await Row(page, 550).ClickAsync();
        await Expect(Detail(page)).ToContainTextAsync("read by job");
        await Expect(Detail(page).Locator(".hex-dump tbody tr").First).ToContainTextAsync("08 4A 09 51");
        await phone.EraseAsync(1, 550);
        await Detail(page).GetByRole(AriaRole.Button, new() { Name = "Ask the phone now" }).ClickAsync();
        await Expect(Detail(page).Locator("[data-now='550']")).ToContainTextAsync("not active");
        await window.AccessibleAsync();
        await window.PictureAsync("items-live");
        Assert.Empty((await Owner.ListSnapshotsAsync(new ListSnapshotsRequest(), Ct)).Snapshots);
    }

    [Fact]
    public async Task What_another_station_has_read_so_far_shows_while_it_reads_on_and_after_a_reload()
    {
        PhoneProcess phone = await PlugAsync("port-1", "galaxy");
        await StartAgentAsync();
        string device = (await DeviceAsync("port-1")).Name;
        await phone.QuirkAsync("unplug-after=3000");
        Job job = (await Owner.StartDumpAsync(
            new StartDumpRequest { Device = device, Ranges = { new NvRange { First = 0, Last = 9999 } }, Slots = { 1 }, SaveSnapshot = true }, Ct)).Job;
        await Eventually.HoldsAsync(async () => (await Owner.GetJobAsync(new GetJobRequest { Name = job.Name }, Ct)).Job.State == JobState.WaitingForPhone);
        AppWindowPage window = await OpenAsync();
        IPage page = window.Page;
        await window.GoAsync(Places.LiveItems("local", device));

        await Expect(page.Locator($"[data-job='{job.Name}']")).ToContainTextAsync("waiting for the phone");
        await Expect(page.GetByText("The phone is not ready, so it cannot be asked.")).ToBeVisibleAsync();
        await SearchAsync(page, "550");
        await ShownAsync(page, 1);
        await Row(page, 550).ClickAsync();
        await Expect(Detail(page).Locator(".hex-dump tbody tr").First).ToContainTextAsync("08 3A 65 39");
        await Expect(Detail(page).GetByText("Ask the phone now")).ToHaveCountAsync(0);
        await page.ReloadAsync();
        await SearchAsync(page, "9000-9999");
        await ChooseAsync(page, "Show", "All that were read");
        await ShownAsync(page, 0);
        await phone.PlugAsync();

        await ShownAsync(page, 1000);
        await Expect(page.Locator("[data-over='true']")).ToContainTextAsync("10,000 items read");
        await page.GetByRole(AriaRole.Link, new() { Name = "To the snapshot" }).ClickAsync();
        await Expect(page.Locator("[data-snapshot]")).ToContainTextAsync("10,000 items");
    }

    [Fact]
    public async Task What_one_started_is_stopped()
    {
        PhoneProcess phone = await PlugAsync("port-1", "galaxy");
        await StartAgentAsync();
        string device = (await DeviceAsync("port-1")).Name;
        await phone.QuirkAsync("unplug-after=3000");
        AppWindowPage window = await OpenAsync();
        await window.GoAsync(Places.LiveItems("local", device));
        await ReadAsync(window.Page, "0-65535");
        await Expect(window.Page.Locator("[data-job]")).ToContainTextAsync("waiting for the phone");

        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Stop", Exact = true }).ClickAsync();

        await Expect(window.Page.Locator("[data-over='true']")).ToContainTextAsync("cancelled");
        Assert.Equal(JobState.Cancelled, Assert.Single((await Owner.ListJobsAsync(new ListJobsRequest(), Ct)).Jobs).State);
    }

    [Fact]
    public async Task A_viewer_is_told_why_not()
    {
        await PlugAsync("port-1", "galaxy");
        await StartAgentAsync();
        string device = (await DeviceAsync("port-1")).Name;
        AppWindowPage window = await OpenAsync("front-desk", Role.Viewer);
        await window.GoAsync(Places.LiveItems("shop", device));

        await Expect(window.Page.Locator("[data-why='role']")).ToContainTextAsync("Your role (viewer) does not ask phones for items.");
        await Expect(window.Page.Locator("#live-items")).ToHaveCountAsync(0);
        await window.AccessibleAsync();
    }

    private static async Task ReadAsync(IPage page, string items)
    {
        await page.Locator("#live-items").FillAsync(items);
        await page.GetByRole(AriaRole.Button, new() { Name = "Read", Exact = true }).ClickAsync();
    }
}
