using ImeiAgent.Client.Contexts;
using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.Desktop.Bench;
using ImeiAgent.V1;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImeiAgent.Desktop.Operations;

// Who may call the agent.
public sealed class ClientsPageTests : DesktopBench
{
    [Fact]
    public async Task A_client_is_invited_here_renamed_and_revoked_and_its_window_says_so()
    {
        await PlugAsync("port-1");
        await StartAgentAsync();
        AppWindowPage owner = await OpenAsync();
        IPage page = owner.Page;
        await owner.GoAsync(Places.Clients("local"));
        await Expect(page.GetByText("No client is paired.")).ToBeVisibleAsync();

        await page.Locator("#invite-name").FillAsync("bench-3");
        await page.Locator("#invite-role").SelectOptionAsync("Supervisor");
        await Expect(page.Locator(".invite")).ToContainTextAsync("takes phones away from others");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make an invitation" }).ClickAsync();
        string line = await page.Locator(".pairing-line").InnerTextAsync();
        await Expect(page.Locator(".qr svg")).ToBeVisibleAsync();
        PairingLine invitation = PairingLine.Parse(line);
        Assert.Equal(("bench-3", Role.Supervisor), (invitation.ClientName, invitation.Role));
        await page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await page.GetByRole(AriaRole.Button, new() { Name = "Copy Pairing line" }).ClickAsync();
        await Expect(page.GetByText("Copied")).ToBeVisibleAsync();
        Assert.Equal(line, await page.EvaluateAsync<string>("navigator.clipboard.readText()"));
        await owner.BothThemesAsync("clients-invitation");
        await Pairing.PairAsync(ContextsOf("bench-3"), "shop", invitation, TimeProvider.System, Ct);

        AppWindowPage bench = await OpenAsync("bench-3");
        await Expect(bench.Page.Locator("[data-device]")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Done" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Read again" }).ClickAsync();
        ILocator row = page.Locator("[data-client='bench-3']");
        await Expect(row).ToContainTextAsync("supervisor");
        await Expect(row).ToContainTextAsync("127.0.0.1");
        await row.GetByRole(AriaRole.Button, new() { Name = "Rename bench-3" }).ClickAsync();
        await page.Locator("#dialog-reason").FillAsync("front-desk");
        await owner.AccessibleInBothThemesAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Rename", Exact = true }).ClickAsync();
        row = page.Locator("[data-client='front-desk']");
        await Expect(row).ToContainTextAsync("may call");
        await owner.BothThemesAsync("clients");

        await owner.PressAsync(row.GetByRole(AriaRole.Button, new() { Name = "Revoke front-desk" }));
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("at once and for good");
        ILocator revoke = page.GetByRole(AriaRole.Button, new() { Name = "Revoke", Exact = true });
        await Expect(revoke).ToBeDisabledAsync();
        await page.Locator("#dialog-reason").FillAsync("laptop was stolen");
        await owner.PressAsync(revoke);
        await Expect(page.GetByText("No client is paired.")).ToBeVisibleAsync();
        await page.GetByText("Show revoked ones too").ClickAsync();
        await Expect(row).ToContainTextAsync("revoked");
        await Expect(row.GetByRole(AriaRole.Button)).ToHaveCountAsync(0);
        await Expect(bench.Page.Locator(".lost-banner")).ToContainTextAsync("pairing was revoked");
        await bench.AccessibleAsync();
    }

    [Fact]
    public async Task An_owner_of_another_machine_is_told_how_to_invite_and_a_name_that_is_taken_is_a_sentence()
    {
        await PlugAsync("port-1");
        await StartAgentAsync();
        await PairAsync("bench-3", Role.Technician);
        AppWindowPage window = await OpenAsync("boss", Role.Owner);
        IPage page = window.Page;
        await window.GoAsync(Places.Clients("shop"));

        await Expect(page.Locator(".invite")).ToContainTextAsync("imei-agent pair --role technician --name bench-3");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Make an invitation" })).ToHaveCountAsync(0);
        await Expect(page.Locator("[data-client='boss']")).ToContainTextAsync("(you)");
        await page.GetByRole(AriaRole.Button, new() { Name = "Rename bench-3" }).ClickAsync();
        await page.Locator("#dialog-reason").FillAsync("boss");
        await page.GetByRole(AriaRole.Button, new() { Name = "Rename", Exact = true }).ClickAsync();
        await Expect(page.Locator("[data-reason='ARGUMENT_INVALID']")).ToContainTextAsync("another client is called boss");
        await Expect(page.Locator("[data-client='bench-3']")).ToBeVisibleAsync();
        await window.AccessibleAsync();
    }
}
