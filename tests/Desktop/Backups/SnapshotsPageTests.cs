using System.Net;
using System.Text;
using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.Desktop.Bench;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImeiAgent.Desktop.Backups;

// Snapshots: the list, files of them, and files that become some.
public sealed class SnapshotsPageTests : DesktopBench
{
    [Fact]
    public async Task The_list_shows_what_was_read_finds_it_and_leads_two_to_the_comparison()
    {
        await PlugAsync("port-1", "galaxy");
        await StartAgentAsync();
        AppWindowPage window = await OpenAsync("bench-3", Role.Reader);
        await window.GoAsync(Places.Snapshots("shop"));
        await Expect(window.Page.GetByText("No snapshots yet.")).ToBeVisibleAsync();

        // They appear by themselves.
        string first = await ReadAsync(1024, 1, 2), second = await ReadAsync(1025, 1), third = await ReadAsync(1026, 1);
        ILocator rows = window.Page.Locator(".snapshot-table [data-snapshot]:is(tr)");
        await Expect(rows).ToHaveCountAsync(3);
        Snapshot kept = (await Owner.GetSnapshotAsync(new GetSnapshotRequest { Name = first }, Ct)).Snapshot;
        ILocator row = window.Page.Locator($"tr[data-snapshot='{first}']");
        await Expect(row).ToContainTextAsync("SM-G991U");
        await Expect(row).ToContainTextAsync("2,048, SIM 1 and 2");
        await Expect(row.Locator("[data-slot='1']")).ToContainTextAsync("SIM 1: ok 35693803*****09");
        await Expect(row.Locator("[data-slot='2']")).ToContainTextAsync("SIM 2: ok 49015420*****18");
        await Expect(row).ToContainTextAsync(kept.Active.ToString("N0", System.Globalization.CultureInfo.InvariantCulture));
        Assert.DoesNotContain(Label, await window.Page.ContentAsync(), StringComparison.Ordinal);
        // A reader brings no files.
        await Expect(window.Page.Locator(".snapshot-import")).ToHaveCountAsync(0);

        await window.Page.Locator("#snapshot-filter").FillAsync("g991u 1,025".Split(' ')[0] + " " + second[^6..]);
        await Expect(rows).ToHaveCountAsync(1);
        await Expect(window.Page.GetByText("1 of 3 snapshots")).ToBeVisibleAsync();
        await window.Page.Locator("#snapshot-filter").FillAsync("nothing like it");
        await Expect(window.Page.GetByText("No loaded snapshot fits the filter.")).ToBeVisibleAsync();
        await window.Page.Locator("#snapshot-filter").FillAsync("");

        ILocator compare = window.Page.GetByRole(AriaRole.Button, new() { Name = "Compare the two chosen" });
        await Expect(compare).ToBeDisabledAsync();
        await window.PressAsync(Choose(window, third), "Space");
        await window.PressAsync(Choose(window, first), "Space");
        await Expect(Choose(window, second)).ToBeDisabledAsync();
        await window.AccessibleAsync();
        await window.TurnDarkAsync();
        await window.AccessibleAsync();
        await window.PictureAsync("snapshots");
        await window.FitsAsync();
        await window.PressAsync(compare);
        // The older one first.
        await Expect(window.Page).ToHaveURLAsync(new Uri(window.Host.Address, Places.Compare("shop", first, third)).ToString());
        window.Forgive();
    }

