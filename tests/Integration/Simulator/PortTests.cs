using System.Net.Sockets;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using Xunit;
using static ImeiAgent.Integration.Simulator.SimulatorClient;

namespace ImeiAgent.Integration.Simulator;

public sealed class PortTests
{
    [Fact]
    public async Task A_memory_port_has_one_client_at_a_time_and_the_next_right_after()
    {
        await using var phone = Phones.InMemory();
        Stream first = phone.Host.Open();

        Assert.Throws<IOException>(phone.Host.Open);
        await first.DisposeAsync();
        await using var second = new SimulatorClient(phone.Host.Open());

        Assert.Equal("1C0800", await second.AskAsync("1C"));
    }

    [Fact]
    public async Task A_pulled_memory_port_ends_reads_and_refuses_writes()
    {
        await using var phone = Phones.InMemory();
        await using var client = new SimulatorClient(phone.Host.Open());
        Task<byte[]?> pending = client.ReceiveAsync();

        phone.Host.Unplug();

        Assert.Null(await pending);
        await Assert.ThrowsAsync<IOException>(async () => await client.SendAsync(Hex("1C")));
        Assert.Throws<FileNotFoundException>(phone.Host.Open);
    }

    [Fact]
    public async Task A_pty_survives_clients_and_a_replug_gives_the_link_a_new_device()
    {
        Requires.Pty();
        using var folder = new TemporaryFolder();
        await using var phone = Phones.OnPty(link: folder.File("phone"));
        for (int i = 0; i < 3; i++)
        {
            await using var client = new SimulatorClient(OpenTerminal(phone.Host.Path));
            Assert.StartsWith("262602" + Imei1, await client.AskAsync("262602"), StringComparison.Ordinal);
        }

        await using (var client = new SimulatorClient(OpenTerminal(phone.Host.Path)))
        {
            Task<byte[]?> pending = Task.Run(client.ReceiveAsync, Ct);
            phone.Host.Unplug();
            Assert.False(Path.Exists(folder.File("phone")));
            Assert.True(await EndsAsync(pending));
        }
        phone.Host.Replug();

        Assert.Equal(phone.Host.Device, new FileInfo(folder.File("phone")).LinkTarget);
        await using var again = new SimulatorClient(OpenTerminal(phone.Host.Path));
        Assert.Equal("1C0800", await again.AskAsync("1C"));
    }

    [Fact]
    public async Task A_pty_host_ends_though_its_client_reads_nothing()
    {
        Requires.Pty();
        var phone = Phones.OnPty();
        await using FileStream deaf = OpenTerminal(phone.Host.Path);
        for (int i = 0; i < 2000; i++)
            await deaf.WriteAsync(ReadImeiFrame, Ct);
        await phone.Phone.Counters.RequestArrivesAsync(0x26, 1, Ct);

        await phone.DisposeAsync().AsTask().WaitAsync(Eventually.Deadline, Ct);

        Assert.False(phone.Host.IsPlugged);
    }

    [Fact]
    public async Task A_reply_released_after_the_cable_was_pulled_reaches_nobody()
    {
        Requires.Pty();
        await using var phone = Phones.OnPty();
        HeldReply held = phone.Phone.Traps.HoldReply(0x1C);
        await using (var first = new SimulatorClient(OpenTerminal(phone.Host.Path)))
        {
            await first.SendAsync(Hex("1C"));
            await held.Reached.WaitAsync(Eventually.Deadline, Ct);
            phone.Host.Unplug();
        }
        phone.Host.Replug();
        await using var client = new SimulatorClient(OpenTerminal(phone.Host.Path));
        held.Release();

        Assert.Equal("7B55", await client.AskAsync("7B55"));
    }

    [Fact]
    public void A_link_never_replaces_a_file_but_does_replace_a_stale_link()
    {
        Requires.Pty();
        using var folder = new TemporaryFolder();
        using var phone = SimulatedPhone.Create("galaxy", 1);
        File.WriteAllText(folder.File("precious"), "mine");
        File.CreateSymbolicLink(folder.File("stale"), "/nowhere");

        Assert.Throws<IOException>(() => new PtyHost(phone, folder.File("precious")));
        var host = new PtyHost(phone, folder.File("stale"));

        Assert.Equal("mine", File.ReadAllText(folder.File("precious")));
        Assert.Equal(host.Device, new FileInfo(host.Path).LinkTarget);
        host.Unplug();
    }

    [Fact]
    public async Task New_name_gives_the_link_the_next_number_at_each_start_but_not_at_a_replug()
    {
        Requires.Pty();
        using var folder = new TemporaryFolder();
        await using var phone = Phones.OnPty(quirks: "new-name,crash-on=6873,reset-delay=1ms", link: folder.File("phone"));

        await RestartsAsync(folder.File("phone"), "26D91A");
        await Eventually.HoldsAsync(() => Path.Exists(folder.File("phone.2")));
        phone.Host.Unplug();
        phone.Host.Replug();
        await RestartsAsync(folder.File("phone.2"), "290200");
        await Eventually.HoldsAsync(() => Path.Exists(folder.File("phone.3")));

        Assert.Equal(["phone.3"], Directory.GetFileSystemEntries(Path.GetDirectoryName(folder.File("phone"))!).Select(Path.GetFileName));
        Assert.Equal(folder.File("phone.3"), phone.Host.Path);
        await using var client = new SimulatorClient(OpenTerminal(phone.Host.Path));
        Assert.Equal("1C0800", await client.AskAsync("1C"));

        static async Task RestartsAsync(string port, string request)
        {
            await using var client = new SimulatorClient(OpenTerminal(port));
            await client.SendAsync(Hex(request));
            await Eventually.HoldsAsync(() => !Path.Exists(port));
        }
    }

    [Fact]
    public async Task A_tcp_port_serves_one_client_after_another_and_keeps_its_number()
    {
        await using var phone = Phones.OnTcp();
        int port = phone.Host.Port;
        for (int i = 0; i < 2; i++)
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync("127.0.0.1", port, Ct);
            await using var client = new SimulatorClient(socket.GetStream());
            Assert.Equal("1C0800", await client.AskAsync("1C"));
        }

        phone.Host.Unplug();
        using var refused = new TcpClient();
        await Assert.ThrowsAsync<SocketException>(async () => await refused.ConnectAsync("127.0.0.1", port, Ct));
        phone.Host.Replug();
        Assert.Equal(port, phone.Host.Port);
    }

    internal static FileStream OpenTerminal(string path) =>
        new(File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite), FileAccess.ReadWrite, bufferSize: 0);

    /// <summary>A pulled terminal ends a read with no bytes or with an error.</summary>
    private static async Task<bool> EndsAsync(Task<byte[]?> read)
    {
        try
        {
            return await read is null;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
