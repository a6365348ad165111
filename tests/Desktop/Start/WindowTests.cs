using ImeiAgent.Client.Contexts;
using ImeiAgent.TestKit;
using Xunit;

namespace ImeiAgent.Desktop.Start;

// The program as it is started, with real windows on a screen that nobody sees.
public class WindowTests
{
    public WindowTests() => Assert.SkipUnless(Effort.Full, "Real windows take minutes; CI opens them, or IMEIAGENT_THOROUGH=1 dotnet test tests/Desktop");

    private const string Local = "Phones - local - ImeiAgent", Shop = "Phones - shop - ImeiAgent";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_opens_its_window_and_ends_when_that_is_closed_and_leaves_nothing()
    {
        await using Screen screen = await Screen.StartAsync();
        OurProgram desktop = screen.StartDesktop();
        string[] window = await screen.WindowsAsync(Local, 1);
        Assert.NotEmpty(Directory.EnumerateFileSystemEntries(screen.Temporary, "imei-desktop-*"));

        await screen.CloseAsync(window[0]);

        Assert.Equal(0, await desktop.EndAsync(Ct));
        Assert.Empty(desktop.Output);
        Assert.DoesNotContain(desktop.Errors, line => line.StartsWith("fail:", StringComparison.Ordinal));
        Assert.Empty(Directory.EnumerateFileSystemEntries(screen.Temporary, "imei-desktop-*"));
    }

    [Fact]
    public async Task Told_to_end_it_closes_its_window()
    {
        await using Screen screen = await Screen.StartAsync();
        OurProgram desktop = screen.StartDesktop();
        await screen.WindowsAsync(Local, 1);

        desktop.Terminate();

        await desktop.EndAsync(Ct);
        await screen.WindowsAsync(Local, 0);
        Assert.Empty(Directory.EnumerateFileSystemEntries(screen.Temporary, "imei-desktop-*"));
    }

    [Fact]
    public async Task A_second_start_brings_the_window_to_the_front_and_ends()
    {
        await using Screen screen = await Screen.StartAsync();
        screen.StartDesktop();
        string first = (await screen.WindowsAsync(Local, 1))[0];
        // Another agent's window is of another program, and lies on top.
        OurProgram other = screen.StartDesktop("--agent", $"unix:{screen.File("other.sock")}");
        string[] both = await screen.WindowsAsync(Local, 2);
        string second = Assert.Single(both, window => window != first);
        await Eventually.HoldsAsync(async () => await screen.ActiveAsync() == second);

        OurProgram again = screen.StartDesktop();

        Assert.Equal(0, await again.EndAsync(Ct));
        Assert.Equal("imei-desktop runs already: its window is in front now.", Assert.Single(again.Output));
        Assert.Equal(first, await screen.ActiveAsync());
        Assert.Equal(2, (await screen.WindowsAsync(Local)).Length);
        Assert.False(other.HasEnded);

        OurProgram otherAgain = screen.StartDesktop("--agent", $"unix:{screen.File("other.sock")}");
        Assert.Equal(0, await otherAgain.EndAsync(Ct));
        Assert.Equal(second, await screen.ActiveAsync());
    }

    [Fact]
    public async Task A_window_that_was_put_away_comes_back()
    {
        await using Screen screen = await Screen.StartAsync();
        screen.StartDesktop();
        string window = (await screen.WindowsAsync(Local, 1))[0];
        await screen.MinimizeAsync(window);
        Assert.Empty(await screen.WindowsAsync(Local));

        OurProgram again = screen.StartDesktop();

        Assert.Equal(0, await again.EndAsync(Ct));
        Assert.Equal(window, Assert.Single(await screen.WindowsAsync(Local)));
        Assert.Equal(window, await screen.ActiveAsync());
    }

