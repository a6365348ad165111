using System.Text.RegularExpressions;
using ImeiAgent.Client;
using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.Desktop.Backups;
using ImeiAgent.Desktop.Bench;
using ImeiAgent.TestKit;
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
        "Make an invitation", "Support bundle", "JSON lines", "CSV", "Compare the two chosen", "Download", "Import a backup file", "Start the backup", "Cancel the backup",
        "Approve this restore",
    ];

    [Fact]
    public async Task A_viewer_is_offered_nothing_that_would_be_refused_and_pages_for_others_are_a_sentence()
    {
        PhoneProcess phone = await PlugAsync("port-1");
        await StartAgentAsync();
        string device = (await DeviceAsync("port-1")).Name;
        await Owner.RestoreAsync(device, Label);
        await Assert.ThrowsAsync<AgentException>(() => Owner.RestoreAsync(device, Label2)); // Waits for a supervisor.
        Job read = await Owner.BackUpAsync(device);
        await phone.QuirkAsync("service=1ms");
        Job running = (await Owner.StartDumpAsync(JobPages.First(65_536, device), Ct)).Job;
        await Owner.TakeAsync(device, "ticket 4711");
        AppWindowPage window = await OpenAsync("window-1", Role.Viewer);
        IPage page = window.Page;

        foreach ((string place, string shows) in ((string, string)[])
        [
            (Places.Phones("shop"), $"[data-device='{device}']"), (Places.Phone("shop", device), ".phone-holder"), (Places.Jobs("shop"), $"[data-job='{running.Name}']"),
            (Places.Job("shop", running.Name), "[data-state='Running']"), (Places.Job("shop", read.Name), ".job-outcome"), (Places.Backup("shop", device), "[data-needs='reader']"),
            (Places.Snapshots("shop"), $"tr[data-snapshot='{read.Summary.Snapshot}']"), (Places.Snapshot("shop", read.Summary.Snapshot), "[data-why='role']"),
            (Places.Journal("shop"), "tr[data-row]"), (Places.JournalEntry("shop", "1"), ".receipt-paper"), (Places.Approvals("shop"), "[data-approval]"),
            (Places.Leases("shop"), "[data-lease]"), (Places.Agent("shop"), "[data-fact='caller']"),
        ])
        {
            await window.GoAsync(place);
            await Expect(page.Locator(".caller")).ToHaveTextAsync("window-1, viewer");
            // A button that comes with what is read is not there before.
            await Expect(page.Locator(shows).First).ToBeVisibleAsync();
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
        await Expect(page.GetByRole(AriaRole.Navigation).GetByRole(AriaRole.Link)).ToHaveCountAsync(7);
        await Expect(page.GetByRole(AriaRole.Navigation).GetByRole(AriaRole.Link)).ToContainTextAsync(
            ["Phones", "Backups", "Snapshots", "Journal", "Approvals", "Leases", "Agent"]);
        // Nothing that was shown was refused.
        Assert.DoesNotContain((await Owner.ListAuditAsync(new ListAuditRequest(), Ct)).Rows, row => row.Operator == "window-1" && row.Outcome.StartsWith("refused", StringComparison.Ordinal));
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
        Regex writes = new(string.Join('|', s_writes.Select(Regex.Escape)), RegexOptions.IgnoreCase);
        foreach (AriaRole role in (AriaRole[])[AriaRole.Button, AriaRole.Link])
            await Expect(page.GetByRole(role, new() { NameRegex = writes })).ToHaveCountAsync(0);
        await Expect(page.Locator("td input[type=checkbox]")).ToHaveCountAsync(0);
        // A receipt with masked numbers is for everybody.
        await Expect(page.Locator("a[download]:not([data-action='html'])")).ToHaveCountAsync(0);
    }
}
