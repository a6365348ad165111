using ImeiAgent.Client;
using Xunit;

namespace ImeiAgent.Unit.Client;

public class AgentEndpointTests
{
    [Fact]
    public void A_socket_path_is_read_and_printed_as_typed()
    {
        AgentEndpoint endpoint = AgentEndpoint.Parse("unix:/run/user/1000/imeiagent/agent.sock");

        Assert.Equal(EndpointKind.UnixSocket, endpoint.Kind);
        Assert.Equal("/run/user/1000/imeiagent/agent.sock", endpoint.Address);
        Assert.Equal("unix:/run/user/1000/imeiagent/agent.sock", endpoint.ToString());
    }

    [Theory]
    [InlineData("", "expected unix:PATH or npipe:NAME")]
    [InlineData("/run/agent.sock", "expected unix:PATH or npipe:NAME")]
    [InlineData("tcp:127.0.0.1:4000", "expected unix:PATH or npipe:NAME")]
    [InlineData("unix:", "names no path")]
    [InlineData("npipe:", "names no pipe")]
    [InlineData(@"npipe:a\b", "no slashes")]
    public void Anything_else_is_refused_with_a_reason(string text, string expected)
    {
        FormatException fault = Assert.Throws<FormatException>(() => AgentEndpoint.Parse(text));
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_longer_than_a_socket_address_is_refused_before_the_system_does_it_obscurely()
    {
        Assert.False(AgentEndpoint.TryParse("unix:/" + new string('a', 103), out _, out string? fault));
        Assert.Contains("too long", fault, StringComparison.Ordinal);
        Assert.True(AgentEndpoint.TryParse("unix:/" + new string('a', 102), out _, out _));
    }

    [Theory]
    [InlineData("/run/user/1000", "/state", "/run/user/1000/imeiagent/agent.sock")]
    [InlineData("", "/state", "/state/imeiagent/agent.sock")]
    [InlineData("relative", "", "/home/me/.local/state/imeiagent/agent.sock")]
    public void On_Linux_the_default_follows_the_XDG_directories(string runtime, string state, string expected)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "XDG is Linux");
        AgentEndpoint endpoint = AgentEndpoint.DefaultFor(name => name switch
        {
            "XDG_RUNTIME_DIR" => runtime,
            "XDG_STATE_HOME" => state,
            "HOME" => "/home/me",
            _ => null,
        });
        Assert.Equal("unix:" + expected, endpoint.ToString());
    }
}
