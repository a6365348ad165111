using ImeiAgent.Diag.Messages;
using ImeiAgent.TestKit;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using static ImeiAgent.Integration.Simulator.SimulatorClient;

namespace ImeiAgent.Integration.Simulator;

public sealed class WireQuirkTests
{
    private static readonly byte[] ImeiReplyFrame = Frame(Hex("262602 " + Imei1 + " 00*121"));

    [Fact]
    public async Task Replies_to_the_requests_of_one_write_come_in_one_piece()
    {
        await using var phone = Phones.InMemory();
        await using var client = new SimulatorClient(phone.Host.Open());

        await client.SendRawAsync([.. ReadImeiFrame, .. ReadImeiFrame]);

        Assert.Equal((byte[])[.. ImeiReplyFrame, .. ImeiReplyFrame], await client.ReadOnceAsync());
    }

    [Theory]
    [InlineData("leading-flag=1")]
    [InlineData("split=1")]
    [InlineData("join=1")]
    [InlineData("garbage=1")]
    [InlineData("abort=1")]
    public async Task What_the_wire_adds_leaves_every_reply_readable(string quirk)
    {
        await using var phone = Phones.InMemory(quirks: quirk);
        await using var client = new SimulatorClient(phone.Host.Open());

        for (int i = 0; i < 20; i++)
            Assert.StartsWith("262602" + Imei1, await client.AskAsync("262602"), StringComparison.Ordinal);

        Assert.Equal(quirk is "garbage=1" or "abort=1", client.BadFrames > 0);
    }

    [Fact]
    public async Task A_leading_flag_and_an_abort_look_as_in_the_standard()
    {
        await using var flag = Phones.InMemory(quirks: "leading-flag=1");
        await using var first = new SimulatorClient(flag.Host.Open());
        await first.SendRawAsync(ReadImeiFrame);
        Assert.Equal((byte[])[0x7E, .. ImeiReplyFrame], await first.ReadOnceAsync());

        await using var abort = Phones.InMemory(quirks: "abort=1");
        await using var second = new SimulatorClient(abort.Host.Open());
        await second.SendRawAsync(ReadImeiFrame);
        Assert.Equal((byte[])[.. ImeiReplyFrame[..(ImeiReplyFrame.Length / 2)], 0x7D, 0x7E, .. ImeiReplyFrame], await second.ReadOnceAsync());
    }

    [Fact]
    public async Task Unsolicited_packets_come_between_request_and_reply()
    {
        await using var phone = Phones.InMemory(quirks: "unsolicited=1");
        await using var client = new SimulatorClient(phone.Host.Open());
        var codes = new HashSet<byte>();

        for (int i = 0; i < 60; i++)
        {
            await client.SendAsync(Hex("262602"));
            byte[] unasked = (await client.ReceiveAsync())!;
            codes.Add(unasked[0]);
            Assert.True(DiagCode.CanBeUnsolicited(unasked[0]));
            Assert.Equal(0x26, (await client.ReceiveAsync())![0]);
        }

        Assert.Superset(new HashSet<byte> { 0x10, 0x60, 0x79, 0x98, 0xD9 }, codes);
    }

    [Fact]
    public async Task A_bad_check_spoils_the_reply_and_not_the_next()
    {
        await using var phone = Phones.InMemory(quirks: "bad-crc=0.5");
        await using var client = new SimulatorClient(phone.Host.Open());

        for (int i = 0; i < 40; i++)
            await client.SendRawAsync(ReadImeiFrame);
        var bytes = new List<byte>();
        while (bytes.Count(value => value == 0x7E) < 40)
            bytes.AddRange(await client.ReadOnceAsync());

        byte[][] replies = [.. bytes.Chunk(ImeiReplyFrame.Length)];
        Assert.Equal(40, replies.Length);
        Assert.InRange(replies.Count(frame => frame.SequenceEqual(ImeiReplyFrame)), 10, 30);
    }

