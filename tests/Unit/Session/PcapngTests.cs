using System.Buffers.Binary;
using System.Text;
using ImeiAgent.Session;
using Xunit;

namespace ImeiAgent.Unit.Session;

/// <summary>The capture file, block by block, read by a reader made for this test from the draft's diagrams.</summary>
public sealed class PcapngTests
{
    private static readonly DateTimeOffset At = DateTimeOffset.FromUnixTimeSeconds(1_767_323_045).AddTicks(1_234_567);

    private static readonly Recording Sample = new("/dev/ttyUSB0",
    [
        new RecordedPacket(At, RecordKind.Note, default, 0, 0, "the session began"),
        new RecordedPacket(At, RecordKind.ToPhone, new byte[] { 0x41, 0x2A, 0x2A, 0x2A, 0x2A, 0x2A, 0x2A }, 7, 6, ""),
        new RecordedPacket(At.AddSeconds(1), RecordKind.FromPhone, new byte[] { 0x13, 0x41 }, 300, 0, ""),
        new RecordedPacket(At.AddSeconds(2), RecordKind.BadFrame, default, 0, 0, "wrong check"),
    ], Dropped: 3);

    [Fact]
    public void It_begins_with_a_section_and_an_interface_of_user_link_type()
    {
        List<(uint Type, byte[] Body)> blocks = Blocks(Pcapng.Of(Sample));
        Assert.Equal([0x0A0D0D0A, 1, 6, 6, 6, 6], blocks.Select(block => block.Type));

        Assert.Equal("4D3C2B1A01000000FFFFFFFFFFFFFFFF", Convert.ToHexString(blocks[0].Body[..16]));
        Assert.Equal("ImeiAgent", Encoding.UTF8.GetString(Options(blocks[0].Body[16..])[4]));

        Assert.Equal("9300000000010000", Convert.ToHexString(blocks[1].Body[..8]));
        Dictionary<int, byte[]> options = Options(blocks[1].Body[8..]);
        Assert.Equal("/dev/ttyUSB0", Encoding.UTF8.GetString(options[2]));
        Assert.StartsWith("Qualcomm DIAG packets", Encoding.UTF8.GetString(options[3]), StringComparison.Ordinal);
        Assert.Equal([9], options[9]);
        Assert.Equal("3 older ones were dropped", Encoding.UTF8.GetString(options[1]));
    }

    [Fact]
    public void A_packet_has_its_time_its_lengths_its_direction_and_what_was_masked()
    {
        byte[][] packets = [.. Blocks(Pcapng.Of(Sample)).Where(block => block.Type == 6).Select(block => block.Body)];

        Assert.Equal(1_767_323_045_123_456_700UL, (ulong)U32(packets[1], 4) << 32 | U32(packets[1], 8));
        Assert.Equal((0U, 7U, 7U), (U32(packets[1], 0), U32(packets[1], 12), U32(packets[1], 16)));
        Assert.Equal("412A2A2A2A2A2A00", Convert.ToHexString(packets[1][20..28]));
        Dictionary<int, byte[]> options = Options(packets[1][28..]);
        Assert.Equal([2, 0, 0, 0], options[2]);
        Assert.Equal("DIAG_SPC_F; 6 bytes masked", Encoding.UTF8.GetString(options[1]));

        Assert.Equal((2U, 300U), (U32(packets[2], 12), U32(packets[2], 16)));
        options = Options(packets[2][24..]);
        Assert.Equal([1, 0, 0, 0], options[2]);
        Assert.Equal("DIAG_BAD_CMD_F to DIAG_SPC_F", Encoding.UTF8.GetString(options[1]));
    }

    [Fact]
    public void Notes_and_bad_frames_are_comments_without_bytes()
    {
        byte[][] packets = [.. Blocks(Pcapng.Of(Sample)).Where(block => block.Type == 6).Select(block => block.Body)];
        Assert.Equal((0U, 0U), (U32(packets[0], 12), U32(packets[0], 16)));
        Assert.Equal("the session began", Encoding.UTF8.GetString(Options(packets[0][20..])[1]));
        Assert.Equal((0U, 0U), (U32(packets[3], 12), U32(packets[3], 16)));
        Assert.Equal("bad frame: wrong check", Encoding.UTF8.GetString(Options(packets[3][20..])[1]));
    }

    private static List<(uint Type, byte[] Body)> Blocks(byte[] file)
    {
        var blocks = new List<(uint, byte[])>();
        for (int at = 0; at < file.Length;)
        {
            int length = (int)U32(file, at + 4);
            Assert.Equal(0, length % 4);
            Assert.Equal((uint)length, U32(file, at + length - 4));
            blocks.Add((U32(file, at), file[(at + 8)..(at + length - 4)]));
            at += length;
        }
        return blocks;
    }

    private static Dictionary<int, byte[]> Options(byte[] bytes)
    {
        var options = new Dictionary<int, byte[]>();
        int at = 0;
        while (true)
        {
            int code = bytes[at] | bytes[at + 1] << 8, length = bytes[at + 2] | bytes[at + 3] << 8;
            at += 4;
            if (code == 0)
                break;
            options.Add(code, bytes[at..(at + length)]);
            at += (length + 3) / 4 * 4;
        }
        Assert.Equal(bytes.Length, at);
        return options;
    }

    private static uint U32(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));
}
