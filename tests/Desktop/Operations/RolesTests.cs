using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.Desktop.Bench;
using ImeiAgent.V1;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImeiAgent.Desktop.Operations;

// What a role may not do is not offered.
public sealed class RolesTests : DesktopBench
{
    // Of whatever page: what changes a phone, the agent or its records.
    private static readonly string[] s_writes =
    [
        "Restore IMEI", "Back up", "Browse items", "Identify again", "Take this phone", "Give back", "Take away", "Settle", "Show numbers", "Verify the audit", "Rename", "Revoke",
        "Make an invitation", "Support bundle", "JSON lines", "CSV",
    ];

    [Fact]
    public async Task A_viewer_is_offered_nothing_that_would_be_refused_and_pages_for_others_are_a_sentence()
    {
        await PlugAsync("port-1");
        await StartAgentAsync();
        string device = (await DeviceAsync("port-1")).Name;
        await Owner.RestoreAsync(device, Label);
        await Owner.BackUpAsync(device);
        await Owner.TakeAsync(device, "ticket 4711");
        AppWindowPage window = await OpenAsync("window-1", Role.Viewer);
        IPage page = window.Page;

        foreach (string place in (string[])[Places.Phones("shop"), Places.Phone("shop", device), Places.Journal("shop"), Places.Leases("shop"), Places.Agent("shop")])
        {
            await window.GoAsync(place);
            await Expect(page.Locator(".caller")).ToHaveTextAsync("window-1, viewer");
            await NothingToDoAsync(page);
            await Expect(page.GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);
        }
        foreach ((string place, string needs) in ((string, string)[])
            [(Places.Audit("shop"), "supervisor"), (Places.Clients("shop"), "owner"), (Places.Traces("shop"), "reader"), (Places.Trace("shop", "0123"), "reader")])
        {
            await window.GoAsync(place);
            await Expect(page.Locator($"[data-needs='{needs}']")).ToContainTextAsync($"This page is for a {needs} or more; you are viewer at this agent.");
            await Expect(page.GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);
            await NothingToDoAsync(page);
            await window.AccessibleAsync();
        }
        await Expect(page.GetByRole(AriaRole.Navigation).GetByRole(AriaRole.Link)).ToHaveTextAsync(
            ["Phones", "Backups", "Snapshots", "Journal", "Approvals", "Leases", "Agent"]);
        // Nothing that was shown was refused.
        Assert.DoesNotContain((await Owner.ListAuditAsync(new ListAuditRequest(), Ct)).Rows, row => row.Outcome.StartsWith("refused", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Role.Reader, "Phones Backups Snapshots Journal Approvals Leases Traces Agent")]
    [InlineData(Role.Supervisor, "Phones Backups Snapshots Journal Approvals Leases Traces Audit Agent")]
    [InlineData(Role.Owner, "Phones Backups Snapshots Journal Approvals Leases Traces Audit Clients Agent")]
    public async Task The_menu_has_what_the_role_may_see(Role role, string expected)
    {
        await PlugAsync("port-1");
        await StartAgentAsync();
        AppWindowPage window = await OpenAsync("window-1", role);
        await Expect(window.Page.GetByRole(AriaRole.Navigation).GetByRole(AriaRole.Link)).ToHaveTextAsync(expected.Split(' '));
    }

    private static async Task NothingToDoAsync(IPage page)
    {
        foreach (string name in s_writes)
        {
            await Expect(page.GetByRole(AriaRole.Button, new() { Name = name })).ToHaveCountAsync(0);
            await Expect(page.GetByRole(AriaRole.Link, new() { Name = name })).ToHaveCountAsync(0);
        }
        await Expect(page.Locator("a[download]")).ToHaveCountAsync(0);
    }
}
