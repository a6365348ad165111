using CsCheck;
using ImeiAgent.Diag.Framing;
using Xunit;

namespace ImeiAgent.Conformance.Framing;

public sealed class FramingPropertyTests
{
    private const int Iterations = 2000;

    // One byte in three is one that framing treats in a special way.
    private static readonly Gen<byte> AnyByte =
        Gen.Frequency((2, (IGen<byte>)Gen.Byte), (1, Gen.OneOf<byte>(0x7E, 0x7D, 0x5E, 0x5D)));

    private static readonly Gen<byte[]> Packet = AnyByte.Array[1, 300];

    private static readonly Gen<byte[]> Junk = AnyByte.Array[0, 40];

    private static readonly Gen<byte[]> Stream =
        Gen.OneOf(Packet.Select(NaiveHdlc.Encode), Junk, Gen.Const<byte[]>([0x7E]), Gen.Const<byte[]>([0x7D, 0x7E]))
            .Array[0, 12].Select(parts => parts.SelectMany(part => part).ToArray());

    [Fact]
    public void Any_packet_is_framed_as_the_naive_framer_does_it() =>
        Packet.Sample(packet => Assert.Equal(NaiveHdlc.Encode(packet), Wire.Encode(packet)), iter: Iterations);

    [Fact]
    public void Any_packet_comes_back() =>
        Packet.Sample(packet => Assert.Equal([packet], Wire.Accept(Wire.Encode(packet))), iter: Iterations);

    [Fact]
    public void A_frame_holds_one_flag_at_its_end_and_is_never_longer_than_promised() =>
        Packet.Sample(packet =>
        {
            byte[] frame = Wire.Encode(packet);
            Assert.Equal(frame.Length - 1, Array.IndexOf(frame, Hdlc.Flag));
            Assert.InRange(frame.Length, packet.Length + 3, Hdlc.MaxFrameLength(packet.Length));
        }, iter: Iterations);

    [Fact]
    public void In_any_stream_the_decoder_accepts_what_the_naive_one_accepts() =>
        Stream.Sample(stream => Assert.Equal(NaiveHdlc.Accept(stream), Wire.Accept(stream)), iter: Iterations);

    [Fact]
    public void Wherever_a_stream_is_cut_it_decodes_the_same() =>
        Gen.Select(Stream, Gen.Int[1, 50].Array[0, 60]).Sample((stream, lengths) =>
        {
            var chunks = new List<byte[]>();
            byte[] rest = stream;
            foreach (int length in lengths)
            {
                int cut = Math.Min(length, rest.Length);
                chunks.Add(rest[..cut]);
                rest = rest[cut..];
            }
            chunks.Add(rest);
            Assert.Equal(Wire.Listen(new HdlcDecoder(), stream), Wire.Listen(new HdlcDecoder(), [.. chunks]));
        }, iter: Iterations);

    [Fact]
    public void A_small_decoder_accepts_exactly_the_packets_that_fit() =>
        Gen.Select(Stream, Gen.Int[1, 120]).Sample((stream, most) =>
        {
            var accepted = Wire.Listen(new HdlcDecoder(most), stream).Where(h => h.Reason == BadFrameReason.None).Select(h => h.Packet);
            Assert.Equal(NaiveHdlc.Accept(stream).Where(p => p.Length <= most).Select(Convert.ToHexString), accepted);
        }, iter: Iterations);

    /// <summary>
    /// What is exactly true of one flipped bit. Where it neither makes nor unmakes a flag or an escape, the packet differs in one bit
    /// and the check rejects it, always. Where it does, bytes are joined, dropped or split, and the 16-bit check lets one in 65536
    /// such accidents through: it cannot be otherwise. Then the naive decoder must agree, and the packet sent is never among the accepted.
    /// </summary>
    [Fact]
    public void A_flipped_bit_never_yields_the_packet_sent_and_one_inside_the_content_yields_nothing() =>
        Gen.Select(Packet, Gen.Int[0, int.MaxValue]).Sample((packet, where) =>
        {
            byte[] frame = Wire.Encode(packet);
            int bit = where % (8 * frame.Length);
            byte before = frame[bit / 8];
            byte after = frame[bit / 8] ^= (byte)(1 << (bit % 8));

            List<byte[]> accepted = Wire.Accept(frame);
            if (before is not (Hdlc.Flag or Hdlc.Escape) && after is not (Hdlc.Flag or Hdlc.Escape))
                Assert.Empty(accepted);
            Assert.DoesNotContain(accepted, other => other.AsSpan().SequenceEqual(packet));
            Assert.Equal(NaiveHdlc.Accept(frame), accepted);
        }, iter: Iterations);

    [Fact]
    public void After_any_junk_and_a_flag_the_next_frame_is_heard() =>
        Gen.Select(Junk, Packet).Sample((junk, packet) =>
            Assert.Equal(packet, Wire.Accept([.. junk, Hdlc.Flag, .. Wire.Encode(packet)])[^1]), iter: Iterations);
}
