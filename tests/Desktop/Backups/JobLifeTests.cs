using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.Desktop.Bench;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImeiAgent.Desktop.Backups;

// What happens to a backup that a window watches: the agent dies, the network breaks, the phone leaves, others come, somebody ends it.
public sealed class JobLifeTests : DesktopBench
{
    // 12,288 items in 12 s or more: time enough to disturb them.
    private const string Slowly = "service=1ms";
    private const uint Items = 12_288;

    [Fact]
    public async Task An_agent_killed_in_the_middle_is_said_and_the_backup_goes_on_with_the_next_one_until_everything_is_there()
    {
        PhoneProcess phone = await PlugAsync("port-1", "galaxy", quirks: Slowly);
        await StartAgentAsync(toBeKilled: true);
        AppWindowPage window = await OpenAsync();
        Job job = (await Owner.StartDumpAsync(JobPages.First(Items, (await DeviceAsync("port-1")).Name), Ct)).Job;
        await window.GoAsync(Places.Job("local", job.Name));
        await window.HasReadAsync(2_000);
        await window.Page.EvaluateAsync("window.notReloaded = true");

        await KillAgentAsync();
        await Expect(window.Page.Locator(".job-lost")).ToBeVisibleAsync();
        await Expect(window.Page.Locator(".lost-banner")).ToBeVisibleAsync();
        await Expect(window.Page.GetByRole(AriaRole.Button, new() { Name = "Cancel the backup" })).ToBeDisabledAsync();
        // The picture is drawn by a clock of its own.
        await Eventually.HoldsAsync(async () => await window.CountAsync(1, "NotRead") is > 65536 - (int)Items and <= 65536 - 2_000);
        await window.PictureAsync("backup-lost");
        await phone.UnplugAsync();
        await phone.PlugAsync();
        await StartAgentAsync();

        await Expect(window.Outcome).ToContainTextAsync("Read 12,288 items");
        await Expect(window.Page.Locator(".job-lost, .lost-banner")).ToHaveCountAsync(0);
        await Expect(window.Count(1, "NotRead")).ToHaveTextAsync("53,248");
        Job ended = (await Owner.GetJobAsync(new GetJobRequest { Name = job.Name }, Ct)).Job;
        Assert.Equal((int)ended.Summary.Active, await window.CountAsync(1, "Active"));
        Assert.True(await window.Page.EvaluateAsync<bool>("window.notReloaded === true"));
    }

    [Fact]
    public async Task A_network_that_pauses_and_breaks_between_station_and_agent_is_said_and_costs_the_backup_nothing()
    {
        await PlugAsync("port-1", "galaxy", quirks: "service=1ms");
        await StartAgentAsync();
        Relay network = await PairThroughRelayAsync("bench-3", Role.Reader);
        AppWindowPage window = await OpenAsync("bench-3");
        Job job = (await Owner.StartDumpAsync(JobPages.First(Items, (await DeviceAsync("port-1")).Name), Ct)).Job;
        await window.GoAsync(Places.Job("shop", job.Name));
        await window.HasReadAsync(500);
        await window.Page.EvaluateAsync("window.notReloaded = true");

        // Nothing comes through for a moment, and nobody notices more than that.
        network.Stall();
        int before = await window.DoneAsync();
        await ReadsOnAsync(job, before + 1_000);
        int held = await window.DoneAsync();
        await ReadsOnAsync(job, before + 2_000);
        Assert.Equal(held, await window.DoneAsync());
        network.Pass();
        await window.HasReadAsync(before + 2_000);
        await Expect(window.Page.Locator(".job-lost, .lost-banner")).ToHaveCountAsync(0);

        network.Cut();
        await Expect(window.Page.Locator(".job-lost")).ToBeVisibleAsync();
        await Expect(window.Page.Locator(".lost-banner")).ToBeVisibleAsync();
        int lost = await window.DoneAsync();
        await ReadsOnAsync(job, lost + 1_000);
        await window.AccessibleAsync();
        Assert.Equal(lost, await window.DoneAsync());
        network.Pass();

        await Expect(window.Outcome).ToContainTextAsync("Read 12,288 items");
        await Expect(window.Page.Locator(".job-lost, .lost-banner")).ToHaveCountAsync(0);
        await Expect(window.Count(1, "NotRead")).ToHaveTextAsync("53,248");
        Job ended = (await Owner.GetJobAsync(new GetJobRequest { Name = job.Name }, Ct)).Job;
        Assert.Equal((int)ended.Summary.Active, await window.CountAsync(1, "Active"));
        Assert.True(await window.Page.EvaluateAsync<bool>("window.notReloaded === true"));
    }

