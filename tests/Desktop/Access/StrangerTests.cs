using System.Net;
using System.Text.Json;
using ImeiAgent.Client.Desktop;
using ImeiAgent.Desktop.Bench;
using ImeiAgent.TestKit;
using ImeiAgent.Unit.Client;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImeiAgent.Desktop.Access;

// A page of another server of this machine, in the very browser that is in, drives nothing.
public class StrangerTests
{
    private static readonly string[] Visible = ["fetch", "fetch with a header", "websocket", "events", "script", "style", "image"];

    [Theory]
    [InlineData(false)] // As another program of this machine is usually found: 127.0.0.1 at some port.
    [InlineData(true)] // At the window's own address and another port: the same site to a browser, which sends it the window's cookies.
    public async Task A_page_at_another_port_drives_nothing(bool isSameAddress)
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        await using DesktopHost host = await ScriptedDesktop.StartAsync(agent);
        await using Stranger stranger = await Stranger.StartAsync(isSameAddress ? IPAddress.Parse(host.Address.Host) : IPAddress.Loopback);
        IPage window = await Chromium.OpenPageAsync();
        await window.GotoAsync(host.EntryUrl.ToString());
        await Expect(window.Locator("h2")).ToHaveTextAsync("Phones"); // It went there by itself.
        await Eventually.HoldsAsync(() => host.Pages.Shows(null));
        await window.EvaluateAsync("window.notReloaded = true");
        string target = host.Address.ToString().TrimEnd('/');
        Assert.Equal("yes", await TryAsOwnPageAsync(window));

        IPage page = await window.Context.NewPageAsync();
        using Answers answers = new(host.Address.Port);
        await page.GotoAsync($"{stranger.Address}?target={Uri.EscapeDataString(target)}");
        JsonElement outcome = await page.EvaluateAsync<JsonElement>("() => window.attack");
        // What a visitor might be made to click on: a window that it keeps a hand on, and the same window.
        IPage opened = await page.Context.RunAndWaitForPageAsync(() => page.Locator("#open").ClickAsync());
        await Expect(opened.Locator("body")).ToContainTextAsync("Another page has no business here.");
        await page.Locator("#go").ClickAsync();
        await Expect(page.Locator("body")).ToContainTextAsync("Another page has no business here.");

        foreach (string name in Visible)
            Assert.Equal((name, "no"), (name, outcome.GetProperty(name).GetString()));
        string[] attempts =
        [
            "GET /at/local/", "OPTIONS /at/local/", "GET /_blazor", "GET /_blazor?id=1", "GET /_framework/blazor.web.js", "GET /_content/MudBlazor/MudBlazor.min.css", "GET /at/local/?blind",
            "POST /_blazor/negotiate?negotiateVersion=1", "GET /at/local/?framed", "POST /_blazor/disconnect", "GET /at/local/?open", "GET /at/local/?go",
        ];
        await Eventually.HoldsAsync(
            () => attempts.All(what => answers.All.Any(one => one.What == what)), text: $"{string.Join(", ", attempts.Except(answers.All.Select(one => one.What)))} reached the door");
        // The page of a refusal is asked for its icon, by nobody but the browser.
        Assert.All(answers.All.Where(one => !one.What.EndsWith("?own", StringComparison.Ordinal) && one.What != "GET /favicon.ico"), one => Assert.Equal((one.What, 403), one));

        // A page at the same address gets the cookie, from which OwnConnections and the cookie's name protect; any other does not.
        if (!isSameAddress && !OperatingSystem.IsMacOS())
            Assert.DoesNotContain(stranger.Cookies, cookie => cookie.Contains("imei-desktop", StringComparison.Ordinal));
        Assert.True(await window.EvaluateAsync<bool>("window.notReloaded === true"));
        Assert.True(host.Pages.Shows(null));
        Assert.Equal("yes", await TryAsOwnPageAsync(window));
    }

    // That the same attempts succeed from the page itself, so that the others do not fail for another reason.
    private static Task<string> TryAsOwnPageAsync(IPage window) => window.EvaluateAsync<string>("""
        async () => {
          const page = await fetch('/at/local/?own');
          const live = await new Promise(done => { const s = new WebSocket(`ws://${location.host}/_blazor?own`); s.onopen = () => { s.close(); done(true); }; s.onerror = () => done(false); });
          return page.status === 200 && live ? 'yes' : `${page.status} ${live}`;
        }
        """);
}