    [Fact]
    public async Task A_file_is_what_the_agent_exports_and_an_address_that_leads_to_none_says_why()
    {
        await PlugAsync("port-1", "galaxy");
        await StartAgentAsync();
        string name = await ReadAsync(4096, 1, 2);
        AppWindowPage window = await OpenAsync("bench-3", Role.Reader);
        await window.GoAsync(Places.Snapshots("shop"));

        (byte[] all, string fileName) = await DownloadAsync(window, name, "NV text (.txt), SIM 2, all items");
        Assert.Equal(await ExportAsync(new() { Name = name, Format = SnapshotFormat.NvText, Slot = 2 }), all);
        Assert.Equal($"SM-G991U_{name["snapshots/".Length..]}_sim2.txt", fileName);
        (byte[] active, string activeName) = await DownloadAsync(window, name, "NV text (.txt), SIM 1, only items with data");
        Assert.Equal(await ExportAsync(new() { Name = name, Format = SnapshotFormat.NvText, Slot = 1, ActiveOnly = true }), active);
        Assert.Equal($"SM-G991U_{name["snapshots/".Length..]}_sim1_active.txt", activeName);
        Assert.NotEqual(all.Length, active.Length);

        // By its address, as from another tab.
        string address = $"/download/at/shop/snapshots/{name["snapshots/".Length..]}";
        await AnswersAsync(window, $"{address}?format=nvtext", HttpStatusCode.OK, "");
        await AnswersAsync(window, $"{address}?format=qcn", HttpStatusCode.BadRequest, "This format is not known.");
        await AnswersAsync(window, address, HttpStatusCode.BadRequest, "This format is not known.");
        await AnswersAsync(window, $"{address}?format=NvText&slot=3", HttpStatusCode.BadRequest, "[ARGUMENT_INVALID] Trace ");
        await AnswersAsync(window, "/download/at/shop/snapshots/20000101-000000?format=NvText", HttpStatusCode.NotFound, "[SNAPSHOT_NOT_FOUND] Trace ");
        await AnswersAsync(window, "/download/at/elsewhere/snapshots/20000101-000000?format=NvText", HttpStatusCode.NotFound, "There is no agent called elsewhere");
        await AnswersAsync(await OpenAsync("front-desk", Role.Viewer), $"{address}?format=NvText", HttpStatusCode.Forbidden, "[ROLE_INSUFFICIENT]");

        // What fails while a person waits is said beside the button, and is no file.
        await window.Page.RouteAsync("**/download/**", route => route.FulfillAsync(new() { Status = 429, Body = "Too many at once. [LIMIT_EXCEEDED]" }));
        await window.PressAsync(window.Page.Locator($".snapshot-download[data-snapshot='{name}'] button").First);
        await Expect(window.Page.Locator("[role='menuitem']").Filter(new() { HasText = "NV text (.txt), SIM 1, all items" })).ToBeFocusedAsync();
        await window.Page.Keyboard.PressAsync("Enter");
        await Expect(window.Page.Locator($".snapshot-download[data-snapshot='{name}']").GetByRole(AriaRole.Alert))
            .ToHaveTextAsync("The download failed. Too many at once. [LIMIT_EXCEEDED]");
        await window.Page.RouteAsync("**/download/**", route => route.AbortAsync());
        await window.Page.Locator($".snapshot-download[data-snapshot='{name}'] button").ClickAsync();
        await window.Page.GetByText("NV text (.txt), SIM 1, all items").ClickAsync();
        await Expect(window.Page.Locator($".snapshot-download[data-snapshot='{name}']").GetByRole(AriaRole.Alert))
            .ToHaveTextAsync("The download failed. The file broke off on its way.");
        window.Forgive();

        // Who has not the cookie gets nothing.
        using HttpClient stranger = new();
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync(new Uri(window.Host.Address, $"{address}?format=NvText"), Ct)).StatusCode);
    }

    [Fact]
    public async Task A_file_that_is_brought_becomes_a_snapshot_with_what_was_found_and_a_broken_one_is_refused_with_its_faults()
    {
        await PlugAsync("port-1", "galaxy");
        await StartAgentAsync();
        string name = await ReadAsync(2048, 1);
        byte[] file = await ExportAsync(new() { Name = name, Format = SnapshotFormat.NvText });
        AppWindowPage window = await OpenAsync("bench-3", Role.Technician);
        await window.GoAsync(Places.Snapshots("shop"));
        await window.Page.GetByText("Import a backup file").ClickAsync();
        ILocator input = window.Page.Locator("input.import-file");
        await Expect(input).ToBeVisibleAsync();
        await window.AccessibleAsync();

        await input.SetInputFilesAsync(new FilePayload { Name = "ticket-4711.txt", MimeType = "text/plain", Buffer = file });
        await Expect(window.Page.Locator(".imported")).ToContainTextAsync("Kept: 2,048 items");
        await Expect(window.Page.Locator(".imported")).ToContainTextAsync("Imported from ticket-4711.txt.");
        Snapshot imported = (await Owner.ListSnapshotsAsync(new ListSnapshotsRequest(), Ct)).Snapshots.Single(one => one.Origin == SnapshotOrigin.Imported);
        await Expect(window.Page.Locator($"tr[data-snapshot='{imported.Name}']")).ToContainTextAsync("imported file");
        Assert.Equal(file, await ExportAsync(new() { Name = imported.Name, Format = SnapshotFormat.NvText }));

        await input.SetInputFilesAsync(new FilePayload { Name = "broken.txt", MimeType = "text/plain", Buffer = Encoding.ASCII.GetBytes("this is no backup\r\n") });
        await Expect(window.Page.Locator("[data-reason='FILE_INVALID']")).ToContainTextAsync("Nothing was kept.");
        await Expect(window.Page.Locator(".imported")).ToHaveCountAsync(0);
        await window.AccessibleAsync();
        await window.PictureAsync("snapshots-import");
    }

    private static ILocator Choose(AppWindowPage window, string snapshot) =>
        window.Page.GetByLabel($"Choose snapshot {snapshot["snapshots/".Length..]} to compare");

    private static async Task<(byte[] Bytes, string Name)> DownloadAsync(AppWindowPage window, string snapshot, string which)
    {
        await window.Page.Locator($".snapshot-download[data-snapshot='{snapshot}'] button").ClickAsync();
        await Expect(window.Page.GetByText(which)).ToBeVisibleAsync();
        IDownload download = await window.Page.RunAndWaitForDownloadAsync(() => window.Page.GetByText(which).ClickAsync());
        return (await System.IO.File.ReadAllBytesAsync((await download.PathAsync())!, Ct), download.SuggestedFilename);
    }

    private static async Task AnswersAsync(AppWindowPage window, string address, HttpStatusCode status, string text)
    {
        IAPIResponse answer = await window.Page.Context.APIRequest.GetAsync(new Uri(window.Host.Address, address).ToString());
        string body = await answer.TextAsync();
        Assert.Equal((int)status, answer.Status);
        Assert.Contains(text, body, StringComparison.Ordinal);
        Assert.StartsWith("text/plain", answer.Headers["content-type"], StringComparison.Ordinal);
        Assert.Equal("no-store", answer.Headers["cache-control"]);
    }

    private async Task<string> ReadAsync(uint items, params uint[] slots)
    {
        Job job = (await Owner.StartDumpAsync(JobPages.First(items, (await DeviceAsync("port-1")).Name, slots), Ct)).Job;
        return (await Owner.WaitJobAsync(job.Name, Eventually.Deadline, Ct)).Summary.Snapshot;
    }

    private async Task<byte[]> ExportAsync(ExportSnapshotRequest request)
    {
        using MemoryStream file = new();
        await foreach (ExportSnapshotResponse piece in Owner.ExportSnapshotAsync(request, Ct))
            file.Write(piece.Chunk.Span);
        return file.ToArray();
    }
}
