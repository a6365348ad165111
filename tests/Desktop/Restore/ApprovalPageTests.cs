using ImeiAgent.Client;
using ImeiAgent.Client.Contexts;
using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.Desktop.Bench;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImeiAgent.Desktop.Restore;

/// <summary>Restores that a second person decides, in two windows.</summary>
public sealed class ApprovalPageTests : RestoreBench
{
    [Fact]
    public async Task A_change_of_a_valid_number_waits_for_a_supervisor_and_goes_on_by_itself()
    {
        PhoneProcess phone = await PlugAsync("port-1", "galaxy-single-sim");
        await StartAgentAsync();
        AppWindowPage bench = await OpenAsync("bench-3");
        AppWindowPage front = await OpenAsync("front", Role.Supervisor);
        await front.GoAsync(Places.Phones(Shop));
        await Expect(front.Page.Locator("[data-notice='approvals']")).ToHaveCountAsync(0);
        IPage page = await WizardAsync(bench);
        await Expect(page.Locator(".slot-holds[data-slot='1']")).ToContainTextAsync("a supervisor, a second person, has to approve it");
        await page.GetByRole(AriaRole.Checkbox, new() { Name = "Restore SIM 1" }).CheckAsync();
        await TypeAsync(page, Label2, "box with a number of its own", "label under the battery");
        await PressAsync(page, "next");

        await Expect(page.Locator("[data-waits]")).ToContainTextAsync("Waits for a supervisor.");
        await Expect(page.Locator("[data-reason='IMEI_INTACT'] [data-meaning]")).ToContainTextAsync("a crime in many countries");
        string request = await page.Locator("[data-request]").GetAttributeAsync("data-request") ?? "";
        await bench.AccessibleAsync();
        await bench.PictureAsync("restore-4-approval");
        // Nobody holds the phone while a person decides.
        await Eventually.HoldsAsync(async () => (await DeviceAsync("port-1")).Lease is null);

        // It appears at the supervisor's window by itself, wherever that is.
        await Expect(front.Page.Locator("[data-notice='approvals']")).ToContainTextAsync("1 restore waits for approval");
        await front.AccessibleAsync();
        await front.Page.Locator("[data-notice='approvals']").GetByRole(AriaRole.Link).ClickAsync();
        ILocator asked = front.Page.Locator($"[data-approval='{request}']");
        await Expect(asked).ToContainTextAsync("box with a number of its own");
        await Expect(asked).ToContainTextAsync("bench-3");
        await Expect(asked).Not.ToContainTextAsync(Label2);
        await Expect(asked.Locator("[data-action='approve']")).ToBeDisabledAsync();
        // Which phone, and what it holds, for whoever asks to see it.
        Device device = await DeviceAsync("port-1");
        await Expect(asked.Locator("[data-which]")).ToHaveTextAsync($"{device.Identity.Model} {Named.Short(device.Name)} at port {device.Port}");
        await asked.GetByRole(AriaRole.Button, new() { Name = "Show numbers" }).ClickAsync();
        await Expect(asked.Locator(".imei").First).ToHaveTextAsync(Label);
        AuditRow row = Assert.Single((await Owner.ListAuditAsync(new(), Ct)).Rows, row => row is { Action: "reveal-imei", Operator: "front" });
        Assert.Equal(device.Name, row.Device);
        await asked.GetByRole(AriaRole.Textbox).FillAsync("compared with the label");
        await front.BothThemesAsync("approvals");
        await front.PressAsync(asked.Locator("[data-action='approve']"));
        await Expect(front.Page.Locator($"[data-given='{request}']")).ToBeVisibleAsync();
        await Expect(front.Page.Locator($"tr[data-approval='{request}']")).ToContainTextAsync("compared with the label");
        await front.AccessibleAsync();

        // The bench goes on with the same request.
        await StateAsync(page, "Planned");
        await Expect(page.Locator("dd[data-approved]")).ToHaveTextAsync("Approved by front: compared with the label");
        Assert.Equal((LabelHex, 0L), (phone.Holds(1), phone.Writes));
        await ConfirmAsync(page, digits: "7518");
        ILocator receipt = await ReceiptAsync(page, WriteOutcome.Applied);
        await Expect(receipt).ToContainTextAsync(request);
        await Expect(receipt).ToContainTextAsync("front: compared with the label");
        Assert.Equal(Label2Hex, phone.Holds(1));
    }

    [Fact]
    public async Task Who_asked_cannot_approve_and_who_left_the_page_is_told_of_the_approval()
    {
        await PlugAsync("port-1", "galaxy-single-sim");
        await StartAgentAsync();
        AppWindowPage front = await OpenAsync("front", Role.Supervisor);
        IPage page = await WizardAsync(front);
        await page.GetByRole(AriaRole.Checkbox, new() { Name = "Restore SIM 1" }).CheckAsync();
        await TypeAsync(page, Label2);
        await PressAsync(page, "next");
        string request = await page.Locator("[data-request]").GetAttributeAsync("data-request") ?? "";

        await front.GoAsync(Places.Approvals(Shop));
        ILocator asked = page.Locator($"[data-approval='{request}']");
        await Expect(asked.Locator("[data-cannot='own']")).ToContainTextAsync("another person has to approve it");
        await Expect(asked.Locator("[data-action='approve']")).ToHaveCountAsync(0);
        await Expect(page.Locator("[data-notice='restore']")).ToContainTextAsync("waits for a supervisor");
        await front.AccessibleAsync();
        ContextStore contexts = ContextsOf("front");
        await using (AgentClient itself = AgentClient.Connect(AgentEndpoint.For(contexts.Read().Contexts[0], contexts)))
        {
            AgentException refused = await Assert.ThrowsAsync<AgentException>(() => itself.ApproveWriteAsync(new() { RequestId = request, Reason = "because" }, Ct));
            Assert.Equal(ErrorReason.SecondPersonRequired, refused.Code);
        }

        await Owner.ApproveWriteAsync(new() { RequestId = request, Reason = "compared with the label" }, Ct);
        await Expect(page.Locator("[data-notice='restore']")).ToContainTextAsync("was approved by");
        await page.Locator("[data-notice='restore']").GetByRole(AriaRole.Link).ClickAsync();
        await StateAsync(page, "Planned");
        await Expect(page.Locator("dd[data-approved]")).ToContainTextAsync("compared with the label");
    }
}
