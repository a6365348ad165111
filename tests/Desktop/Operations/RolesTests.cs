using System.Text.RegularExpressions;
using ImeiAgent.Client;
using ImeiAgent.Client.Contexts;
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
public sealed partial class RolesTests : DesktopBench
{
    // What each role finds to press or to fill on all pages together, by its accessible name, in addition to what lesser roles find. A new one fails the
    // test until somebody has decided here whose it is. A star stands for names of phones and for numbers.
    private static readonly Dictionary<Role, string[]> s_offered = new()
    {
        [Role.Viewer] =
        [
            "Agent: Choose an agent. Show another.", "Agent: shop. Show another.", "Backup (checkbox)", "Cards", "Dark colours", "Filter (text)",
            "Forget shop", "Name (text)", "Notes (*)", "Pages", "Pair with an agent", "Pairing line (textarea)", "Phone (text)",
            "Phones of all agents", "Print", "Restore (checkbox)", "Save as HTML", "Save as PDF", "shop", "Snapshot (checkbox)", "Swap A and B",
            "Table", "This machine",
        ],
        [Role.Reader] =
        [
            "*, *", "*, open item * of SIM *", "+added (*) (checkbox)", "=the same (*) (checkbox)", "?not comparable (*) (checkbox)", "Back up",
            "Back up a phone", "Browse items", "Cancel the backup", "Choose snapshot * to compare (checkbox)", "Close", "Compare with…",
            "Copy trace id", "Download snapshot *", "Full (radio)", "Go to the next item that is: *", "Group", "Identify again", "Item (text)",
            "Items to read (text)", "NV text (.txt), SIM *, all items", "NV text (.txt), SIM *, only items with data",
            "Only those that failed (checkbox)", "Quick (radio)", "Read again", "Search (text)", "Show", "Show all items, SIM *",
            "Show IMEIs in full (checkbox)", "Show numbers", "SIM", "SIM * (checkbox)", "Start the backup", "Zoom in, SIM *", "Zoom out, SIM *",
            "−gone (*) (checkbox)", "≠changed (*) (checkbox)",
        ],
        [Role.Technician] =
        [
            "File (file)", "Format", "Holds", "Import a backup file", "Next", "Recording * as pcapng", "Restore IMEI", "Restore SIM * (checkbox)",
            "Show numbers in full (checkbox)", "Take this phone",
        ],
        [Role.Supervisor] =
        [
            "Audit (checkbox)", "CSV", "From day (text)", "JSON lines", "Open", "Show numbers (checkbox)", "Support bundle",
            "Support bundle of the last that failed", "Take away * from *", "To day (text)", "Verify the audit", "Why you approve it (text)",
        ],
        [Role.Owner] = ["Rename *", "Revoke *", "Show revoked ones too (checkbox)"],
    };

    // What can be pressed, chosen or filled, but for links to other pages.
    private const string Offered =
        """
        () => {
          const text = ids => (ids ?? "").split(" ").filter(id => id).map(id => document.getElementById(id)?.textContent ?? "").join(" ");
          return [...document.querySelectorAll("button, [role=button], [role=menuitem], [role=switch], [role=combobox], a.mud-button-root, a[download], input, select, textarea, summary, .mud-menu-item, .mud-expand-panel-header")]
            .filter(one => one.type !== "hidden" && !one.disabled && one.getAttribute("aria-disabled") !== "true" && !one.classList.contains("mud-disabled"))
            .filter(one => one.checkVisibility({ visibilityProperty: true }))
            .map(one => (one.getAttribute("aria-label") || text(one.getAttribute("aria-labelledby")) || [...(one.labels ?? [])].map(label => label.textContent).join(" ") || one.innerText || one.title || one.outerHTML.slice(0, 200))
              .replace(/\s+/g, " ").trim() + (one.matches("input, select, textarea") ? ` (${one.type})` : ""));
        }
        """;

