using System.Collections.Immutable;
using ImeiAgent.Session;
using Xunit;

namespace ImeiAgent.Unit.Session;

/// <summary>How a recorded line reads to a person.</summary>
public sealed class FrameTextTests
{
    private static readonly DateTimeOffset At = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).AddTicks(1_234_560);

    private static string Line(RecordKind kind, byte[] bytes, int masked = 0, int length = -1) =>
        FrameText.Line(new RecordedPacket(At, kind, bytes, length < 0 ? bytes.Length : length, masked, ""));

    [Fact]
    public void A_packet_tells_time_direction_command_item_status_and_bytes()
    {
        Assert.Equal(
            "2026-01-02T03:04:05.123456Z -> DIAG_NV_READ_F slot 1 item 550 NV_UE_IMEI_I, 133 bytes: 26 26 02 00*130",
            Line(RecordKind.ToPhone, [0x26, 0x26, 0x02, .. new byte[130]]));
        Assert.Equal(
            "2026-01-02T03:04:05.123456Z <- DIAG_SUBSYS_CMD_F NV_READ slot 2 item 550 NV_UE_IMEI_I NV_DONE, 138 bytes, 128 masked: 4B 30 01 00 26 02 01 00 ***128 00 00",
            Line(RecordKind.FromPhone, [0x4B, 0x30, 0x01, 0x00, 0x26, 0x02, 0x01, 0x00, .. Enumerable.Repeat((byte)0x2A, 128), 0, 0], masked: 128));
        Assert.Equal(
            "2026-01-02T03:04:05.123456Z <- DIAG_BAD_SPC_MODE_F to DIAG_NV_WRITE_F slot 1 item 60000, 6 bytes, 2 masked: 42 27 60 EA ** **",
            Line(RecordKind.FromPhone, [0x42, 0x27, 0x60, 0xEA, 0x2A, 0x2A], masked: 2));
        Assert.Equal("2026-01-02T03:04:05.123456Z <- DIAG_SPC_F accepted, 2 bytes: 41 01", Line(RecordKind.FromPhone, [0x41, 0x01]));
        Assert.Equal("2026-01-02T03:04:05.123456Z -> DIAG_VERNO_F, 1 byte: 00", Line(RecordKind.ToPhone, [0x00]));
        Assert.Equal("2026-01-02T03:04:05.123456Z <- command 0xC8, 900 bytes: C8 2A ...", Line(RecordKind.FromPhone, [0xC8, 0x2A], length: 900));
    }

    [Fact]
    public void A_recording_has_a_head_and_a_line_for_each()
    {
        var recording = new Recording("COM7",
        [
            new RecordedPacket(At, RecordKind.Note, default, 0, 0, "the session began"),
            new RecordedPacket(At, RecordKind.BadFrame, default, 0, 0, "wrong check"),
        ], Dropped: 12);
        Assert.Equal(
            "# port COM7, 2 lines, 12 older ones dropped\n"
            + "2026-01-02T03:04:05.123456Z -- the session began\n"
            + "2026-01-02T03:04:05.123456Z <- bad frame: wrong check\n",
            FrameText.Of(recording));
        Assert.Equal("# port COM7, 0 lines, 0 older ones dropped\n", FrameText.Of(new Recording("COM7", ImmutableArray<RecordedPacket>.Empty, 0)));
    }
}