    [Fact]
    public async Task A_dropped_reply_was_served_and_a_lost_request_was_not()
    {
        await using var drops = Phones.InMemory(quirks: "drop=1");
        await using var first = new SimulatorClient(drops.Host.Open());
        await first.SendAsync(Hex("272602" + Imei2));
        await drops.Phone.Counters.NvWriteArrivesAsync(1, Ct);
        await Eventually.HoldsAsync(() => drops.Phone.Counters.NvWritesStored == 1);

        await using var loses = Phones.InMemory(quirks: "lose=1");
        await using var second = new SimulatorClient(loses.Host.Open());
        await second.SendAsync(Hex("272602" + Imei2));
        await Eventually.HoldsAsync(() => loses.Phone.Counters.RequestsLost == 1);
        Assert.Equal(0, loses.Phone.Counters.AllRequests);
    }

    [Fact]
    public async Task A_duplicate_is_the_same_reply_again()
    {
        await using var phone = Phones.InMemory(quirks: "duplicate=1");
        await using var client = new SimulatorClient(phone.Host.Open());

        string reply = await client.AskAsync("262602");

        Assert.Equal(reply, Convert.ToHexString((await client.ReceiveAsync())!));
    }

    [Fact]
    public async Task A_late_reply_waits_for_its_time()
    {
        var time = new FakeTimeProvider();
        await using var phone = Phones.InMemory(quirks: "late=1:50ms", time: time);
        await using var client = new SimulatorClient(phone.Host.Open());

        await client.SendAsync(Hex("262602"));
        Task<byte[]?> reply = client.ReceiveAsync();
        await phone.Phone.Counters.RequestArrivesAsync(0x26, 1, Ct);
        time.Advance(TimeSpan.FromMilliseconds(49));
        Assert.False(reply.IsCompleted);
        await Eventually.HoldsAsync(() =>
        {
            time.Advance(TimeSpan.FromMilliseconds(1));
            return reply.IsCompleted;
        });

        Assert.Equal(0x26, (await reply)![0]);
    }

    [Fact]
    public async Task A_phone_that_decodes_one_frame_per_transfer_ignores_the_second()
    {
        await using var phone = Phones.InMemory(quirks: "one-frame-per-transfer");
        await using var client = new SimulatorClient(phone.Host.Open());

        await client.SendRawAsync([.. ReadImeiFrame, .. Frame(Hex("1C"))]);
        await client.SendAsync(Hex("7B55"));

        Assert.Equal(0x26, (await client.ReceiveAsync())![0]);
        Assert.Equal(0x7B, (await client.ReceiveAsync())![0]);
        Assert.Equal(0, phone.Phone.Counters.Requests(0x1C));
    }

    [Fact]
    public async Task An_old_kernel_drops_leading_flags_cut_frames_and_bad_checks()
    {
        await using var phone = Phones.InMemory(quirks: "old-kernel");
        await using var client = new SimulatorClient(phone.Host.Open());

        await client.SendRawAsync([0x7E, .. ReadImeiFrame]);
        await client.SendRawAsync(ReadImeiFrame[..3]);
        await client.SendRawAsync(ReadImeiFrame[3..]);
        await client.SendRawAsync(Hex("262602 0000 7E"));

        Assert.Equal("1C0800", await client.AskAsync("1C"));
        Assert.Equal(0, phone.Phone.Counters.Requests(0x26));
    }

    [Fact]
    public async Task A_full_queue_drops_what_comes_beyond()
    {
        var time = new FakeTimeProvider();
        await using var phone = Phones.InMemory(quirks: "queue=4,service=10ms", time: time);
        await using var client = new SimulatorClient(phone.Host.Open());

        await client.SendRawAsync([.. Enumerable.Repeat(ReadImeiFrame, 10).SelectMany(frame => frame)]);
        await Eventually.HoldsAsync(() => phone.Phone.Counters.RequestsLost == 6);
        await Eventually.HoldsAsync(() =>
        {
            time.Advance(TimeSpan.FromMilliseconds(10));
            return phone.Phone.Counters.Requests(0x26) == 4;
        });
    }
}