    [Theory]
    [InlineData(Role.Viewer)]
    [InlineData(Role.Reader)]
    [InlineData(Role.Technician)]
    [InlineData(Role.Supervisor)]
    [InlineData(Role.Owner)]
    public async Task Each_role_is_offered_what_was_decided_for_it_on_every_page_and_nothing_that_would_be_refused(Role role)
    {
        PhoneProcess phone = await PlugAsync("port-1", quirks: "read-only=550");
        PhoneProcess slow = await PlugAsync("port-2", seed: 2);
        await StartAgentAsync();
        string device = (await DeviceAsync("port-1")).Name, other = (await DeviceAsync("port-2")).Name;
        await Assert.ThrowsAsync<AgentException>(() => Owner.RestoreAsync(device, Label)); // Leaves a recording.
        await phone.QuirkAsync("");
        await Owner.RestoreAsync(device, Label);
        await Assert.ThrowsAsync<AgentException>(() => Owner.RestoreAsync(device, Label2)); // Waits for a supervisor.
        Job read = await Owner.BackUpAsync(device), again = await Owner.BackUpAsync(device, last: 600);
        await slow.QuirkAsync("service=20ms"); // It is read for as long as the test takes.
        Job running = (await Owner.StartDumpAsync(JobPages.First(65_536, other), Ct)).Job;
        string trace = "";
        await Eventually.HoldsAsync(async () =>
            (trace = (await Owner.ListTracesAsync(new ListTracesRequest { Device = device, FailedOnly = true }, Ct)).Traces.FirstOrDefault(one => one.Error.Contains("ITEM_READ_ONLY", StringComparison.Ordinal))?.TraceId ?? "").Length > 0);

        string station = $"window-{role.ToString().ToLowerInvariant()}";
        await Owner.TakeAsync(other, "ticket 4711");
        AppWindowPage window = await OpenAsync(station, role);
        IPage page = window.Page;
        SortedSet<string> found = new(StringComparer.Ordinal);
        // A page for further roles is a sentence.
        foreach ((string place, string shows, Role least) in ((string, string, Role)[])
        [
            (Places.Phones("shop"), $"[data-device='{device}']", default), (Places.AllPhones, $"[data-device='{device}']", default),
            (Places.Phone("shop", device), "[data-kind='restore']", default), (Places.Phone("shop", other), "[data-lease]", default),
            (Places.Backup("shop", device), "fieldset", Role.Reader), (Places.Restore("shop", device), ".wizard [data-action]", Role.Technician),
            (Places.LiveItems("shop", device), "#live-items", Role.Reader), (Places.Jobs("shop"), $"[data-job='{running.Name}']", default),
            (Places.Job("shop", running.Name), "[data-state='Running']", default), (Places.Job("shop", read.Name), ".job-outcome", default),
            (Places.Snapshots("shop"), $"tr[data-snapshot='{read.Summary.Snapshot}']", default), (Places.Snapshot("shop", read.Summary.Snapshot), ".row-table", Role.Reader),
            (Places.Compare("shop", read.Summary.Snapshot, again.Summary.Snapshot), ".item-count", Role.Reader), (Places.Journal("shop"), "tr[data-row]", default),
            (Places.JournalEntry("shop", "2"), ".receipt-paper", default), (Places.Approvals("shop"), "[data-approval]", default), (Places.Leases("shop"), "[data-lease]", default),
            (Places.Traces("shop"), "tr[data-trace]", Role.Reader), (Places.Trace("shop", trace), "[data-recording]", Role.Reader), (Places.Audit("shop"), "tbody tr", Role.Supervisor),
            (Places.Clients("shop"), "tbody tr", Role.Owner), (Places.Agent("shop"), "[data-fact='caller']", default), (Places.Pair, "#pair-line", default), ("/nothing-here", "h2", default),
        ])
        {
            await window.GoAsync(place);
            bool isOnlyFor = role < least;
            await Expect(page.Locator(isOnlyFor ? $"[data-needs='{least.ToString().ToLowerInvariant()}'], [data-why='role']" : shows).First).ToBeVisibleAsync();
            if (isOnlyFor)
                await Expect(page.Locator("#content")).ToContainTextAsync(role.ToString(), new() { IgnoreCase = true });
            found.UnionWith(await OfferedAsync(page, place));
            await Expect(page.GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);
            // They differ in a word or two.
            if (isOnlyFor && role == Role.Viewer)
                await (least == Role.Owner ? window.BothThemesAsync("for-others") : window.AccessibleAsync());
        }
        string[] decided = [.. s_offered.Where(one => one.Key <= role).SelectMany(one => one.Value)];
        string[] faults =
        [
            .. found.Except(decided).Select(name => $"{role}: it is not decided here who may see '{name}'."),
            .. decided.Except(found).Select(name => $"{role}: '{name}' is on no page."),
        ];
        // Nothing that was shown was refused; what is refused would be seen.
        if (role < Role.Owner)
        {
            ContextStore contexts = ContextsOf(station);
            await using AgentClient itself = AgentClient.Connect(AgentEndpoint.For(contexts.Read().Contexts[0], contexts));
            await Assert.ThrowsAsync<AgentException>(() => itself.CreatePairingAsync(new CreatePairingRequest { Name = "bench-4", Role = Role.Owner }, Ct));
        }
        IEnumerable<AuditRow> refused = (await Owner.ListAuditAsync(new ListAuditRequest { PageSize = 1000 }, Ct)).Rows
            .Where(row => row.Operator == station && row.Outcome.StartsWith("refused", StringComparison.Ordinal));
        Assert.Equal(role < Role.Owner ? 1 : 0, refused.Count());
        Assert.All(refused, row => Assert.Contains("CreatePairing", row.Detail, StringComparison.Ordinal));
        Assert.True(faults.Length == 0, string.Join('\n', faults));
    }

