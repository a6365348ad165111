using System.Net;
using System.Net.Sockets;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.Session;
using ImeiAgent.TestKit;
using Xunit;
using SystemPorts = ImeiAgent.Session.Ports;

namespace ImeiAgent.Integration.Session;

/// <summary>Opening, probing and closing of real ports: pseudo-terminals with a simulated phone behind them.</summary>
public sealed class PortTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_port_that_is_open_is_held_by_another_until_it_is_closed()
    {
        await using RunningPhone<PtyHost> phone = Phones.OnPty();
        PortSpec port = PortSpec.Parse(phone.Host.Path);
        Stream first = await SystemPorts.OpenAsync(port, Ct);

        PortOpenException held = await Assert.ThrowsAsync<PortOpenException>(() => SystemPorts.OpenAsync(port, Ct).AsTask());
        Assert.Equal(PortFault.HeldByAnother, held.Fault);
        Assert.Contains("ModemManager", held.Message, StringComparison.Ordinal);

        await first.DisposeAsync();
        await using Stream second = await SystemPorts.OpenAsync(port, Ct);
        Assert.Equal(ProbeVerdict.Diag, await PortProbe.RunAsync(second, TimeProvider.System, Ct));
    }

    [Fact]
    public async Task A_missing_port_a_file_and_a_folder_are_told_apart()
    {
        Requires.Pty();
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "file");
        await File.WriteAllTextAsync(file, "no port", Ct);

        Assert.Equal(PortFault.NotFound, await FaultOf(Path.Combine(folder.Path, "missing")));
        Assert.Equal(PortFault.NotAPort, await FaultOf(file));
        Assert.Equal(PortFault.NotAPort, await FaultOf(folder.Path));
    }

    [Fact]
    public async Task A_TCP_port_nobody_listens_on_is_unreachable()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int number = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();

        Assert.Equal(PortFault.Unreachable, await FaultOf($"tcp://127.0.0.1:{number}"));
    }

    [Fact]
    public async Task A_modem_that_takes_AT_commands_is_recognised()
    {
        await using RunningPhone<PtyHost> phone = Phones.OnPty("exynos");
        await using Stream port = await SystemPorts.OpenAsync(PortSpec.Parse(phone.Host.Path), Ct);

        Assert.Equal(ProbeVerdict.AtCommands, await PortProbe.RunAsync(port, TimeProvider.System, Ct));
    }

    [Fact]
    public async Task A_phone_over_TCP_is_recognised()
    {
        await using RunningPhone<TcpHost> phone = Phones.OnTcp();
        await using Stream port = await SystemPorts.OpenAsync(PortSpec.Parse($"tcp://127.0.0.1:{phone.Host.Port}"), Ct);

        Assert.Equal(ProbeVerdict.Diag, await PortProbe.RunAsync(port, TimeProvider.System, Ct));
    }

    [Fact]
    public async Task A_cancelled_read_loses_no_bytes_and_a_disposed_port_ends_a_blocked_one()
    {
        await using RunningPhone<PtyHost> phone = Phones.OnPty();
        Stream port = await SystemPorts.OpenAsync(PortSpec.Parse(phone.Host.Path), Ct);
        var buffer = new byte[64];
        using var cancel = new CancellationTokenSource();
        ValueTask<int> cancelled = port.ReadAsync(buffer, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.AsTask());

        await port.WriteAsync(new byte[] { 0x00, 0x78, 0xF0, 0x7E }, Ct);
        Assert.InRange(await port.ReadAsync(buffer, Ct), 1, 64);
        Assert.Equal(0x00, buffer[0]);

        // The rest of the reply, then nothing comes any more.
        Task<int> blocked;
        do
            blocked = port.ReadAsync(buffer, Ct).AsTask();
        while (await Task.WhenAny(blocked, Task.Delay(100, Ct)) == blocked);
        await port.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => blocked);
    }

    [Fact]
    public async Task A_write_larger_than_the_terminal_s_buffer_arrives_whole()
    {
        await using RunningPhone<PtyHost> phone = Phones.OnPty();
        await using Stream port = await SystemPorts.OpenAsync(PortSpec.Parse(phone.Host.Path), Ct);
        var bytes = new byte[1 << 20];
        Array.Fill(bytes, (byte)0x55);

        await port.WriteAsync(bytes, Ct);

        await Eventually.HoldsAsync(() => phone.Phone.Counters.BytesReceived == bytes.Length);
    }

    private static async Task<PortFault> FaultOf(string name) =>
        (await Assert.ThrowsAsync<PortOpenException>(() => SystemPorts.OpenAsync(PortSpec.Parse(name), Ct).AsTask())).Fault;
}
