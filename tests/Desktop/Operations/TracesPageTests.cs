using System.IO.Compression;
using ImeiAgent.Client;
using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.Desktop.Bench;
using ImeiAgent.V1;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImeiAgent.Desktop.Operations;

// What happened inside the agent, as somebody looks at it who was not there.
public sealed class TracesPageTests : DesktopBench
{
    [Fact]
    public async Task A_restore_that_failed_is_found_and_its_waterfall_shows_what_the_phone_answered()
    {
        await PlugAsync("port-1", "galaxy-write-protected");
        await StartAgentAsync();
        string device = (await DeviceAsync("port-1")).Name;
        Assert.Equal(ErrorReason.ItemReadOnly, (await Assert.ThrowsAsync<AgentException>(() => Owner.RestoreAsync(device, Label))).Code);
        AppWindowPage window = await OpenAsync();
        IPage page = window.Page;
        await window.GoAsync(Places.Traces("local", device));
        await page.GetByText("Only those that failed").ClickAsync();
        ILocator row = page.Locator("tr[data-trace]");
        await Expect(row).ToHaveCountAsync(1);
        await Expect(row).ToContainTextAsync("ITEM_READ_ONLY");
        await window.BothThemesAsync("traces");
        string trace = (await row.GetAttributeAsync("data-trace"))!;
        await row.GetByRole(AriaRole.Link).First.ClickAsync();
        await Expect(page).ToHaveURLAsync(new Uri(window.Host.Address, Places.Trace("local", trace)).ToString());

        ILocator tree = page.Locator("table.waterfall");
        await Expect(tree.GetByRole(AriaRole.Row).Filter(new() { HasText = "DIAG_NV_WRITE_F 550" })).ToContainTextAsync("NV_READONLY");
        await Expect(tree.Locator("tr.failed").First).ToContainTextAsync("ITEM_READ_ONLY");
        await window.BothThemesAsync("trace");
        await KeysAsync(tree);

        IDownload frames = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "as pcapng" }).First.ClickAsync());
        byte[] bytes = await System.IO.File.ReadAllBytesAsync(await frames.PathAsync(), Ct);
        Assert.Equal([0x0A, 0x0D, 0x0D, 0x0A], bytes[..4]); // Section header block, pcapng 4.1.
        Assert.EndsWith(".pcapng", frames.SuggestedFilename, StringComparison.Ordinal);
        IDownload bundle = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "Support bundle" }).ClickAsync());
        using ZipArchive zip = await ZipFile.OpenReadAsync(await bundle.PathAsync(), Ct);
        Assert.Contains(zip.Entries, entry => entry.FullName.Contains(trace, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_trace_that_is_not_kept_is_a_sentence_and_a_reader_takes_nothing_along()
    {
        await PlugAsync("port-1", "galaxy-write-protected");
        await StartAgentAsync();
        string device = (await DeviceAsync("port-1")).Name;
        await Assert.ThrowsAsync<AgentException>(() => Owner.RestoreAsync(device, Label));
        string trace = (await Owner.ListTracesAsync(new ListTracesRequest { FailedOnly = true }, Ct)).Traces[0].TraceId;
        AppWindowPage window = await OpenAsync("desk", Role.Reader);
        await window.GoAsync(Places.Trace("shop", "00000000000000000000000000000000"));
        await Expect(window.Page.Locator("[data-reason='TRACE_NOT_FOUND']")).ToBeVisibleAsync();
        await window.GoAsync(Places.Trace("shop", trace));

        await Expect(window.Page.Locator("table.waterfall")).ToContainTextAsync("NV_READONLY");
        await Expect(window.Page.Locator("[data-recording]")).Not.ToHaveCountAsync(0);
        await Expect(window.Page.Locator("a[download]")).ToHaveCountAsync(0);
        // Who types the address all the same gets the agent's word, and no file.
        foreach (string place in (string[])[$"/download/at/shop/traces/{trace}/frames", "/download/at/shop/bundle", "/download/at/shop/audit", "/download/at/nobody/audit"])
        {
            IAPIResponse refused = await window.Page.Context.APIRequest.GetAsync(new Uri(window.Host.Address, place).ToString());
            Assert.Equal(place.Contains("nobody", StringComparison.Ordinal) ? 404 : 403, refused.Status);
            Assert.StartsWith("text/plain", refused.Headers["content-type"], StringComparison.Ordinal);
            Assert.NotEmpty(await refused.TextAsync());
        }
    }

    // One line is reached by Tab; arrows do the rest.
    private static async Task KeysAsync(ILocator tree)
    {
        ILocator rows = tree.Locator("tbody tr");
        Assert.True(await rows.CountAsync() > 5);
        await Expect(tree.Locator("tbody tr[tabindex='0']")).ToHaveCountAsync(1);
        await rows.First.FocusAsync();
        await rows.First.PressAsync("ArrowDown");
        await Expect(rows.Nth(1)).ToBeFocusedAsync();
        await rows.Nth(1).PressAsync("End");
        await Expect(rows.Last).ToBeFocusedAsync();
        await rows.Last.PressAsync("Home");
        await Expect(rows.First).ToBeFocusedAsync();
        await rows.First.PressAsync("ArrowLeft");
        await Expect(rows.First).ToHaveAttributeAsync("aria-expanded", "false");
        await Expect(rows.Nth(1)).ToBeHiddenAsync();
        await rows.First.PressAsync("ArrowRight");
        await Expect(rows.First).ToHaveAttributeAsync("aria-expanded", "true");
        await Expect(rows.Nth(1)).ToBeVisibleAsync();
        await rows.First.PressAsync("ArrowRight");
        await Expect(rows.Nth(1)).ToBeFocusedAsync();
        await Expect(tree.Locator("tbody tr[tabindex='0']")).ToHaveCountAsync(1);
    }
}
