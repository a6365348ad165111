using ImeiAgent.Desktop.Bench;
using ImeiAgent.V1;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ImeiAgent.Desktop.Nv;

/// <summary>A bench with snapshots, and what the pages of items have in common.</summary>
public class NvBench : DesktopBench
{
    /// <summary>Reads items into a snapshot, as a backup does.</summary>
    /// <param name="device">The phone's name.</param>
    /// <param name="first">The first item.</param>
    /// <param name="last">The last.</param>
    /// <param name="slots">The SIM slots; none means both.</param>
    /// <returns>The snapshot's name.</returns>
    protected async Task<string> BackUpAsync(string device, uint first = 0, uint last = 65535, params uint[] slots)
    {
        StartDumpRequest request = new() { Device = device, Ranges = { new NvRange { First = first, Last = last } }, SaveSnapshot = true };
        request.Slots.AddRange(slots.Length == 0 ? [1, 2] : slots);
        Job job = (await Owner.StartDumpAsync(request, Ct)).Job;
        return (await Owner.WaitJobAsync(job.Name, null, Ct)).Summary.Snapshot;
    }

    /// <summary>The items of a snapshot, not through a window.</summary>
    protected async Task<IReadOnlyList<NvItem>> ItemsAsync(string snapshot)
    {
        List<NvItem> items = [];
        await foreach (ReadSnapshotResponse batch in Owner.ReadSnapshotAsync(new ReadSnapshotRequest { Name = snapshot }, Ct))
            items.AddRange(batch.Items);
        return items;
    }

    /// <summary>Waits until so many rows fit the filter, and the table has them.</summary>
    internal static async Task ShownAsync(IPage page, int rows)
    {
        await Expect(page.Locator(".item-count")).ToHaveAttributeAsync("data-shown", $"{rows}");
        await Expect(page.Locator(".row-table")).ToHaveAttributeAsync("aria-rowcount", $"{rows + 1}");
    }

    /// <summary>Types a search.</summary>
    internal static Task SearchAsync(IPage page, string text) => page.Locator("#item-search").FillAsync(text);

    /// <summary>Chooses from a list.</summary>
    internal static async Task ChooseAsync(IPage page, string list, string option)
    {
        await page.GetByRole(AriaRole.Combobox, new() { Name = list, Exact = true }).ClickAsync();
        await page.Locator(".mud-popover-open .mud-list-item").GetByText(option, new() { Exact = true }).ClickAsync();
        await Expect(page.Locator(".mud-popover-open")).ToHaveCountAsync(0);
    }

    /// <summary>The rows that exist just now.</summary>
    internal static ILocator Rows(IPage page) => page.Locator(".row-table tbody tr[aria-rowindex]");

    /// <summary>The row of an item.</summary>
    internal static ILocator Row(IPage page, uint item, uint slot = 1) => page.Locator($".row-table tbody tr:has(button[aria-label='{item}, open item {item} of SIM {slot}'])");

    /// <summary>The item that is open.</summary>
    internal static ILocator Detail(IPage page) => page.Locator(".item-detail");

    /// <summary>axe-core in light and in dark colours, and that the page fits.</summary>
    internal static async Task AccessibleInBothThemesAsync(AppWindowPage window)
    {
        await window.FitsAsync();
        await window.AccessibleAsync();
        await window.Page.GetByLabel("Dark colours").ClickAsync();
        await Expect(window.Page.GetByLabel("Light colours")).ToBeVisibleAsync();
        await window.AccessibleAsync();
        await window.Page.GetByLabel("Light colours").ClickAsync();
        await Expect(window.Page.GetByLabel("Dark colours")).ToBeVisibleAsync();
    }
}