    [Fact]
    public async Task A_phone_that_leaves_is_waited_for_with_what_to_do_and_until_when()
    {
        PhoneProcess phone = await PlugAsync("port-1", "galaxy", quirks: Slowly);
        await StartAgentAsync();
        AppWindowPage window = await OpenAsync();
        Job job = (await Owner.StartDumpAsync(JobPages.First(Items, (await DeviceAsync("port-1")).Name), Ct)).Job;
        await window.GoAsync(Places.Job("local", job.Name));
        await window.HasReadAsync(1_000);
        ILocator rate = window.Facts.Locator("[data-rate]"), left = window.Facts.Locator("[data-left]");
        await Expect(rate).ToHaveAttributeAsync("data-rate", new System.Text.RegularExpressions.Regex("^[1-9]"));
        await Expect(rate).ToContainTextAsync(new System.Text.RegularExpressions.Regex("^[1-9][0-9,]* items/s$"));
        await Expect(left).ToContainTextAsync(new System.Text.RegularExpressions.Regex("^[0-9].* s$"));
        Assert.InRange(int.Parse((await window.Facts.Locator("[data-window]").GetAttributeAsync("data-window"))!, System.Globalization.CultureInfo.InvariantCulture), 1, 64);

        await phone.UnplugAsync();
        ILocator waits = window.Page.Locator(".job-waits");
        await Expect(waits).ToContainTextAsync("Waiting for the phone until 20");
        Job waiting = (await Owner.GetJobAsync(new GetJobRequest { Name = job.Name }, Ct)).Job;
        Assert.NotEmpty(waiting.Hint);
        await Expect(waits).ToContainTextAsync(waiting.Hint);
        await Expect(waits).ToContainTextAsync(waiting.WaitUntil.ToDateTime().ToLocalTime().ToString("HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture));
        await window.BothThemesAsync("backup-waits");
        await phone.PlugAsync();

        await Expect(window.Outcome).ToContainTextAsync("Read 12,288 items");
        await Expect(waits).ToHaveCountAsync(0);
        await Expect(window.Facts.Locator("[data-rate], [data-left], [data-window]")).ToHaveCountAsync(0);
        await Expect(window.Count(1, "NotRead")).ToHaveTextAsync("53,248");
        await window.BothThemesAsync("backup-ended");
    }

    [Fact]
    public async Task Another_station_finds_the_running_backup_joins_it_and_cannot_be_robbed_of_it_in_passing()
    {
        await PlugAsync("port-1", "galaxy", quirks: "service=1ms");
        await StartAgentAsync();
        string phone = (await DeviceAsync("port-1")).Name;
        AppWindowPage owner = await OpenAsync(), station = await OpenAsync("bench-3", Role.Reader);
        await owner.GoAsync(Places.Backup("local", phone));
        await owner.Page.GetByRole(AriaRole.Button, new() { Name = "Start the backup" }).ClickAsync();
        await owner.HasReadAsync(300);

        // It is in the list, and the page of the phone's backup tells of it too.
        await station.GoAsync(Places.Jobs("shop"));
        ILocator row = station.Page.Locator(".job-table [data-job]");
        await Expect(row).ToContainTextAsync("running");
        await Expect(row).ToContainTextAsync("local:");
        await Expect(row).ToContainTextAsync("full, SIM 1 and 2");
        await station.BothThemesAsync("backups");
        await station.GoAsync(Places.Backup("shop", phone));
        await Expect(station.Page.GetByText("A backup of this phone is running")).ToBeVisibleAsync();

        // Starting the same is joining it; what was read before is there at once.
        await station.Page.GetByRole(AriaRole.Button, new() { Name = "Start the backup" }).ClickAsync();
        await Expect(station.Page.Locator("[data-joined]")).ToContainTextAsync("started by local:");
        await Expect(station.Facts).ToHaveAttributeAsync("data-state", "Running");
        await Eventually.HoldsAsync(async () => await station.CountAsync(1, "NotRead") < 65536 - 300);
        Job job = Assert.Single((await Owner.ListJobsAsync(new ListJobsRequest(), Ct)).Jobs);

        // Two want it: who gives up does not end it for the other.
        await EndAsync(owner, "Cancel it");
        await Expect(owner.Page.GetByText("This backup is still wanted, by somebody else or by you at another desk, so it goes on.")).ToBeVisibleAsync();
        Assert.Equal(JobState.Running, (await Owner.GetJobAsync(new GetJobRequest { Name = job.Name }, Ct)).Job.State);
        await owner.AccessibleInBothThemesAsync();
        await owner.Page.GetByRole(AriaRole.Button, new() { Name = "End it for everybody" }).ClickAsync();
        await Expect(owner.Outcome).ToContainTextAsync("The backup was cancelled.");
        await Expect(station.Outcome).ToContainTextAsync("The backup was cancelled.");
        await Expect(station.Page.GetByRole(AriaRole.Button, new() { Name = "Cancel the backup" })).ToHaveCountAsync(0);
        Assert.Empty((await Owner.ListSnapshotsAsync(new ListSnapshotsRequest(), Ct)).Snapshots);
    }

    [Fact]
    public async Task One_that_nobody_else_wants_ends_at_the_first_yes_and_a_second_window_shares_the_watch()
    {
        await PlugAsync("port-1", "galaxy", quirks: "service=1ms");
        await StartAgentAsync();
        AppWindowPage window = await OpenAsync();
        Job job = (await Owner.StartDumpAsync(JobPages.First(65_536, (await DeviceAsync("port-1")).Name), Ct)).Job;
        await window.GoAsync(Places.Job("local", job.Name));
        await window.HasReadAsync(300);
        AppWindowPage second = await window.OpenAnotherAsync(Places.Job("local", job.Name));
        await second.HasReadAsync(300);

        // The agent would count a second watch of this program as one who wants the backup too.
        await EndAsync(second, "Cancel it");

        await Expect(second.Outcome).ToContainTextAsync("The backup was cancelled.");
        await Expect(window.Outcome).ToContainTextAsync("The backup was cancelled.");
        Assert.Equal(JobState.Cancelled, (await Owner.GetJobAsync(new GetJobRequest { Name = job.Name }, Ct)).Job.State);
        await second.DisposeAsync();
    }

    [Fact]
    public async Task A_viewer_sees_how_far_it_is_and_no_more()
    {
        await PlugAsync("port-1", "galaxy", quirks: Slowly);
        await StartAgentAsync();
        string phone = (await DeviceAsync("port-1")).Name;
        AppWindowPage window = await OpenAsync("front-desk", Role.Viewer);
        Job job = (await Owner.StartDumpAsync(JobPages.First(Items, phone), Ct)).Job;

        await window.GoAsync(Places.Job("shop", job.Name));
        await window.HasReadAsync(500);
        await Expect(window.Page.Locator("[data-needs='reader']")).ToContainTextAsync("You are viewer here.");
        await Expect(window.Page.Locator(".range-map, canvas")).ToHaveCountAsync(0);
        await Expect(window.Page.GetByRole(AriaRole.Button, new() { Name = "Cancel the backup" })).ToHaveCountAsync(0);
        await window.AccessibleInBothThemesAsync();
        await Expect(window.Outcome).ToContainTextAsync("Read 12,288 items");
        await Expect(window.Page.Locator(".snapshot-download")).ToHaveCountAsync(0);

        await window.GoAsync(Places.Backup("shop", phone));
        await Expect(window.Page.Locator("[data-needs='reader']")).ToContainTextAsync("A backup takes the role reader.");
        await Expect(window.Page.GetByRole(AriaRole.Button, new() { Name = "Start the backup" })).ToHaveCountAsync(0);

        // An ended one that was never told is asked for.
        await window.GoAsync(Places.Jobs("shop"));
        await Expect(window.Page.Locator(".job-table [data-job]")).ToContainTextAsync("done");
        await Expect(window.Page.GetByRole(AriaRole.Button, new() { Name = "Back up a phone" })).ToHaveCountAsync(0);
        AppWindowPage later = await OpenAsync("front-desk");
        await later.GoAsync(Places.Job("shop", job.Name));
        await Expect(later.Outcome).ToContainTextAsync("Read 12,288 items");
    }

    // The agent, asked by another way, has read so many items of a job.
    private Task ReadsOnAsync(Job job, int items) => Eventually.HoldsAsync(
        async () => (await Owner.GetJobAsync(new GetJobRequest { Name = job.Name }, Ct)).Job.Progress.Done >= items, text: $"the agent has read {items} items");

    private static async Task EndAsync(AppWindowPage window, string yes)
    {
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Cancel the backup" }).ClickAsync();
        await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Name = "Cancel this backup?" })).ToBeVisibleAsync();
        await window.Page.GetByRole(AriaRole.Button, new() { Name = yes, Exact = true }).ClickAsync();
    }
}
