using ImeiAgent.Diag.Identity;
using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Session;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace ImeiAgent.Unit.Session;

/// <summary>What a port's recorder holds after sessions over it: everything that went over the port, in order, and no secret.</summary>
public sealed class FlightRecorderTests
{
    private static readonly byte[] Imei = [0x08, 0x4A, 0x09, 0x51, 0x24, 0x30, 0x32, 0x57, 0x81];

    private readonly FlightRecorder _recorder = new("/dev/ttyUSB7", new FakeTimeProvider());

    [Fact]
    public async Task A_request_its_repeat_and_its_reply_are_there_in_order_with_their_times()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        await using var it = new SessionFixture(recorder: new FlightRecorder("p", time), time: time);
        Task<DiagReply<NvItem>> read = it.Read(10);
        time.Advance(SessionFixture.ReplyTimeout);
        it.AnswerRead(10, data: 4);
        await read;

        Recording recording = it.Recorder!.Snapshot();
        Assert.Equal("p", recording.Port);
        Assert.Equal([RecordKind.Note, RecordKind.ToPhone, RecordKind.ToPhone, RecordKind.FromPhone], recording.Packets.Select(packet => packet.Kind));
        Assert.Equal([0, 0, 1.5, 1.5], recording.Packets.Select(packet => (packet.At - new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero)).TotalSeconds));
        Assert.Equal(SessionFixture.NvPacket(0x26, 10, 0), recording.Packets[2].Bytes.ToArray());
        Assert.Equal(SessionFixture.NvPacket(0x26, 10, 4), recording.Packets[3].Bytes.ToArray());
        Assert.All(recording.Packets, packet => Assert.Equal(0, packet.Masked));
    }

    [Fact]
    public async Task Codes_and_numbers_are_masked_both_ways()
    {
        await using var it = new SessionFixture(recorder: _recorder);
        Task code = it.Session.SendAsync(new SpcRequest(Spc.TryParse("918273")!.Value), CancellationToken.None).AsTask();
        it.Port.DeliverPacket(0x41, 0x01);
        await code;
        Task write = it.Session.SendAsync(new NvWriteRequest(NvItemId.Imei, NvData.From(Imei)), CancellationToken.None).AsTask();
        it.Port.DeliverPacket([0x42, 0x27, 0x26, 0x02, .. Imei, 0, 0, 0, 0]);
        await write;
        Task<DiagReply<NvItem>> read = it.Read(550);
        it.Port.DeliverPacket([0x26, 0x26, 0x02, .. Imei, .. new byte[121]]);
        Assert.Equal(Imei, (await read).Answer.Data.Trimmed.ToArray());

        // What went over the port was whole.
        Assert.Equal([0x41, .. "918273"u8], it.Port.Packets[0]);
        Assert.Equal([0x27, 0x26, 0x02, .. Imei], it.Port.Packets[1][..12]);

        RecordedPacket[] packets = [.. _recorder.Snapshot().Packets.Where(packet => packet.Kind != RecordKind.Note)];
        Assert.Equal([6, 0, 128, 13, 0, 128], packets.Select(packet => packet.Masked));
        Assert.Equal("412A2A2A2A2A2A", Hex(packets[0]));
        Assert.Equal("4101", Hex(packets[1]));
        Assert.Equal("272602" + string.Concat(Enumerable.Repeat("2A", 128)) + "0000", Hex(packets[2]));
        Assert.Equal("42272602" + string.Concat(Enumerable.Repeat("2A", 13)), Hex(packets[3]));
        Assert.Equal("262602" + string.Concat(Enumerable.Repeat("2A", 128)) + "0000", Hex(packets[5]));
    }

    [Fact]
    public async Task It_outlives_a_session_and_tells_bad_frames_beginnings_and_ends()
    {
        await using (var first = new SessionFixture(recorder: _recorder))
        {
            first.Port.Deliver(0x26, 0x26, 0x02, 0x00, 0x00, 0x7E);
            first.Port.Deliver(0x26, 0x7D, 0x7E);
            first.Port.End();
            await first.Session.Broken;
        }
        await using (var second = new SessionFixture(recorder: _recorder))
        {
        }
        Assert.Equal(
            [
                (RecordKind.Note, "the session began"),
                (RecordKind.BadFrame, "wrong check"),
                (RecordKind.BadFrame, "given up by its sender"),
                (RecordKind.Note, "the session ended (PortVanished): the port ended the stream"),
                (RecordKind.Note, "the session began"),
                (RecordKind.Note, "the session ended (Closed): closed by its owner"),
            ],
            _recorder.Snapshot().Packets.Select(packet => (packet.Kind, packet.Note)));
    }

    [Fact]
    public void The_oldest_go_and_are_counted_and_what_was_taken_does_not_change()
    {
        var recorder = new FlightRecorder("p", new FakeTimeProvider(), capacity: 3);
        for (byte i = 1; i <= 3; i++)
            recorder.Received([0x1C, i, 0]);
        Recording before = recorder.Snapshot();
        for (byte i = 4; i <= 8; i++)
            recorder.Sent([0x1C, i, 0], 3);

        Assert.Equal((0, "1C0100 1C0200 1C0300"), (before.Dropped, string.Join(' ', before.Packets.Select(Hex))));
        Recording after = recorder.Snapshot();
        Assert.Equal((5, "1C0600 1C0700 1C0800"), (after.Dropped, string.Join(' ', after.Packets.Select(Hex))));
    }

    [Fact]
    public void A_long_packet_is_cut_its_length_kept_and_a_number_across_the_cut_masked()
    {
        // A build text of 300 characters with an IMEI from byte 250 on.
        byte[] packet = [0x7C, .. Enumerable.Repeat((byte)'x', 249), .. "490154203237518"u8, .. Enumerable.Repeat((byte)'y', 35)];
        _recorder.Received(packet);

        RecordedPacket kept = Assert.Single(_recorder.Snapshot().Packets);
        Assert.Equal((256, 300, 6, true), (kept.Bytes.Length, kept.Length, kept.Masked, kept.IsTruncated));
        Assert.Equal([(byte)'x', 0x2A, 0x2A, 0x2A, 0x2A, 0x2A, 0x2A], kept.Bytes.ToArray()[249..]);
    }

    [Fact]
    public void Items_without_data_come_back_byte_for_byte()
    {
        var recorder = new FlightRecorder("/dev/ttyUSB0", TimeProvider.System);
        byte[] request = [0x26, 0x10, 0x20, .. new byte[130]], notActive = [0x26, 0x10, 0x20, .. new byte[128], 5, 0];
        byte[] ofSlot2 = [0x4B, 0x30, 1, 0, 0x10, 0x20, 1, 0, .. new byte[128], 6, 0], refused = [0x14, .. request];
        recorder.Sent(request.AsSpan(0, 8), request.Length);
        recorder.Received(notActive);
        recorder.Received(ofSlot2);
        recorder.Received(refused);

        Assert.Equal([request, notActive, ofSlot2, refused], recorder.Snapshot().Packets.Select(packet => packet.Bytes.ToArray()));
        Assert.All(recorder.Snapshot().Packets, packet => Assert.Equal((packet.Bytes.Length, 0), (packet.Length, packet.Masked)));
    }

    // The bytes of 550 begin 08 3A: what is cut off behind them ends with data, not with a status.
    [Fact]
    public void A_write_whose_echo_is_cut_short_tells_no_beginning_of_a_number()
    {
        var recorder = new FlightRecorder("/dev/ttyUSB0", TimeProvider.System);
        recorder.Received([0x14, 0x27, 0x26, 0x02, 0x08, 0x3A]);
        recorder.Received([0x14, 0x27, 0x26, 0x02, .. new byte[130], 0x08, 0x3A]);

        Assert.All(recorder.Snapshot().Packets, packet => Assert.True(packet.Bytes.Span.IndexOf((ReadOnlySpan<byte>)[0x08, 0x3A]) < 0));
    }

    [Fact]
    public async Task Lines_of_many_threads_are_whole_and_all_counted()
    {
        await Task.WhenAll(Enumerable.Range(1, 4).Select(thread => Task.Run(() =>
        {
            byte[] packet = [0x7C, .. Enumerable.Repeat((byte)thread, 199)];
            for (int i = 0; i < 5000; i++)
                _recorder.Received(packet);
        }, TestContext.Current.CancellationToken)));

        Recording recording = _recorder.Snapshot();
        Assert.Equal((1024, 20_000 - 1024), (recording.Packets.Length, recording.Dropped));
        Assert.All(recording.Packets, packet => Assert.Single(packet.Bytes.ToArray()[1..].Distinct()));
    }

    private static string Hex(RecordedPacket packet) => Convert.ToHexString(packet.Bytes.Span);
}
