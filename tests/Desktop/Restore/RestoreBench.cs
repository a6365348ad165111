using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.Desktop.Bench;
using ImeiAgent.V1;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ImeiAgent.Desktop.Restore;

/// <summary>A bench whose windows go through the restore wizard as a person does. Tests derive from it.</summary>
public class RestoreBench : DesktopBench
{
    /// <summary>The station's context of the agent.</summary>
    protected const string Shop = "shop";

    /// <summary>What item 550 of slot 1 holds when it was zeroed.</summary>
    protected const string Zeros = "000000000000000000";

    /// <summary>A backup of what tells a phone and its numbers; the agent takes it.</summary>
    protected async Task<string> BackupAsync(string port = "port-1", params uint[] slots)
    {
        ReadRangeRequest request = new() { Device = (await DeviceAsync(port)).Name, SaveSnapshot = true, Slots = { slots } };
        request.Ranges.AddRange([new NvRange { First = 0, Last = 0 }, new NvRange { First = 550, Last = 550 }, new NvRange { First = 1943, Last = 1943 }]);
        string name = "";
        await foreach (ReadRangeResponse message in Owner.ReadRangeAsync(request, onNote: null, Ct))
            name = message.Summary?.Snapshot ?? name;
        return name;
    }

    /// <summary>Opens the wizard of the phone at a port.</summary>
    private protected async Task<IPage> WizardAsync(AppWindowPage window, string port = "port-1", string agent = Shop)
    {
        await window.GoAsync(Places.Restore(agent, (await DeviceAsync(port)).Name));
        return window.Page;
    }

    /// <summary>Presses a button of the wizard.</summary>
    private protected static Task PressAsync(IPage page, string action) => Button(page, action).ClickAsync();

    private protected static ILocator Button(IPage page, string action) => page.Locator($"[data-action='{action}']");

    /// <summary>A state of the wizard.</summary>
    private protected static Task StateAsync(IPage page, string state) => Expect(page.Locator(".wizard")).ToHaveAttributeAsync("data-state", state);

    /// <summary>Step 1 to step 3 of SIM 1 from its label, up to where the phone is taken.</summary>
    private protected static async Task TypeAsync(IPage page, string label = Label, string reason = "ticket 4711", string evidence = "photo of the label")
    {
        await PressAsync(page, "next");
        await ChooseLabelAsync(page, 1);
        await page.Locator("#label-1").FillAsync(label);
        await Expect(page.Locator("[data-verdict='Accepted']")).ToBeVisibleAsync();
        await PressAsync(page, "next");
        await ReasonAsync(page, reason, evidence);
    }

    private protected static async Task ChooseLabelAsync(IPage page, int slot)
    {
        ILocator form = page.Locator($".slot-source[data-slot='{slot}']");
        await form.GetByRole(AriaRole.Radio, new() { Name = "From the label, box or invoice" }).CheckAsync();
    }

    private protected static async Task ReasonAsync(IPage page, string reason = "ticket 4711", string evidence = "photo of the label")
    {
        await page.Locator("#restore-reason").FillAsync(reason);
        if (evidence.Length > 0)
            await page.Locator("#restore-evidence").FillAsync(evidence);
    }

    /// <summary>Leaves SIM 1 alone chosen, of a phone that lost both.</summary>
    private protected static Task OnlySim1Async(IPage page) => page.GetByRole(AriaRole.Checkbox, new() { Name = "Restore SIM 2" }).UncheckAsync();

    /// <summary>Types the last four digits and sends.</summary>
    private protected static async Task ConfirmAsync(IPage page, int slot = 1, string digits = "3809")
    {
        await page.Locator($"#confirm-{slot}").FillAsync(digits);
        await PressAsync(page, "write");
    }

    /// <summary>The whole way, of SIM 1 of a phone that lost both numbers, up to sending.</summary>
    private protected static async Task SendAsync(IPage page)
    {
        await OnlySim1Async(page);
        await TypeAsync(page);
        await PressAsync(page, "next");
        await ConfirmAsync(page);
    }

    /// <summary>What was written, by the agent's journal, newest first.</summary>
    protected async Task<IReadOnlyList<JournalEntry>> JournalAsync() => (await Owner.ListJournalAsync(new(), Ct)).Entries;

    /// <summary>The receipt, once it is there.</summary>
    private protected static async Task<ILocator> ReceiptAsync(IPage page, WriteOutcome outcome)
    {
        ILocator receipt = page.Locator(".receipt");
        await Expect(receipt).ToHaveAttributeAsync("data-outcome", outcome.ToString(), new() { Timeout = 60_000 });
        return receipt;
    }
}
