using System.Text;
using ImeiAgent.Session;
using ImeiAgent.TestKit;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace ImeiAgent.Unit.Session;

public sealed class PortProbeTests : IDisposable
{
    private readonly FakePort _port = new();
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task A_version_reply_is_a_phone_s()
    {
        Task<ProbeVerdict> probe = Probe();
        Assert.Equal([0x00, 0x78, 0xF0, 0x7E], Assert.Single(_port.Writes));

        _port.DeliverPacket(new byte[55]);

        Assert.Equal(ProbeVerdict.Diag, await probe);
        Assert.Single(_port.Writes);
    }

    [Theory]
    [InlineData("13")]
    [InlineData("1300")]
    [InlineData("100010001000C0B0")]
    [InlineData("2626020000")]
    public async Task Any_frame_with_a_right_check_is_a_phone_s(string packet)
    {
        Task<ProbeVerdict> probe = Probe();

        _port.DeliverPacket(Convert.FromHexString(packet));

        Assert.Equal(ProbeVerdict.Diag, await probe);
    }

    [Fact]
    public async Task A_phone_that_eats_the_first_frame_is_found_with_the_second()
    {
        Task<ProbeVerdict> probe = Probe();
        await PassAsync(1.5, writes: 2);

        _port.DeliverPacket(new byte[55]);

        Assert.Equal(ProbeVerdict.Diag, await probe);
    }

    [Fact]
    public async Task An_echo_of_the_probe_is_no_phone_and_a_modem_says_OK()
    {
        Task<ProbeVerdict> probe = Probe();
        _port.Deliver(0x00, 0x78, 0xF0, 0x7E);
        await PassAsync(1.5, writes: 2);
        await PassAsync(1.5, writes: 3);
        Assert.Equal("\rAT\r", Encoding.ASCII.GetString(_port.Writes[2]));

        _port.Deliver("AT\r\r\nO"u8.ToArray());
        _port.Deliver("K\r\n"u8.ToArray());

        Assert.Equal(ProbeVerdict.AtCommands, await probe);
        Assert.Equal(3, _port.Writes.Count);
    }

    [Fact]
    public async Task A_modem_may_say_ERROR()
    {
        Task<ProbeVerdict> probe = Probe();
        await PassAsync(1.5, writes: 2);
        await PassAsync(1.5, writes: 3);

        _port.Deliver("\r\nERROR\r\n"u8.ToArray());

        Assert.Equal(ProbeVerdict.AtCommands, await probe);
    }

    [Fact]
    public async Task A_silent_port_gets_a_lone_flag_at_the_end()
    {
        Task<ProbeVerdict> probe = Probe();
        await PassAsync(1.5, writes: 2);
        await PassAsync(1.5, writes: 3);
        _port.Deliver("$GPGSV,3,1,11*74\r\n"u8.ToArray());
        await PassAsync(0.5, writes: 4);

        Assert.Equal(ProbeVerdict.Silent, await probe);
        Assert.Equal([0x7E], _port.Writes[3]);
    }

    [Fact]
    public async Task A_port_that_takes_no_bytes_is_silent()
    {
        _port.HoldWrites = true;
        Task<ProbeVerdict> probe = Probe();
        await PassAsync(1.5, writes: 2);
        await PassAsync(1.5, writes: 3);
        await PassAsync(0.5, writes: 4);
        _time.Advance(TimeSpan.FromSeconds(0.5));

        Assert.Equal(ProbeVerdict.Silent, await probe);
    }

    [Fact]
    public async Task A_port_that_ends_fails_the_probe()
    {
        Task<ProbeVerdict> probe = Probe();

        _port.End();

        await Assert.ThrowsAsync<EndOfStreamException>(() => probe);
    }

    [Fact]
    public async Task A_cancelled_probe_says_so()
    {
        using var cancel = new CancellationTokenSource();
        Task<ProbeVerdict> probe = PortProbe.RunAsync(_port, _time, cancel.Token);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => probe);
    }

    public void Dispose() => _port.Dispose();

    private Task<ProbeVerdict> Probe() => PortProbe.RunAsync(_port, _time, TestContext.Current.CancellationToken);

    private async Task PassAsync(double seconds, int writes)
    {
        _time.Advance(TimeSpan.FromSeconds(seconds));
        await Eventually.HoldsAsync(() => _port.Writes.Count == writes);
    }
}
