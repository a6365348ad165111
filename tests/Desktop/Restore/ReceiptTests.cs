using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.Desktop.Bench;
using ImeiAgent.V1;
using Microsoft.Playwright;
using UglyToad.PdfPig;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImeiAgent.Desktop.Restore;

/// <summary>What is left of a restore: on the page, on paper, in files.</summary>
public sealed class ReceiptTests : RestoreBench
{
    private const string Masked = "35693803*****09";

    [Fact]
    public async Task A_receipt_is_saved_masked_or_in_full_as_the_person_chose()
    {
        await PlugAsync("port-1");
        await StartAgentAsync();
        AppWindowPage window = await OpenAsync("bench-3");
        IPage page = await WizardAsync(window);
        await SendAsync(page);
        await ReceiptAsync(page, WriteOutcome.Applied);
        WriteReceipt stored = (await JournalAsync())[0].Receipt;
        PhoneIdentity phone = (await DeviceAsync("port-1")).Identity;
        Assert.True(phone.Model.Length > 0 && phone.Esn.Length > 0 && phone.Meid.Length > 0);

        string html = await System.IO.File.ReadAllTextAsync(await SaveAsync(page, "html", "receipt-journal-1.html"), Ct);
        foreach (string part in (string[])[Masked, "Numbers are masked.", "ticket 4711", "photo of the label", "bench-3", stored.Sha256, stored.TraceId, stored.RequestId, "journal/1", " UTC<", phone.Model, phone.Esn, phone.Meid])
            Assert.Contains(part, html, StringComparison.Ordinal);
        Assert.DoesNotContain(Label, html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<a ", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("http", html.Replace("http-equiv", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);
        string pdf = Words(await SaveAsync(page, "pdf", "receipt-journal-1.pdf"));
        Assert.Contains("the phone holds the new value", pdf, StringComparison.Ordinal);
        Assert.Contains(Masked, pdf, StringComparison.Ordinal);
        Assert.Contains(phone.Meid, pdf, StringComparison.Ordinal);
        Assert.DoesNotContain(Label, pdf, StringComparison.Ordinal);
        await Expect(page.Locator("[data-note]")).ToContainTextAsync("The PDF was saved");

        // In full, because somebody asks for it, who restored it themselves.
        await page.GetByRole(AriaRole.Switch, new() { Name = "Show numbers in full" }).CheckAsync();
        await Expect(page.Locator(".receipt")).ToContainTextAsync(Label);
        await Expect(page.Locator(".receipt .bytes")).ToHaveTextAsync("08 3A 65 39 08 53 46 83 90");
        string full = await System.IO.File.ReadAllTextAsync(await SaveAsync(page, "html", "receipt-journal-1.html"), Ct);
        Assert.Contains(Label, full, StringComparison.Ordinal);
        Assert.Contains("Numbers are shown in full", full, StringComparison.Ordinal);
        Assert.Contains(Label, Words(await SaveAsync(page, "pdf", "receipt-journal-1.pdf")), StringComparison.Ordinal);

        // On paper there is the receipt alone.
        await page.EmulateMediaAsync(new() { Media = Media.Print });
        await Expect(page.Locator(".receipt-actions")).ToBeHiddenAsync();
        await Expect(page.Locator(".mud-appbar")).ToBeHiddenAsync();
        await Expect(page.Locator(".receipt .outcome")).ToBeVisibleAsync();
        await page.EvaluateAsync("window.print = () => window.printed = true");
        await page.EmulateMediaAsync(new() { Media = Media.Screen });
        await PressAsync(page, "print");
        await page.WaitForFunctionAsync("window.printed === true");

        // Where the PDF does not come, this window prints.
        await page.EvaluateAsync("window.printed = false");
        await page.RouteAsync("**/download/**", route => route.AbortAsync());
        await PressAsync(page, "pdf");
        await Expect(page.Locator("[data-note]")).ToContainTextAsync("The PDF did not arrive");
        await page.WaitForFunctionAsync("window.printed === true");
        window.Forgive();
    }

    [Fact]
    public async Task A_row_of_the_journal_has_the_same_receipt_in_full_for_supervisors_only()
    {
        await PlugAsync("port-1");
        await StartAgentAsync();
        AppWindowPage bench = await OpenAsync("bench-3");
        IPage page = await WizardAsync(bench);
        await SendAsync(page);
        await ReceiptAsync(page, WriteOutcome.Applied);

        AppWindowPage viewer = await OpenAsync("desk-2", Role.Viewer);
        await viewer.GoAsync(Places.JournalEntry(Shop, "journal/1"));
        await Expect(viewer.Page.Locator(".receipt")).ToContainTextAsync(Masked);
        await Expect(viewer.Page.GetByRole(AriaRole.Switch)).ToHaveCountAsync(0);
        await Expect(viewer.Page.Locator(".receipt a[href*='/traces/']")).ToHaveCountAsync(0);
        await viewer.BothThemesAsync("journal-entry");
        // Nor by the address of the file.
        IAPIResponse refused = await viewer.Page.APIRequest.GetAsync(new Uri(viewer.Host.Address, Places.ReceiptFile(Shop, "journal/1", "html", reveal: true)).ToString());
        Assert.Equal(403, refused.Status);
        Assert.DoesNotContain(Label, await refused.TextAsync(), StringComparison.Ordinal);
        IAPIResponse masked = await viewer.Page.APIRequest.GetAsync(new Uri(viewer.Host.Address, Places.ReceiptFile(Shop, "journal/1", "html", reveal: false)).ToString());
        Assert.Contains(Masked, await masked.TextAsync(), StringComparison.Ordinal);

        AppWindowPage front = await OpenAsync("front", Role.Supervisor);
        await front.GoAsync(Places.JournalEntry(Shop, "journal/1"));
        await front.Page.GetByRole(AriaRole.Switch, new() { Name = "Show numbers in full" }).CheckAsync();
        await Expect(front.Page.Locator(".receipt")).ToContainTextAsync(Label);
        await front.AccessibleAsync();
        await front.GoAsync(Places.JournalEntry(Shop, "journal/99"));
        await Expect(front.Page.Locator("[data-reason='JOURNAL_NOT_FOUND']")).ToBeVisibleAsync();
    }

    private static async Task<string> SaveAsync(IPage page, string format, string name)
    {
        IDownload download = await page.RunAndWaitForDownloadAsync(() => PressAsync(page, format), new() { Timeout = 60_000 });
        Assert.Equal(name, download.SuggestedFilename);
        return await download.PathAsync();
    }

    private static string Words(string pdf)
    {
        using PdfDocument document = PdfDocument.Open(pdf);
        return string.Join(' ', document.GetPages().SelectMany(page => page.GetWords()).Select(word => word.Text));
    }
}
