using ImeiAgent.Client.Contexts;
using ImeiAgent.Client.Desktop.Window;
using ImeiAgent.TestKit;
using Xunit;

namespace ImeiAgent.Unit.Desktop;

// Which starts share one program, and what they show.
public sealed class StartChoiceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Starts_of_the_same_agent_contexts_and_display_share_one_program_and_others_do_not()
    {
        Requires.Unless(!OperatingSystem.IsWindows(), "a display is a session on Windows");
        StartChoice plain = Of(null, null);
        Assert.Equal(plain.InstanceId, Of("local", null).InstanceId);
        Assert.Equal(plain.InstanceId, Of(null, null, ("IMEI_CONTEXT", "local")).InstanceId);
        Assert.Equal(plain.InstanceId, Of(null, "unix:/run/me/imeiagent/agent.sock").InstanceId);
        Assert.Matches("^[0-9a-f]{16}$", plain.InstanceId);

        string[] all =
        [
            plain.InstanceId,
            Of(null, "unix:/run/other.sock").InstanceId,
            Of(null, null, ("IMEI_AGENT", "unix:/run/third.sock")).InstanceId,
            Of(null, null, ("DISPLAY", ":1")).InstanceId,
            Of(null, null, ("WAYLAND_DISPLAY", "wayland-0")).InstanceId,
            Of(null, null, ("XDG_CONFIG_HOME", _folder.File("other")), ("HOME", _folder.File("other"))).InstanceId,
        ];
        Assert.Equal(all.Length, all.Distinct().Count());
    }

    [Fact]
    public void Whoever_names_no_agent_is_content_with_any_window()
    {
        Assert.False(Of(null, null).IsNamed);
        Assert.False(Of(null, null, ("IMEI_AGENT", "unix:/run/third.sock")).IsNamed);
        Assert.True(Of("local", null).IsNamed);
        Assert.True(Of(null, "unix:/run/other.sock").IsNamed);
        Assert.True(Of(null, null, ("IMEI_CONTEXT", "local")).IsNamed);
    }

    [Fact]
    public void The_agent_of_this_machine_is_called_local_in_addresses()
    {
        Assert.Equal(AgentContext.Local, Of(null, null).Context);
        Assert.Equal("/at/local/", WindowAddress.PathOf(Of(null, "unix:/run/other.sock").Context));
    }

    [Theory]
    [InlineData("/at/shop/phones/1", "shop")]
    [InlineData("/at/local", "local")]
    [InlineData("/at/", null)]
    [InlineData("/at//evil.example", null)]
    [InlineData("/at/..", null)]
    [InlineData("/at/%2e%2e", null)]
    [InlineData("/At/shop", null)]
    [InlineData("/", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void A_context_is_read_from_an_address_as_it_is_written_there(string? path, string? context) =>
        Assert.Equal(context, WindowAddress.ContextOf(path));

    [Fact]
    public void Two_agents_at_once_and_unknown_contexts_are_refused()
    {
        Assert.Throws<FormatException>(() => Of("local", "unix:/run/other.sock"));
        Assert.Equal(ContextException.NotFound, Assert.Throws<ContextException>(() => Of("nowhere", null)).Reason);
    }

    private StartChoice Of(string? context, string? agent, params (string Name, string Value)[] more) => StartChoice.Of(context, agent, name =>
        more.Where(one => one.Name == name).Select(one => one.Value).FirstOrDefault() ?? name switch
        {
            "HOME" => _folder.Path,
            "APPDATA" => _folder.Path,
            "XDG_RUNTIME_DIR" => "/run/me",
            "XDG_CONFIG_HOME" => _folder.Path,
            "DISPLAY" => ":0",
            _ => null,
        });
}
