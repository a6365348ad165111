using System.Text.Json;
using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.Desktop.Bench;
using ImeiAgent.V1;
using Microsoft.Data.Sqlite;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImeiAgent.Desktop.Operations;

// Who did what, as a supervisor reads, checks and takes it along.
public sealed class AuditPageTests : DesktopBench
{
    private const string Masked = "35693803*****09";

    [Fact]
    public async Task An_audit_is_read_checked_and_taken_along_and_a_row_that_was_changed_in_the_file_is_found()
    {
        await PlugAsync("port-1");
        await StartAgentAsync();
        string device = (await DeviceAsync("port-1")).Name;
        AppWindowPage window = await OpenAsync("chief", Role.Supervisor);
        IPage page = window.Page;
        await window.GoAsync(Places.Audit("shop"));
        await Owner.RestoreAsync(device, Label);
        ILocator restored = page.Locator("tr[data-row]").Filter(new() { HasText = "restore-imei" });
        await Expect(restored).ToContainTextAsync($"SIM 1: none to {Masked}");
        await Expect(restored.GetByRole(AriaRole.Link, new() { Name = "receipt 1" })).ToHaveAttributeAsync("href", Places.JournalEntry("shop", "1"));
        await window.BothThemesAsync("audit");

        // Looking at numbers is on record, once.
        await page.GetByText("Show numbers").ClickAsync();
        await Expect(restored).ToContainTextAsync(Label);
        Assert.DoesNotContain(Label, page.Url, StringComparison.Ordinal);
        await page.GetByText("Show numbers").ClickAsync();
        await Expect(restored).ToContainTextAsync(Masked);
        await Expect(page.Locator("tr[data-row]").Filter(new() { HasText = "reveal-audit" })).ToHaveCountAsync(1);

        await window.PressAsync(page.GetByRole(AriaRole.Button, new() { Name = "Verify the audit" }));
        VerifyAuditResponse good = await Owner.VerifyAuditAsync(Ct);
        await Expect(page.Locator(".verdict")).ToContainTextAsync($"Intact: all {good.Rows} rows are as they were written.");
        await Expect(page.Locator(".head")).ToHaveTextAsync(good.Head);
        await window.AccessibleAsync();

        string[] lines = await FileAsync(page, "JSON lines", ".jsonl");
        Assert.Equal(Enumerable.Range(1, lines.Length).Select(number => $"{number}"), lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("number").GetString()));
        Assert.Contains(lines, line => line.Contains("\"action\": \"restore-imei\"", StringComparison.Ordinal) && line.Contains(Masked, StringComparison.Ordinal));
        string[] csv = await FileAsync(page, "CSV", ".csv");
        Assert.StartsWith("number,time,operator,", csv[0], StringComparison.Ordinal);
        Assert.Contains(csv, line => line.Contains("restore-imei", StringComparison.Ordinal));

        int row = int.Parse((await restored.GetAttributeAsync("data-row"))!, System.Globalization.CultureInfo.InvariantCulture);
        Tamper("DROP TRIGGER audit_unchanged");
        Tamper($"UPDATE audit SET operator = 'nobody' WHERE id = {row}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Verify the audit" }).ClickAsync();
        ILocator broken = page.Locator($".verdict[data-bad-row='{row}']");
        await Expect(broken).ToContainTextAsync($"The audit is damaged at row {row}");
        await Expect(broken).ToContainTextAsync($"The {row - 1} rows before it are as they were written.");
        await window.BothThemesAsync("audit-damaged");
    }

    [Fact]
    public async Task Rows_come_in_pages_and_can_be_had_of_one_phone()
    {
        await PlugAsync("port-1");
        await StartAgentAsync();
        string device = (await DeviceAsync("port-1")).Name;
        for (int i = 0; i < 26; i++) // Two rows each.
        {
            Lease lease = await Owner.TakeAsync(device, $"ticket {i}");
            await Owner.ReleaseLeaseAsync(new ReleaseLeaseRequest { Device = device, FencingToken = lease.FencingToken }, Ct);
        }
        AppWindowPage window = await OpenAsync();
        IPage page = window.Page;
        await window.GoAsync(Places.Audit("local", device));
        await Expect(page.Locator("tr[data-row='52']")).ToBeVisibleAsync();
        await Expect(page.Locator("tr[data-row]")).ToHaveCountAsync(50);
        await page.GetByRole(AriaRole.Button, new() { Name = "Older" }).ClickAsync();
        await Expect(page.Locator("tr[data-row='1']")).ToBeVisibleAsync();
        await Expect(page.GetByText("Page 2")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Older" })).ToBeDisabledAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Newer" }).ClickAsync();
        await Expect(page.Locator("tr[data-row='52']")).ToBeVisibleAsync();

        await page.Locator("#phone-filter").FillAsync("nobody");
        await page.Locator("#phone-filter").PressAsync("Enter");
        await Expect(page.GetByText("No rows.")).ToBeVisibleAsync();
    }

    private static async Task<string[]> FileAsync(IPage page, string link, string end)
    {
        IDownload file = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = link }).ClickAsync());
        Assert.EndsWith(end, file.SuggestedFilename, StringComparison.Ordinal);
        return await System.IO.File.ReadAllLinesAsync(await file.PathAsync(), Ct);
    }

    // Changes the agent's vault behind its back.
    private void Tamper(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={File("data/vault.db")};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // The number comes from the test.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
