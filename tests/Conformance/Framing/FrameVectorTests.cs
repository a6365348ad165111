using ImeiAgent.Conformance.Vectors;
using ImeiAgent.Diag.Framing;
using Xunit;

namespace ImeiAgent.Conformance.Framing;

public sealed class FrameVectorTests
{
    private static readonly byte[] Verno = [0x00];
    private static readonly byte[] VernoFrame = [0x00, 0x78, 0xF0, 0x7E];

    public static TheoryData<string> Names => [.. FrameVector.All.Select(vector => vector.Name)];

    [Fact]
    public void The_check_value_of_the_digits_1_to_9_is_906E() =>
        Assert.Equal(0x906E, Crc16.Compute("123456789"u8));

    [Fact]
    public void The_running_check_over_a_payload_and_its_check_bytes_is_the_good_residue() =>
        Assert.Equal(0xF0B8, Crc16.Update(Crc16.Seed, [0x00, 0x78, 0xF0]));

    [Fact]
    public void Feeding_the_check_a_byte_at_a_time_gives_what_feeding_it_at_once_does()
    {
        ushort running = Crc16.Seed;
        foreach (byte value in "123456789"u8)
            running = Crc16.Update(running, value);
        Assert.Equal(0x906E, (ushort)~running);
    }

    [Fact]
    public void No_vector_is_missing() => Assert.Equal(69, FrameVector.All.Count);

    [Theory]
    [MemberData(nameof(Names))]
    public void The_check_is_that_of_the_vector(string name) =>
        Assert.Equal(FrameVector.Named(name).Check, Crc16.Compute(FrameVector.Named(name).Packet));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_packet_becomes_the_frame_of_the_vector(string name) =>
        Assert.Equal(FrameVector.Named(name).Frame, Wire.Encode(FrameVector.Named(name).Packet));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_frame_becomes_the_packet_of_the_vector(string name) =>
        Assert.Equal([FrameVector.Named(name).Packet], Wire.Accept(FrameVector.Named(name).Frame));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_frame_that_comes_a_byte_at_a_time_becomes_the_packet_of_the_vector(string name) =>
        Assert.Equal([FrameVector.Named(name).Packet], Wire.Accept([.. FrameVector.Named(name).Frame.Chunk(1)]));

    [Theory]
    [MemberData(nameof(Names))]
    public void No_single_wrong_bit_gets_through(string name)
    {
        byte[] frame = FrameVector.Named(name).Frame;
        for (int bit = 0; bit < 8 * frame.Length; bit++)
        {
            byte[] damaged = [.. frame];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));

            // Damage to the last flag runs the frame into the next, and both are lost; any other leaves the next one whole.
            byte[][] expected = bit / 8 == frame.Length - 1 ? [] : [Verno];
            Assert.Equal(expected, Wire.Accept([.. damaged, .. VernoFrame]));
            Assert.Empty(Wire.Accept(damaged));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void No_frame_cut_short_gets_through(string name)
    {
        byte[] frame = FrameVector.Named(name).Frame;
        for (int length = 0; length < frame.Length - 1; length++)
            Assert.Empty(Wire.Accept(frame[..length], [Hdlc.Flag]));
    }

    [Fact]
    public void The_second_implementation_in_this_test_agrees_with_every_vector()
    {
        foreach (FrameVector vector in FrameVector.All)
        {
            Assert.Equal(vector.Frame, NaiveHdlc.Encode(vector.Packet));
            Assert.Equal([vector.Packet], NaiveHdlc.Accept(vector.Frame));
        }
    }
}