    [Fact]
    public async Task A_start_at_another_context_opens_a_window_of_the_same_program_which_ends_with_the_last()
    {
        await using Screen screen = await Screen.StartAsync();
        await PairAsync(screen);
        OurProgram desktop = screen.StartDesktop();
        string local = (await screen.WindowsAsync(Local, 1))[0];

        OurProgram atShop = screen.StartDesktop("--context", "shop");
        Assert.Equal(0, await atShop.EndAsync(Ct));
        Assert.Equal("imei-desktop runs already: it opened a further window.", Assert.Single(atShop.Output));
        string shop = (await screen.WindowsAsync(Shop, 1))[0];
        await Eventually.HoldsAsync(async () => await screen.ActiveAsync() == shop);

        // Each context has its own window now; whoever names none is content with any.
        Assert.Equal(0, await screen.StartDesktop("--context", "local").EndAsync(Ct));
        Assert.Equal(local, await screen.ActiveAsync());
        Assert.Equal(0, await screen.StartDesktop("--context", "shop").EndAsync(Ct));
        Assert.Equal(shop, await screen.ActiveAsync());
        Assert.Equal(0, await screen.StartDesktop().EndAsync(Ct));
        Assert.Equal(shop, await screen.ActiveAsync());

        await screen.CloseAsync(local);
        await screen.WindowsAsync(Local, 0);
        Assert.Single(await screen.WindowsAsync(Shop));
        Assert.False(desktop.HasEnded);
        await screen.CloseAsync(shop);
        Assert.Equal(0, await desktop.EndAsync(Ct));
    }

    [Fact]
    public async Task What_a_killed_one_left_is_in_nobodys_way()
    {
        await using Screen screen = await Screen.StartAsync();
        OurProgram killed = screen.StartDesktop();
        string dead = (await screen.WindowsAsync(Local, 1))[0];
        killed.Kill();
        await killed.EndAsync(Ct);
        Assert.NotEmpty(Directory.EnumerateFiles(screen.File("run/imeiagent"), "desktop-*.lock"));
        Assert.NotEmpty(Directory.EnumerateFiles(screen.File("run/imeiagent"), "desktop-*.sock"));

        OurProgram next = screen.StartDesktop();

        string alive = Assert.Single(await screen.WindowsAsync(Local, 2), window => window != dead);
        Assert.Equal(0, await screen.StartDesktop().EndAsync(Ct));
        Assert.Equal(alive, await screen.ActiveAsync());
        await screen.CloseAsync(alive);
        Assert.Equal(0, await next.EndAsync(Ct));
    }

    [Fact]
    public async Task Without_a_browser_of_its_own_it_uses_the_default_one_and_ends_when_its_page_is_closed()
    {
        await using Screen screen = await Screen.StartAsync();
        string chromium = Path.Combine(screen.File("programs"), "chromium"), hidden = Path.Combine(screen.File("programs"), "default-browser");
        File.Move(chromium, hidden);
        screen.Install("xdg-open", $"'{hidden}' --no-first-run --user-data-dir='{screen.File("default-profile")}' \"$1\" >/dev/null 2>&1 &");
        OurProgram desktop = screen.StartDesktop();
        await desktop.LineAsync("Opening the default browser", Ct);
        string window = (await screen.WindowsAsync(Local, 1))[0];

        OurProgram again = screen.StartDesktop();
        Assert.Equal(0, await again.EndAsync(Ct));
        Assert.Equal("imei-desktop runs already: its window is in front now.", Assert.Single(again.Output));

        await screen.CloseAsync(window);
        // It waits a while for a page that might only be loaded again.
        await Eventually.HoldsAsync(() => desktop.HasEnded, 4 * Eventually.Deadline);
        Assert.Equal(0, await desktop.EndAsync(Ct));
    }

    [Fact]
    public async Task Where_no_window_can_be_opened_it_tells_the_address()
    {
        await using Screen screen = await Screen.StartAsync();
        screen.Environment["DISPLAY"] = null;
        OurProgram desktop = screen.StartDesktop();

        await desktop.LineAsync("Open this address, which works once:", Ct);

        Assert.StartsWith("http://127.", await desktop.LineAsync("/at/local/?key=", Ct), StringComparison.Ordinal);
    }

    // The agent of another machine, as far as the user can tell.
    private static async Task PairAsync(Screen screen)
    {
        OurProgram agent = OurProgram.Start("imei-agent",
            ["run", "--no-discovery", "--port", screen.File("phone"), "--listen", screen.Environment["IMEI_AGENT"]!, "--listen", "127.0.0.1:0", "--data", screen.File("data")]);
        screen.Keep(agent);
        await agent.LineAsync("ready", Ct);
        await using OurProgram pair = OurProgram.Start("imei-agent", ["pair", "--agent", screen.Environment["IMEI_AGENT"]!, "--role", "technician", "--name", "desk", "--no-qr"]);
        Assert.Equal(0, await pair.EndAsync(Ct));
        ContextStore store = new(Path.Combine(screen.File("config"), "imeiagent"));
        await Pairing.PairAsync(store, "shop", PairingLine.Parse(Assert.Single(pair.Output)), TimeProvider.System, Ct);
    }
}
