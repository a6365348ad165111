using ImeiAgent.Session;
using Xunit;
using SystemPorts = ImeiAgent.Session.Ports;

namespace ImeiAgent.Unit.Session;

public sealed class PortSpecTests
{
    [Theory]
    [InlineData("/dev/ttyUSB0", "/dev/ttyUSB0")]
    [InlineData("  /dev/cu.usbmodem1 ", "/dev/cu.usbmodem1")]
    [InlineData("com7", "COM7")]
    [InlineData(@"\\.\COM12", "COM12")]
    [InlineData("tcp://127.0.0.1:4000", "tcp://127.0.0.1:4000")]
    [InlineData("TCP://Bench-3.example:4000/", "tcp://bench-3.example:4000")]
    [InlineData("tcp://[::1]:65535", "tcp://[::1]:65535")]
    public void A_name_becomes_canonical_and_stays_so(string text, string canonical)
    {
        PortSpec port = PortSpec.Parse(text);

        Assert.Equal(canonical, port.ToString());
        Assert.Equal(port, PortSpec.Parse(canonical));
    }

    [Fact]
    public void A_TCP_name_gives_host_and_port_number()
    {
        PortSpec port = PortSpec.Parse("tcp://[::1]:4000");

        Assert.True(port.IsTcp);
        Assert.Equal("::1", port.Host);
        Assert.Equal(4000, port.TcpPort);
        Assert.False(PortSpec.Parse("COM7").IsTcp);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("ttyUSB0")]
    [InlineData("./port")]
    [InlineData("/dev/")]
    [InlineData("/dev/tty\nUSB0")]
    [InlineData("COM")]
    [InlineData("COM1x")]
    [InlineData("tcp://host")]
    [InlineData("tcp://:4000")]
    [InlineData("tcp://host:0")]
    [InlineData("tcp://host:65536")]
    [InlineData("tcp://::1:4000")]
    [InlineData("tcp://user@host:1")]
    public void What_is_no_port_is_refused_with_examples_of_what_is(string? text)
    {
        Assert.False(PortSpec.TryParse(text, out _, out string? problem));
        Assert.Contains("/dev/ttyUSB0", problem, StringComparison.Ordinal);
        Assert.Contains("tcp://host:port", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_the_machine_s_ports_those_that_can_be_a_phone_are_offered_in_order()
    {
        IReadOnlyList<PortSpec> ports = SystemPorts.Plausible(
            ["/dev/ttyS0", "/dev/ttyUSB10", "/dev/ttyUSB2", "/dev/ttyACM0", "/dev/tty.usbmodem1", "/dev/cu.usbmodem1", "/dev/cu.Bluetooth-Incoming-Port", "COM3", "/dev/ttyUSB2"]);

        Assert.Equal(["COM3", "/dev/ttyACM0", "/dev/ttyUSB2", "/dev/ttyUSB10", "/dev/cu.usbmodem1"], ports.Select(port => port.Name));
    }
}
