using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Session;
using Xunit;

namespace ImeiAgent.Unit.Session;

/// <summary>What a session sends byte for byte, and what it makes of bytes however they come.</summary>
public sealed class WireTests
{
    private static readonly byte[] Reply550 = FakePort.FrameOf(SessionFixture.NvPacket(0x26, 550, 8));

    // A log packet with 7E and 7D inside; frame and check were computed with libqcdm's encoder.
    private static readonly byte[] LogFrame = Convert.FromHexString("100010001000C0B000000000000000007D5E7D5D010223757E");

    [Fact]
    public async Task A_request_is_one_write_of_one_frame_without_a_leading_flag()
    {
        await using var it = new SessionFixture();
        Task<DiagReply<NvItem>> read = it.Read(550);

        // NV_READ 550 in its 133-byte form, as libqcdm encodes it.
        byte[] expected = [0x26, 0x26, 0x02, .. new byte[130], 0x3E, 0x2B, 0x7E];
        Assert.Equal(expected, Assert.Single(it.Port.Writes));
        it.Port.Deliver(Reply550);
        await read;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(16)]
    [InlineData(64)]
    public async Task No_more_requests_are_outstanding_than_the_window_and_the_next_goes_when_one_is_answered(int window)
    {
        await using var it = new SessionFixture(window);
        Task<DiagReply<NvItem>>[] reads = [.. Enumerable.Range(0, window + 3).Select(item => it.Read(item))];

        Assert.Equal(Enumerable.Range(0, window), it.Port.Items);
        for (int item = 0; item < reads.Length; item++)
        {
            it.AnswerRead(item);
            Assert.Equal(Math.Min(window + item + 1, reads.Length), it.Port.Writes.Count);
        }
        await Task.WhenAll(reads);
    }

    [Fact]
    public async Task A_reply_cut_into_single_bytes_is_whole_again()
    {
        await using var it = new SessionFixture();
        Task<DiagReply<NvItem>> read = it.Read(550);

        foreach (byte value in Reply550)
            it.Port.Deliver(value);

        Assert.Equal(8, (await read).Answer.Data.Bytes[0]);
    }

    [Fact]
    public async Task Two_replies_and_a_log_packet_in_one_piece_are_told_apart()
    {
        await using var it = new SessionFixture(window: 2);
        Task<DiagReply<NvItem>> first = it.Read(550), second = it.Read(10);

        it.Port.Deliver([.. Reply550, .. LogFrame, .. FakePort.FrameOf(SessionFixture.NvPacket(0x26, 10, 3))]);

        Assert.Equal(8, (await first).Answer.Data.Bytes[0]);
        Assert.Equal(3, (await second).Answer.Data.Bytes[0]);
        Assert.True(it.Session.Unsolicited.TryRead(out UnsolicitedPacket? log));
        Assert.Equal(Convert.FromHexString("100010001000C0B000000000000000007E7D0102"), log.Bytes.ToArray());
    }

    [Fact]
    public async Task Leading_flags_garbage_and_an_aborted_frame_before_a_reply_do_not_hide_it()
    {
        await using var it = new SessionFixture(attempts: 1);
        Task<DiagReply<NvItem>> read = it.Read(550);

        it.Port.Deliver([0x7E, 0x7E, 0x0D, 0x0A, 0x4F, 0x4B, 0x7E, 0x26, 0x26, 0x7D, 0x7E, .. Reply550]);

        Assert.Equal(8, (await read).Answer.Data.Bytes[0]);
        Assert.Equal(2, it.Session.Counters.BadFrames);
    }

    [Fact]
    public async Task A_phone_that_answers_before_the_write_has_ended_is_heard()
    {
        await using var it = new SessionFixture();
        it.Port.OnWrite = _ => it.Port.Deliver(Reply550);

        for (int i = 0; i < 3; i++)
            Assert.Equal(8, (await it.Read(550)).Answer.Data.Bytes[0]);

        Assert.Equal(3, it.Session.Counters.FramesReceived);
    }

    [Fact]
    public async Task A_flood_of_unsolicited_packets_drops_the_oldest_and_counts_them()
    {
        await using var it = new SessionFixture(unsolicitedCapacity: 4);

        for (byte number = 0; number < 10; number++)
            it.Port.DeliverPacket(0x10, number);

        for (byte number = 6; number < 10; number++)
        {
            Assert.True(it.Session.Unsolicited.TryRead(out UnsolicitedPacket? packet));
            Assert.Equal(number, packet.Bytes.Span[1]);
        }
        Assert.False(it.Session.Unsolicited.TryRead(out _));
        Assert.Equal(10, it.Session.Counters.Unsolicited);
        Assert.Equal(6, it.Session.Counters.UnsolicitedDropped);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65)]
    public void A_window_outside_1_to_64_is_refused(int window)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new SessionOptions { InitialWindow = window });
        Assert.Throws<ArgumentOutOfRangeException>(() => new SessionOptions { LargestWindow = window });
    }

    [Fact]
    public void Times_and_counts_of_nothing_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new SessionOptions { ReplyTimeout = TimeSpan.Zero });
        Assert.Throws<ArgumentOutOfRangeException>(() => new SessionOptions { DrainTime = TimeSpan.FromSeconds(-1) });
        Assert.Throws<ArgumentOutOfRangeException>(() => new SessionOptions { Attempts = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new SessionOptions { UnsolicitedCapacity = 0 });
    }
}
