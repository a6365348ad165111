using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.Desktop.Bench;
using ImeiAgent.Diag.Messages;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImeiAgent.Desktop.Restore;

/// <summary>A restore that was sent outlives its page, its window, its agent and its program.</summary>
public sealed class RestoreSurvivesTests : RestoreBench
{
    // A phone that restarts and is not seen again before its cable is touched: the restore waits for it.
    private const string StaysAway = "reset-delay=600s";

    [Fact]
    public async Task A_page_that_is_loaded_anew_and_one_that_was_left_show_the_restore_again()
    {
        PhoneProcess phone = await PlugAsync("port-1", quirks: StaysAway);
        await StartAgentAsync();
        AppWindowPage window = await OpenAsync("bench-3");
        IPage page = await WizardAsync(window);
        await SendAsync(page);
        await DoneAsync(page, "Reset");
        await window.AccessibleAsync();
        await window.PictureAsync("restore-5-running");

        await page.ReloadAsync();
        await DoneAsync(page, "Reset");
        await Expect(page.Locator("[data-phase='BackedUp'] .detail")).ToContainTextAsync("are kept in snapshots/");
        await Expect(page.Locator("[data-phase='Closed']")).ToHaveAttributeAsync("data-done", "false");

        // Wherever one goes, it is told; and the program does not end without saying so.
        await window.GoAsync(Places.Phones(Shop));
        await Expect(page.Locator("[data-notice='restore']")).ToContainTextAsync("is under way");
        await window.AccessibleAsync();
        using StringWriter told = new();
        Task end = window.Host.SeeRestoresThroughAsync(told, Ct);
        Assert.False(end.IsCompleted);
        await phone.PlugAsync();
        await end.WaitAsync(Eventually.Deadline * 2, Ct);
        Assert.Contains("This program ends when its outcome is known", told.ToString(), StringComparison.Ordinal);
        Assert.Contains("ended: restored", told.ToString(), StringComparison.Ordinal);

        await WizardAsync(window);
        await ReceiptAsync(page, WriteOutcome.Applied);
        Assert.Equal((LabelHex, 1L), (phone.Holds(1), phone.Writes));
    }

    [Fact]
    public async Task An_agent_that_is_killed_in_the_middle_leaves_the_outcome_open_until_it_is_back()
    {
        RunningPhone<PtyHost> phone = PlugHere("port-1");
        await StartAgentAsync(toBeKilled: true);
        AppWindowPage window = await OpenAsync("bench-3");
        IPage page = await WizardAsync(window);
        HeldReply reply = phone.Phone.Traps.HoldReply(DiagCode.NvWrite, 550);
        await SendAsync(page);
        await reply.Reached.WaitAsync(Eventually.Deadline, Ct);

        await KillAgentAsync();
        ILocator lost = page.Locator("[data-run='lost']");
        await Expect(lost).ToContainTextAsync("The outcome is not known yet");
        await Expect(page.Locator(".receipt")).ToHaveCountAsync(0);
        await Expect(page.GetByText("refused")).ToHaveCountAsync(0);
        await Expect(page.GetByText("failed")).ToHaveCountAsync(0);
        string request = await lost.Locator(".mono").InnerTextAsync();
        await window.AccessibleAsync();
        await window.PictureAsync("restore-5-lost");

        phone.Host.Unplug();
        phone.Host.Replug();
        await StartAgentAsync();

        ILocator receipt = await ReceiptAsync(page, WriteOutcome.Applied);
        await Expect(receipt).ToContainTextAsync(request);
        JournalEntry row = Assert.Single(await JournalAsync());
        Assert.Equal((request, WriteOutcome.Applied), (row.Receipt.RequestId, row.Receipt.Outcome));
        Assert.Equal((LabelHex, 1L), (PhoneProcess.HoldsOf(phone.Phone, 1), phone.Phone.Counters.NvWritesReceived));
        reply.Release();
    }

    [Fact]
    public async Task Ctrl_C_says_who_carries_the_restore_on_and_no_code_or_number_is_in_what_the_program_wrote()
    {
        PhoneProcess phone = await PlugAsync("port-1", "galaxy-spc-locked", quirks: StaysAway);
        await StartAgentAsync();
        await using OurProgram program = OurProgram.Start(
            "imei-desktop", new Dictionary<string, string?> { ["XDG_CONFIG_HOME"] = File("config"), ["IMEI_CONTEXT"] = null, ["IMEI_AGENT"] = Endpoint }, "--no-window");
        IPage page = await Chromium.OpenPageAsync();
        var entry = new Uri(await program.LineAsync("http://127.", Ct));
        await page.GotoAsync(entry.ToString());
        await page.GotoAsync(new Uri(entry, Places.Restore("local", (await DeviceAsync("port-1")).Name)).ToString());
        await SendAsync(page);
        await ReceiptAsync(page, WriteOutcome.Refused);
        await PressAsync(page, "ask-anew");
        await page.Locator("#restore-spc").FillAsync("613908");
        await ConfirmAsync(page);
        await DoneAsync(page, "Reset");

        program.Interrupt();
        await program.EndAsync(Ct);
        await page.CloseAsync();
        await phone.PlugAsync();

        Assert.Contains(program.Errors, line => line.Contains("The agent carries the restore of", StringComparison.Ordinal));
        await Eventually.HoldsAsync(async () => (await JournalAsync())[0] is { State: JournalState.Closed, Receipt.Outcome: WriteOutcome.Applied });
        Assert.Equal(LabelHex, phone.Holds(1));
        foreach (string secret in (string[])["613908", Label, Label[..14]])
            Assert.DoesNotContain([.. program.Output, .. program.Errors], line => line.Contains(secret, StringComparison.Ordinal));
    }

    private static Task DoneAsync(IPage page, string phase) => Expect(page.Locator($"[data-phase='{phase}']")).ToHaveAttributeAsync("data-done", "true");
}