    [Fact]
    public async Task Invitations_are_made_on_the_agents_machine_by_its_owner()
    {
        await PlugAsync("port-1");
        await StartAgentAsync();
        AppWindowPage window = await OpenAsync();
        await window.GoAsync(Places.Clients("local"));
        await window.Page.Locator("#invite-name").FillAsync("bench-4");

        IEnumerable<string> found = await OfferedAsync(window.Page, Places.Clients("local"));

        Assert.Equal(
            ["Make an invitation", "Role viewerreadertechniciansupervisorowner (select-one)"],
            found.Except([.. s_offered.Values.SelectMany(names => names), "Agent: This machine. Show another."]).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(Role.Viewer, "Phones Backups Snapshots Journal Approvals Leases Agent")]
    [InlineData(Role.Reader, "Phones Backups Snapshots Journal Approvals Leases Traces Agent")]
    [InlineData(Role.Technician, "Phones Backups Snapshots Journal Approvals Leases Traces Agent")]
    [InlineData(Role.Supervisor, "Phones Backups Snapshots Journal Approvals Leases Traces Audit Agent")]
    [InlineData(Role.Owner, "Phones Backups Snapshots Journal Approvals Leases Traces Audit Clients Agent")]
    public async Task The_menu_has_what_the_role_may_see(Role role, string expected)
    {
        await PlugAsync("port-1");
        await StartAgentAsync();
        AppWindowPage window = await OpenAsync("window-1", role);
        await Expect(window.Page.GetByRole(AriaRole.Navigation).GetByRole(AriaRole.Link)).ToHaveTextAsync(expected.Split(' '));
    }

    // What comes with what is read is not there before: it is looked at until it stays the same. What is folded is unfolded, menus
    // are opened; the one of the agents is the same on all pages.
    private static async Task<IEnumerable<string>> OfferedAsync(IPage page, string place)
    {
        string[] names = await StillAsync(page);
        bool isFolded = await page.EvaluateAsync<bool>("() => { const folded = [...document.querySelectorAll('#content details')]; folded.forEach(one => one.open = true); return folded.length > 0; }");
        foreach (ILocator panel in await page.Locator("#content .mud-expand-panel:not(.mud-panel-expanded)").AllAsync())
        {
            await panel.Locator(".mud-expand-panel-header").ClickAsync();
            await Expect(page.Locator(".mud-panel-expanded input:visible").First).ToBeVisibleAsync();
            isFolded = true;
        }
        if (isFolded)
            names = [.. names, .. await StillAsync(page)];
        foreach (ILocator menu in await page.Locator(place == Places.Phones("shop") ? ".mud-menu button:visible" : "#content .mud-menu button:visible").AllAsync())
        {
            await menu.ClickAsync();
            await Expect(page.Locator(".mud-menu-item").First).ToBeVisibleAsync();
            names = [.. names, .. await page.EvaluateAsync<string[]>(Offered)];
        }
        // How many pages a list has does not matter.
        return names.Where(name => name is not ("Older" or "Newer" or "Show older")).Select(name => Particulars().Replace(name, "*"));
    }

    private static async Task<string[]> StillAsync(IPage page)
    {
        string[] names = [], before;
        int same = 0;
        for (int looks = 0; looks < 100; looks++)
        {
            before = names;
            await Task.Delay(100, Ct);
            names = [.. (await page.EvaluateAsync<string[]>(Offered)).Select(name => Particulars().Replace(name, "*"))];
            same = names.SequenceEqual(before) ? same + 1 : 0;
            if (same == 3)
                return names;
        }
        throw new TimeoutException($"{page.Url} does not stand still: {string.Join(", ", names)}");
    }

    // What is of this run: names of phones, clients and snapshots, numbers of items and rows, what a picture has read so far.
    [GeneratedRegex("(?<=next item that is: ).*|(?<= from )local:.*|(?<=^(Rename|Revoke) )window-[a-z]+|(sm-|SM-)[a-zA-Z0-9-]+|[0-9]{8}-[0-9a-f]+|[0-9]+")]
    private static partial Regex Particulars();
}
