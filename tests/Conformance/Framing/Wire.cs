using ImeiAgent.Diag.Framing;
using Xunit;

namespace ImeiAgent.Conformance.Framing;

/// <summary>What a decoder said of a frame that ended: its packet, or why it was bad.</summary>
internal sealed record Heard(string Packet, BadFrameReason Reason)
{
    public static Heard Good(params byte[] packet) => new(Convert.ToHexString(packet), BadFrameReason.None);

    public static Heard Bad(BadFrameReason reason) => new("", reason);
}

/// <summary>The encoder and decoder under test, for whole arrays.</summary>
internal static class Wire
{
    public static byte[] Encode(byte[] packet)
    {
        byte[] frame = new byte[Hdlc.MaxFrameLength(packet.Length)];
        int length = HdlcEncoder.Encode(packet, frame);
        return frame[..length];
    }

    public static List<byte[]> Accept(params byte[][] chunks) =>
        [.. Listen(new HdlcDecoder(), chunks).Where(h => h.Reason == BadFrameReason.None).Select(h => Convert.FromHexString(h.Packet))];

    public static List<Heard> Listen(HdlcDecoder decoder, params byte[][] chunks)
    {
        var heard = new List<Heard>();
        foreach (byte[] chunk in chunks)
        {
            ReadOnlySpan<byte> rest = chunk;
            FrameOutcome outcome;
            do
            {
                outcome = decoder.Decode(rest, out int consumed);
                rest = rest[consumed..];
                if (outcome == FrameOutcome.Frame)
                    heard.Add(Heard.Good(decoder.Packet.ToArray()));
                else if (outcome == FrameOutcome.BadFrame)
                    heard.Add(Heard.Bad(decoder.BadFrame));
            }
            while (outcome != FrameOutcome.NeedMore);
            Assert.True(rest.IsEmpty, "A decoder that needs more has consumed all it was given.");
        }
        return heard;
    }
}
