using System.Net;
using ImeiAgent.Agent;
using ImeiAgent.Agent.Access;
using ImeiAgent.TestKit;
using Xunit;

namespace ImeiAgent.Unit.Agent;

/// <summary>What may stand after --listen for clients of other machines.</summary>
public class ListenAddressTests
{
    [Theory]
    [InlineData("192.0.2.7:7443", "192.0.2.7:7443")]
    [InlineData("[2001:db8::7]:7443", "[2001:db8::7]:7443")]
    [InlineData("127.0.0.1:0", "127.0.0.1:0")]
    public void An_address_is_read(string text, string expected)
    {
        Requires.Unless(OperatingSystem.IsLinux() || OperatingSystem.IsWindows(), "this system offers servers no TLS 1.3");

        Assert.Equal(IPEndPoint.Parse(expected), ListenAddress.Parse(text));
    }

    [Fact]
    public void A_star_is_every_address()
    {
        Requires.Unless(OperatingSystem.IsLinux() || OperatingSystem.IsWindows(), "this system offers servers no TLS 1.3");

        Assert.Contains(ListenAddress.Parse("*:7443").Address, (IPAddress[])[IPAddress.Any, IPAddress.IPv6Any]);
    }

    // None of them is a way to a port without TLS.
    [Theory]
    [InlineData("http://127.0.0.1:7443")]
    [InlineData("tcp:127.0.0.1:7443")]
    [InlineData("127.0.0.1:65536")]
    [InlineData("127.0.0.1:-1")]
    [InlineData("127.0.0.1")]
    [InlineData(":7443")]
    [InlineData("7443")]
    [InlineData("")]
    public void Anything_else_is_a_wrong_option(string text) =>
        Assert.Equal(AgentStartException.WrongOption, Assert.Throws<AgentStartException>(() => ListenAddress.Parse(text)).ExitCode);
}
