using ImeiAgent.Client.Contexts;
using ImeiAgent.Client.Desktop.Window;
using ImeiAgent.TestKit;
using Xunit;

namespace ImeiAgent.Desktop.Start;

// Starts that open no window.
public sealed class StartTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, string?> _environment;

    public StartTests() => _environment = new()
    {
        ["HOME"] = _folder.Path,
        ["XDG_RUNTIME_DIR"] = _folder.File("run"),
        ["XDG_CONFIG_HOME"] = _folder.File("config"),
        ["APPDATA"] = _folder.File("config"),
        ["IMEI_AGENT"] = null,
        ["IMEI_CONTEXT"] = null,
        ["DISPLAY"] = null,
        ["WAYLAND_DISPLAY"] = null,
    };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Without_a_window_it_tells_its_address_which_lets_one_in_and_is_nobody_elses_program()
    {
        await using OurProgram one = Start("--no-window");
        await using OurProgram other = Start("--no-window");
        Uri address = new(await one.LineAsync("http://", Ct)), another = new(await other.LineAsync("http://", Ct));

        using HttpClient http = new();
        string page = await http.GetStringAsync(address, Ct);
        Assert.Contains("ImeiAgent", page, StringComparison.Ordinal);
        Assert.NotEqual(address.Authority, another.Authority);
        Assert.Contains("ImeiAgent", await http.GetStringAsync(another, Ct), StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("run/imeiagent")));

        Requires.Signals();
        one.Terminate();
        await one.EndAsync(Ct);
        Assert.False(other.HasEnded);
    }

    [Fact]
    public async Task A_context_that_is_not_there_is_told_before_anything_opens()
    {
        await using OurProgram desktop = Start("--context", "nowhere");

        Assert.Equal(2, await desktop.EndAsync(Ct));
        Assert.Empty(desktop.Output);
        Assert.StartsWith("imei-desktop: ", Assert.Single(desktop.Errors), StringComparison.Ordinal);
        Assert.Contains("nowhere", desktop.Errors[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_runs_and_does_not_answer_is_told()
    {
        Requires.Unless(OperatingSystem.IsLinux(), "folders are given by XDG variables");
        StartChoice choice = StartChoice.Of(null, null, name => _environment.GetValueOrDefault(name));
        using SingleInstance? hanging = SingleInstance.TryBecome(new PrivateFolder(_folder.File("run/imeiagent")), choice.InstanceId, TimeProvider.System);
        Assert.NotNull(hanging);

        await using OurProgram desktop = Start();

        Assert.Equal(1, await desktop.EndAsync(Ct));
        Assert.Equal("imei-desktop runs already and does not answer. End it, then start it again.", Assert.Single(desktop.Errors));
    }

    private OurProgram Start(params string[] arguments) => OurProgram.Start("imei-desktop", _environment, arguments);
}
