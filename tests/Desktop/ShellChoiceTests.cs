using ImeiAgent.Client.Desktop;
using ImeiAgent.Desktop.Bench;
using ImeiAgent.Unit.Client;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImeiAgent.Desktop;

// What a person chooses around the pages.
public class ShellChoiceTests
{
    [Fact]
    public async Task Dark_colours_are_kept_for_every_window_and_the_next_start_until_the_systems_are_chosen_again()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        await using (DesktopHost host = await ScriptedDesktop.StartAsync(agent))
        {
            await using AppWindowPage window = await AppWindowPage.OpenAsync(host);
            await window.Page.GetByLabel("Dark colours").ClickAsync();
            await Expect(window.Page.GetByLabel("Light colours")).ToBeAttachedAsync();
            await using AppWindowPage another = await window.OpenAnotherAsync("/");
            await Expect(another.Page.GetByLabel("Light colours")).ToBeAttachedAsync();
            await another.Page.GetByLabel("Light colours").ClickAsync();
            await Expect(window.Page.GetByLabel("Dark colours")).ToBeAttachedAsync();
            await window.Page.GetByLabel("Dark colours").ClickAsync();
            await Expect(another.Page.GetByLabel("Light colours")).ToBeAttachedAsync();
        }

        await using DesktopHost next = await ScriptedDesktop.StartAsync(agent);
        await using AppWindowPage anew = await AppWindowPage.OpenAsync(next);
        await Expect(anew.Page.GetByLabel("Light colours")).ToBeAttachedAsync();
        await anew.Page.GetByLabel("Light colours").ClickAsync();
        await Expect(anew.Page.GetByLabel("Dark colours")).ToBeAttachedAsync();
        await anew.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await Expect(anew.Page.GetByLabel("Light colours")).ToBeAttachedAsync();
        await anew.Page.ReloadAsync();
        await Expect(anew.Page.GetByLabel("Light colours")).ToBeAttachedAsync();
        await anew.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        await Expect(anew.Page.GetByLabel("Dark colours")).ToBeAttachedAsync();
    }

    [Fact]
    public async Task The_menu_of_agents_that_was_opened_with_the_mouse_is_closed_with_Escape()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        await using DesktopHost host = await ScriptedDesktop.StartAsync(agent);
        await using AppWindowPage window = await AppWindowPage.OpenAsync(host);
        ILocator button = window.Page.Locator(".agent-switcher button"), entries = window.Page.Locator(".mud-menu-item");

        await button.ClickAsync();
        await Expect(entries.First).ToBeVisibleAsync();
        await window.Page.Keyboard.PressAsync("Escape");

        await Expect(entries).ToHaveCountAsync(0);
        await Expect(button).ToBeFocusedAsync();
    }

    [Fact]
    public async Task Nothing_moves_for_who_asked_the_system_for_less_motion()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        await using DesktopHost host = await ScriptedDesktop.StartAsync(agent);
        await using AppWindowPage window = await AppWindowPage.OpenAsync(host);

        await window.Page.EmulateMediaAsync(new() { ReducedMotion = ReducedMotion.NoPreference });
        Assert.InRange(await LongestMotionAsync(window.Page), 100, 10_000);

        await window.Page.EmulateMediaAsync(new() { ReducedMotion = ReducedMotion.Reduce });
        Assert.InRange(await LongestMotionAsync(window.Page), 0, 1);
    }

    // Milliseconds of the longest transition or animation that any element has, or would have.
    private static Task<double> LongestMotionAsync(IPage page) => page.EvaluateAsync<double>("""
        () => Math.max(...[...document.querySelectorAll('*')].flatMap(element => [undefined, '::before', '::after'].map(part => {
          const style = getComputedStyle(element, part);
          const longest = times => Math.max(...times.split(',').map(time => parseFloat(time) * (time.trim().endsWith('ms') ? 1 : 1000)));
          const turns = style.animationIterationCount.includes('infinite') ? Infinity : 1;
          return Math.max(longest(style.transitionDuration) + longest(style.transitionDelay),
            style.animationName === 'none' ? 0 : turns * (longest(style.animationDuration) + longest(style.animationDelay)));
        })))
        """);
}
