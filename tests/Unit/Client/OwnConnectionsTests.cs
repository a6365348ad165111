using System.Net;
using System.Net.Sockets;
using ImeiAgent.Client.Desktop.Access;
using ImeiAgent.TestKit;
using Xunit;

namespace ImeiAgent.Unit.Client;

public class OwnConnectionsTests
{
    private static readonly IPEndPoint Near = new(IPAddress.Loopback, 0x9C40);

    // As a Linux kernel on a little-endian machine prints it: a listener, both ends of a connection, one that is over, and one in tcp6.
    private static readonly string[] Table =
    [
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
        "   0: 0100007F:9C40 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 111 1 0000000000000000 100 0 0 10 0",
        "   1: 0100007F:9C40 0100007F:D431 01 00000000:00000000 00:00000000 00000000  1000        0 112 1 0000000000000000 20 4 30 10 -1",
        "   2: 0100007F:D431 0100007F:9C40 01 00000000:00000000 00:00000000 00000000  1001        0 113 1 0000000000000000 20 4 30 10 -1",
        "   3: 0100007F:D432 0100007F:9C40 06 00000000:00000000 03:00000000 00000000     0        0 0 3 0000000000000000",
        "   4: 0000000000000000FFFF00000100007F:D433 0000000000000000FFFF00000100007F:9C40 01 00000000:00000000 00:00000000 00000000  1002        0 114 1",
    ];

    [Theory]
    [InlineData(0xD431, 1001u)]
    [InlineData(0xD432, null)]
    [InlineData(0xD433, 1002u)]
    [InlineData(0xD434, null)]
    public void The_far_end_is_whose_the_kernel_says(int port, uint? owner)
    {
        Requires.Unless(BitConverter.IsLittleEndian, "the table is of a little-endian machine");
        Assert.Equal(owner, OwnConnections.OwnerOf(Table, new IPEndPoint(IPAddress.Loopback, port), Near));
    }

    [Fact]
    public async Task A_connection_of_this_very_process_is_found()
    {
        Requires.Unless(OperatingSystem.IsLinux(), "the kernel's table is Linux's");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient(AddressFamily.InterNetwork);
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint, TestContext.Current.CancellationToken);

        Assert.NotNull(OwnConnections.OwnerOf(
            await File.ReadAllLinesAsync("/proc/net/tcp", TestContext.Current.CancellationToken),
            (IPEndPoint)client.Client.LocalEndPoint!, (IPEndPoint)listener.LocalEndpoint));
    }
}
