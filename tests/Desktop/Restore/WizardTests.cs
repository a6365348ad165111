using ImeiAgent.Desktop.Bench;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImeiAgent.Desktop.Restore;

/// <summary>The wizard from its first step to the receipt, with a real agent and phones made of code.</summary>
public sealed class WizardTests : RestoreBench
{
    [Fact]
    public async Task A_number_from_the_label_goes_to_the_phone_and_each_step_says_what_it_holds()
    {
        PhoneProcess phone = await PlugAsync("port-1");
        await StartAgentAsync();
        AppWindowPage window = await OpenAsync("bench-3");
        IPage page = await WizardAsync(window);

        // What the phone holds, in words.
        await Expect(page.Locator("[data-slot='1'].slot-holds")).ToContainTextAsync("lost (blank)");
        await Expect(page.GetByRole(AriaRole.Checkbox, new() { Name = "Restore SIM 2" })).ToBeCheckedAsync();
        await OnlySim1Async(page);
        await window.AccessibleAsync();
        await window.PictureAsync("restore-1-holds");
        await PressAsync(page, "next");

        // The label, as it is typed.
        await page.Locator("#label-1").FillAsync("35693803");
        await Expect(page.Locator(".label-verdict")).ToContainTextAsync("8 digits so far");
        await Expect(Button(page, "next")).ToBeDisabledAsync();
        await page.Locator("#label-1").FillAsync("35-693803-564380");
        await Expect(page.Locator(".check-digit")).ToHaveTextAsync("9");
        await Expect(page.Locator("[data-bytes]")).ToHaveTextAsync("08 3A 65 39 08 53 46 83 90");
        await window.AccessibleAsync();
        await window.PictureAsync("restore-2-label");
        await PressAsync(page, "next");

        // Why, and what proves it.
        await Expect(Button(page, "next")).ToBeDisabledAsync();
        await page.Locator("#restore-reason").FillAsync("ticket 4711");
        await Expect(page.GetByText("Say what proves the number")).ToBeVisibleAsync();
        await Expect(Button(page, "next")).ToBeDisabledAsync();
        await page.Locator("#restore-evidence").FillAsync("photo of the label");
        await window.AccessibleAsync();
        await window.PictureAsync("restore-3-reason");
        await PressAsync(page, "next");

        // The bytes now and then; the phone is ours.
        await StateAsync(page, "Planned");
        await Expect(page.Locator("[data-row='now'] td").First).ToHaveTextAsync("00");
        Assert.Equal(["08", "3A", "65", "39", "08", "53", "46", "83", "90"], (await page.Locator("[data-row='new'] td").AllTextContentsAsync()).Take(9));
        Assert.Equal(9, await page.Locator("[data-row='new'] td.byte-differs").CountAsync());
        await Expect(page.Locator("[data-row='difference'] .visually-hidden").First).ToHaveTextAsync("differs");
        await Expect(page.Locator("[data-row='new'] .means")).ToHaveTextAsync("35693803 564380 9");
        Assert.Equal(("bench-3", "restore: ticket 4711"), (await DeviceAsync("port-1")).Lease is { } lease ? (lease.Holder, lease.Purpose) : default);
        await window.AccessibleAsync();
        await window.PictureAsync("restore-4-plan");

        // Nothing is sent by other digits.
        await page.Locator("#confirm-1").FillAsync("3808");
        await Expect(Button(page, "write")).ToBeDisabledAsync();
        await Expect(page.GetByText("These are not the last four digits")).ToBeVisibleAsync();
        Assert.Equal("000000000000000000", phone.Holds(1));
        await ConfirmAsync(page);

        ILocator receipt = await ReceiptAsync(page, WriteOutcome.Applied);
        Assert.Equal(LabelHex, phone.Holds(1));
        Assert.Equal("not active", phone.Holds(2));
        await Expect(receipt.Locator("[data-holds='1']")).ToHaveTextAsync("SIM 1 holds 35693803*****09: it was read back, and seen again after the phone restarted.");
        await Expect(receipt).ToContainTextAsync("photo of the label");
        await Expect(receipt).ToContainTextAsync("bench-3");
        await Expect(receipt.GetByRole(AriaRole.Link, new() { Name = "journal/1", Exact = true })).ToHaveAttributeAsync("href", "/at/shop/journal/1");
        WriteReceipt stored = (await Owner.GetJournalEntryAsync(new() { Name = "journal/1" }, Ct)).Entry.Receipt;
        await Expect(receipt).ToContainTextAsync(stored.Sha256);
        await Expect(receipt.Locator($"a[href='/at/shop/traces/{stored.TraceId}']")).ToBeVisibleAsync();
        await Expect(receipt.Locator($"a[href='/at/shop/{stored.BackupSnapshot}']")).ToBeVisibleAsync();
        await window.AccessibleAsync();
        await window.PictureAsync("restore-6-receipt");
        // Given back.
        await Eventually.HoldsAsync(async () => (await DeviceAsync("port-1")).Lease is null);
        Assert.DoesNotContain(Label, page.Url + await page.TitleAsync(), StringComparison.Ordinal);

        // Loaded again it is there still; whoever comes from the phone for SIM 2 begins anew.
        await page.ReloadAsync();
        await ReceiptAsync(page, WriteOutcome.Applied);
        await page.GetByRole(AriaRole.Link, new() { Name = "To the phone" }).ClickAsync();
        await Expect(page.Locator(".call-for-restore")).ToContainTextAsync("SIM 2: the IMEI is lost.");
        await page.Locator("[data-act='restore']").ClickAsync();
        await StateAsync(page, "Drafting");
        await Expect(page.GetByRole(AriaRole.Checkbox, new() { Name = "Restore SIM 2" })).ToBeCheckedAsync();
    }

