using ImeiAgent.Diag.Framing;
using Xunit;

namespace ImeiAgent.Conformance.Framing;

/// <summary>Single streams, byte by byte, and what the decoder says of each frame in them.</summary>
public sealed class DecoderStreamTests
{
    private static readonly byte[] VernoFrame = [0x00, 0x78, 0xF0, 0x7E];
    private static readonly byte[] EsnFrame = [0x01, 0xF1, 0xE1, 0x7E];
    private static readonly Heard Verno = Heard.Good(0x00);
    private static readonly Heard Esn = Heard.Good(0x01);

    [Fact]
    public void Leading_flags_are_passed_over() =>
        Assert.Equal([Verno], Listen([0x7E, 0x7E, 0x7E, .. VernoFrame]));

    [Fact]
    public void Two_frames_in_one_chunk_are_two_frames() =>
        Assert.Equal([Verno, Esn], Listen([.. VernoFrame, .. EsnFrame]));

    [Fact]
    public void The_decoder_consumes_no_more_than_the_frame_it_delivers()
    {
        var decoder = new HdlcDecoder();
        Assert.Equal(FrameOutcome.Frame, decoder.Decode([.. VernoFrame, .. EsnFrame], out int consumed));
        Assert.Equal(4, consumed);
        Assert.Equal(FrameOutcome.Frame, decoder.Decode(EsnFrame, out consumed));
        Assert.Equal(4, consumed);
        Assert.Equal([0x01], decoder.Packet.ToArray());
    }

    [Fact]
    public void An_aborted_frame_is_dropped_and_the_next_is_heard() =>
        Assert.Equal([Heard.Bad(BadFrameReason.Aborted), Verno], Listen([0x26, 0x26, 0x02, 0x7D, 0x7E, .. VernoFrame]));

    [Fact]
    public void An_abort_that_is_cut_between_its_two_bytes_is_still_an_abort() =>
        Assert.Equal([Heard.Bad(BadFrameReason.Aborted), Verno], Listen([0x26, 0x7D], [0x7E], VernoFrame));

    [Fact]
    public void An_escape_alone_before_a_flag_is_an_abort() =>
        Assert.Equal([Heard.Bad(BadFrameReason.Aborted), Verno], Listen([0x7D, 0x7E, .. VernoFrame]));

    [Fact]
    public void An_escape_that_is_cut_from_its_byte_is_still_an_escape() =>
        Assert.Equal([Heard.Good(0x7B, 0x7D, 0x7E, 0x7D)], Listen([0x7B, 0x7D], [0x5D, 0x7D], [0x5E, 0x7D, 0x5D, 0x9F, 0xDB, 0x7E]));

    [Fact]
    public void One_or_two_bytes_before_a_flag_are_too_short() =>
        Assert.Equal([Heard.Bad(BadFrameReason.TooShort), Heard.Bad(BadFrameReason.TooShort), Verno],
            Listen([0x00, 0x7E, 0x78, 0xF0, 0x7E, .. VernoFrame]));

    [Fact]
    public void The_check_bytes_of_nothing_are_no_packet() =>
        // 00 00 is the right check of an empty packet.
        Assert.Equal([Heard.Bad(BadFrameReason.TooShort)], Listen([0x00, 0x00, 0x7E]));

    [Fact]
    public void A_wrong_check_is_told() =>
        Assert.Equal([Heard.Bad(BadFrameReason.BadCheck), Esn], Listen([0x00, 0x78, 0xF1, 0x7E, .. EsnFrame]));

    [Fact]
    public void Check_bytes_in_the_wrong_order_are_a_wrong_check() =>
        Assert.Equal([Heard.Bad(BadFrameReason.BadCheck)], Listen([0x00, 0xF0, 0x78, 0x7E]));

    [Fact]
    public void A_packet_of_the_greatest_length_is_heard()
    {
        byte[] packet = new byte[16384];
        Array.Fill(packet, (byte)0x7E);
        Assert.Equal([Heard.Good(packet)], Listen(NaiveHdlc.Encode(packet)));
    }

    [Fact]
    public void A_packet_one_byte_longer_is_dropped_and_the_next_is_heard() =>
        Assert.Equal([Heard.Bad(BadFrameReason.TooLong), Verno], Listen([.. NaiveHdlc.Encode(new byte[16385]), .. VernoFrame]));

    [Theory]
    [InlineData(new byte[] { 0x41 })]
    [InlineData(new byte[] { 0x7D, 0x5E })]
    public void A_good_packet_of_the_greatest_length_with_one_byte_behind_its_check_is_too_long(byte[] surplus) =>
        // 7B 01 02 03 with its check 3D79 fills the decoder to the last byte.
        Assert.Equal([Heard.Bad(BadFrameReason.TooLong), Verno],
            Wire.Listen(new HdlcDecoder(4), [0x7B, 0x01, 0x02, 0x03, 0x79, 0x3D, .. surplus, 0x7E, .. VernoFrame]));

    [Fact]
    public void A_megabyte_without_a_flag_takes_no_more_memory_and_is_one_bad_frame()
    {
        var decoder = new HdlcDecoder();
        byte[] noise = new byte[4096];
        Array.Fill(noise, (byte)0x55);
        for (int i = 0; i < 256; i++)
            Assert.Equal(FrameOutcome.NeedMore, decoder.Decode(noise, out _));
        Assert.Equal([Heard.Bad(BadFrameReason.TooLong), Verno], Wire.Listen(decoder, [0x7E], VernoFrame));
    }

    [Fact]
    public void Reset_forgets_half_a_frame()
    {
        var decoder = new HdlcDecoder();
        Assert.Equal(FrameOutcome.NeedMore, decoder.Decode([0x26, 0x26, 0x7D], out _));
        decoder.Reset();
        Assert.Equal([Verno], Wire.Listen(decoder, VernoFrame));
    }

    [Fact]
    public void There_is_no_packet_but_right_after_a_frame()
    {
        var decoder = new HdlcDecoder();
        Assert.True(decoder.Packet.IsEmpty);
        decoder.Decode(VernoFrame, out _);
        Assert.Equal([0x00], decoder.Packet.ToArray());
        decoder.Decode([0x26], out _);
        Assert.True(decoder.Packet.IsEmpty);
    }

    [Fact]
    public void A_frame_buffer_below_the_worst_case_is_refused() =>
        Assert.Throws<ArgumentException>(() => HdlcEncoder.Encode(new byte[1], new byte[6]));

    private static List<Heard> Listen(params byte[][] chunks) => Wire.Listen(new HdlcDecoder(), chunks);
}
