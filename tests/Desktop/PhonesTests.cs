using System.Text.RegularExpressions;
using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.Desktop.Backups;
using ImeiAgent.Desktop.Bench;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImeiAgent.Desktop;

// The phones of an agent, as they come and go.
public sealed partial class PhonesTests : DesktopBench
{
    [Fact]
    public async Task Phones_that_come_go_are_taken_and_are_read_change_before_the_eyes()
    {
        PhoneProcess lost = await PlugAsync("port-1");
        await PlugAsync("port-2", "galaxy", seed: 2, quirks: "service=1ms");
        await PlugAsync("port-3", "exynos", seed: 3);
        await StartAgentAsync();
        AppWindowPage window = await OpenAsync("bench-3", Role.Viewer);
        ILocator first = window.Page.Locator($"[data-device='{(await DeviceAsync("port-1")).Name}']");

        await Expect(window.Page.Locator("[data-device]")).ToHaveCountAsync(3);
        await Expect(first.Locator("[data-slot='1']")).ToContainTextAsync("lost (blank)");
        await Expect(window.Page.GetByText("not a DIAG port")).ToBeVisibleAsync();
        await Expect(first.Locator("[data-mode]")).ToHaveTextAsync("USB mode: diagnostic (DM)");
        await Expect(window.Page.Locator("[data-mode]").GetByText("modem (AT) only")).ToHaveCountAsync(1);
        await window.PictureAsync("phones");
        await window.AccessibleAsync();
        await window.Page.EvaluateAsync("window.notReloaded = true");

        await Owner.AcquireLeaseAsync(new AcquireLeaseRequest
        {
            Device = (await DeviceAsync("port-1")).Name,
            Purpose = "ticket 4711",
            RequestId = Guid.NewGuid().ToString(),
        }, Ct);
        await Expect(first.Locator("[data-lease]")).ToContainTextAsync("ticket 4711");

        await lost.UnplugAsync();
        await Expect(first).ToContainTextAsync("unplugged");
        await lost.PlugAsync();
        await Expect(first).ToContainTextAsync("ready");
        Assert.True(await window.Page.EvaluateAsync<bool>("window.notReloaded === true"));

        await window.Page.Locator("#phone-filter").FillAsync("lost sm-g991u");
        await Expect(window.Page.Locator("[data-device]")).ToHaveCountAsync(1);
        await Expect(window.Page.GetByRole(AriaRole.Status).Filter(new() { HasText = "phone" })).ToHaveTextAsync("1 phone");
        await window.Page.Locator("#phone-filter").FillAsync("nothing like that");
        await Expect(window.Page.GetByText("No phone fits the filter.")).ToBeVisibleAsync();
        await window.Page.Locator("#phone-filter").FillAsync("");

        // A backup takes a minute of this phone: how far it is, and the way to it.
        string read = (await DeviceAsync("port-2")).Name;
        Job job = (await Owner.StartDumpAsync(JobPages.First(65_536, read), Ct)).Job;
        ILocator card = window.Page.Locator($"[data-device='{read}']"), row = window.Page.Locator($"tr[data-device='{read}']");
        await Expect(card).ToContainTextAsync("G991USQU5CVF1");
        await Expect(card.Locator($"[data-job='{job.Name}'] a")).ToHaveAttributeAsync("href", Places.Job("shop", job.Name));
        await Expect(card.Locator("[data-job]")).ToHaveTextAsync(Underway());
        await Expect(card.GetByRole(AriaRole.Progressbar)).Not.ToHaveAttributeAsync("aria-valuenow", "0");
        await window.AccessibleAsync();

        await window.Page.GetByText("Table", new() { Exact = true }).ClickAsync();
        await Expect(window.Page.Locator("tr[data-device]")).ToHaveCountAsync(3);
        await Expect(row).ToContainTextAsync("G991USQU5CVF1");
        await Expect(row.GetByRole(AriaRole.Link, new() { NameRegex = Underway() })).ToHaveAttributeAsync("href", Places.Job("shop", job.Name));
        await window.AccessibleAsync();
        await Owner.CancelJobAsync(new CancelJobRequest { Name = job.Name }, Ct);
        await Expect(row.GetByRole(AriaRole.Link)).ToHaveCountAsync(1);

        // Who looked at one phone comes back to what was chosen.
        await window.Page.Locator("#phone-filter").FillAsync("port-2");
        await Expect(window.Page.Locator("tr[data-device]")).ToHaveCountAsync(1);
        await row.GetByRole(AriaRole.Link).ClickAsync();
        await Expect(window.Page.Locator(".phone-holder")).ToBeVisibleAsync();
        await window.Page.GoBackAsync();
        await Expect(row).ToBeVisibleAsync();
        await Expect(window.Page.Locator("tr[data-device]")).ToHaveCountAsync(1);
        await Expect(window.Page.Locator("#phone-filter")).ToHaveValueAsync("port-2");
    }

    [Fact]
    public async Task The_phones_of_all_agents_stand_beside_each_other_and_a_lost_agent_is_named()
    {
        await PlugAsync("port-1");
        await StartAgentAsync(toBeKilled: true);
        await PairAsync("bench-3", Role.Viewer, "shop");
        await PairAsync("bench-3b", Role.Viewer, "copy");
        AppWindowPage window = await OpenAsync("bench-3");

        await window.GoAsync("/all/phones");
        await Expect(window.Page.Locator("[data-device]")).ToHaveCountAsync(1);
        await Expect(window.Page.Locator("[data-device]")).ToContainTextAsync("shop");
        await window.BothThemesAsync("all-phones");

        await KillAgentAsync();
        await Expect(window.Page.Locator("[data-agent='shop'][role='alert']")).ToBeVisibleAsync();
        await Expect(window.Page.Locator("[data-device]")).ToContainTextAsync("SM-G991U");
        await StartAgentAsync();
        await Expect(window.Page.Locator("[data-agent='shop'][role='alert']")).ToHaveCountAsync(0);
    }

    [Theory]
    [InlineData(ColorScheme.Dark, 1280, 720, 1f)]
    [InlineData(ColorScheme.Light, 3840, 2160, 1f)]
    [InlineData(ColorScheme.Light, 640, 360, 2f)] // What 1280x720 leaves at 200 % zoom.
    public async Task It_follows_the_systems_colours_and_fits_from_a_zoomed_screen_to_4K(ColorScheme scheme, int width, int height, float scale)
    {
        await PlugAsync("port-1");
        await StartAgentAsync();
        await using AppWindowPage window = await AppWindowPage.OpenAsync(
            await StartDesktopAsync(), new() { ColorScheme = scheme, ViewportSize = new() { Width = width, Height = height }, DeviceScaleFactor = scale });

        await Expect(window.Page.Locator("[data-device]")).ToContainTextAsync("ready");
        // Which colours the system wants the window says by script, after its first drawing.
        await Expect(window.Page.Locator("body")).ToHaveCSSAsync("background-color", scheme == ColorScheme.Dark ? "rgb(18, 19, 24)" : "rgb(247, 248, 250)");
        Assert.True(await window.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), "It scrolls sideways.");
        await window.AccessibleAsync();
        await window.PictureAsync($"phones-{scheme}-{width}".ToLowerInvariant());
    }

    [GeneratedRegex("running, [1-9][0-9]? %$")]
    private static partial Regex Underway();
}