    [Fact]
    public async Task Both_numbers_from_one_backup_are_the_choice_that_is_made_already()
    {
        PhoneProcess phone = await PlugAsync("port-1", "galaxy");
        await StartAgentAsync();
        string backup = await BackupAsync(slots: [1, 2]);
        await phone.PutAsync(1, 550, Zeros);
        await phone.EraseAsync(2, 550);
        AppWindowPage window = await OpenAsync("bench-3");
        IPage page = window.Page;
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await WizardAsync(window);
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Light colours" })).ToBeVisibleAsync();
        await Expect(page.Locator(".slot-holds[data-slot='2']")).ToContainTextAsync("lost (blank)");
        await window.AccessibleAsync();
        await PressAsync(page, "next");

        await Expect(page.GetByRole(AriaRole.Checkbox, new() { Name = "Take both numbers from one backup" })).ToBeCheckedAsync();
        ILocator row = page.Locator($"[data-snapshot='{backup}']");
        await Expect(row.GetByRole(AriaRole.Radio)).ToBeCheckedAsync();
        await Expect(row).ToContainTextAsync("35693803*****09");
        await Expect(row).ToContainTextAsync("49015420*****18");
        await window.AccessibleAsync();
        await window.PictureAsync("restore-2-backup-dark");
        await PressAsync(page, "next");
        await ReasonAsync(page, evidence: "");
        await window.AccessibleAsync();
        await PressAsync(page, "next");

        await StateAsync(page, "Planned");
        await Expect(page.Locator(".byte-diff[data-slot='2'] [data-row='now'] td").First).ToHaveTextAsync("–");
        await Expect(page.Locator(".byte-diff[data-slot='2'] [data-row='new'] .means")).ToHaveTextAsync("49015420 323751 8");
        await window.AccessibleAsync();
        await window.FitsAsync();
        await page.Locator("#confirm-1").FillAsync("3809");
        await Expect(Button(page, "write")).ToBeDisabledAsync();
        await ConfirmAsync(page, 2, "7518");

        ILocator receipt = await ReceiptAsync(page, WriteOutcome.Applied);
        Assert.Equal((LabelHex, Label2Hex), (phone.Holds(1), phone.Holds(2)));
        await Expect(receipt.Locator("[data-holds]")).ToHaveCountAsync(2);
        await Expect(receipt.Locator($"tbody a[href='/at/shop/{backup}']")).ToHaveCountAsync(2);
        await window.AccessibleAsync();
        await window.PictureAsync("restore-6-receipt-dark");
        await window.FitsAsync();
        Assert.Single(await JournalAsync());
    }

    [Fact]
    public async Task A_backup_from_a_file_is_marked_and_needs_a_proof()
    {
        PhoneProcess phone = await PlugAsync("port-1", "galaxy-single-sim");
        await StartAgentAsync();
        string backup = await BackupAsync(slots: 1);
        using var file = new MemoryStream();
        await foreach (ExportSnapshotResponse piece in Owner.ExportSnapshotAsync(new() { Name = backup, Format = SnapshotFormat.NvText, Slot = 1 }, Ct))
            piece.Chunk.WriteTo(file);
        file.Position = 0;
        Snapshot imported = (await Owner.ImportSnapshotAsync(new() { FileName = "s21.txt", Format = SnapshotFormat.NvText, Slot = 1 }, file, Ct)).Snapshot;
        await phone.PutAsync(1, 550, Zeros);
        IPage page = await WizardAsync(await OpenAsync("bench-3"));
        await PressAsync(page, "next");

        await Expect(page.Locator($"[data-snapshot='{backup}']").GetByRole(AriaRole.Radio)).ToBeCheckedAsync();
        ILocator row = page.Locator($"[data-snapshot='{imported.Name}']");
        await Expect(row).ToContainTextAsync("imported file");
        await row.GetByRole(AriaRole.Radio).CheckAsync();
        await PressAsync(page, "next");
        await page.Locator("#restore-reason").FillAsync("ticket 4711");
        await Expect(page.GetByText("Say what proves the number")).ToBeVisibleAsync();
        await Expect(Button(page, "next")).ToBeDisabledAsync();
        await page.Locator("#restore-evidence").FillAsync("invoice 17");
        await PressAsync(page, "next");
        await ConfirmAsync(page);

        await Expect(await ReceiptAsync(page, WriteOutcome.Applied)).ToContainTextAsync("invoice 17");
        Assert.Equal(LabelHex, phone.Holds(1));
    }

    [Fact]
    public async Task A_wrong_check_digit_is_refused_while_it_is_typed_and_leads_nowhere()
    {
        PhoneProcess phone = await PlugAsync("port-1");
        await StartAgentAsync();
        AppWindowPage window = await OpenAsync("bench-3");
        IPage page = await WizardAsync(window);
        await OnlySim1Async(page);
        await PressAsync(page, "next");

        await page.Locator("#label-1").FillAsync("355167055587819");

        await Expect(page.Locator("[data-verdict='Refused']")).ToContainTextAsync("refused");
        await Expect(page.Locator("[data-bytes]")).ToHaveCountAsync(0);
        await Expect(Button(page, "next")).ToBeDisabledAsync();
        await page.Locator("#label-1").PressAsync("Enter");
        await Expect(page.GetByText("Each slot needs a number, from a backup or one that reads as an IMEI.")).ToBeVisibleAsync();
        await window.AccessibleAsync();
        Assert.Equal((Zeros, 0L), (phone.Holds(1), phone.Writes));
        Assert.Empty(await JournalAsync());
    }
}
