using System.Buffers;

namespace ImeiAgent.Diag.Framing;

/// <summary>
/// Turns a packet into a frame: check bytes appended, 7E and 7D escaped, one terminating flag.
/// No leading flag: kernels of the 3.4 generation take one for an empty frame and drop the whole transfer.
/// </summary>
public static class HdlcEncoder
{
    private static readonly SearchValues<byte> MustEscape = SearchValues.Create([Hdlc.Flag, Hdlc.Escape]);

    /// <summary>Writes the frame of <paramref name="packet"/> and returns its length in bytes.</summary>
    /// <exception cref="ArgumentException"><paramref name="frame"/> is shorter than <see cref="Hdlc.MaxFrameLength"/>.</exception>
    public static int Encode(ReadOnlySpan<byte> packet, Span<byte> frame)
    {
        if (frame.Length < Hdlc.MaxFrameLength(packet.Length))
            throw new ArgumentException("The frame buffer is too small for the packet's worst case.", nameof(frame));

        ushort check = Crc16.Compute(packet);
        int length = 0;
        while (!packet.IsEmpty)
        {
            int plain = packet.IndexOfAny(MustEscape);
            if (plain < 0)
                plain = packet.Length;
            packet[..plain].CopyTo(frame[length..]);
            length += plain;
            packet = packet[plain..];
            if (packet.IsEmpty)
                break;
            length = Put(frame, length, packet[0]);
            packet = packet[1..];
        }
        length = Put(frame, length, (byte)check);
        length = Put(frame, length, (byte)(check >> 8));
        frame[length++] = Hdlc.Flag;
        return length;
    }

    private static int Put(Span<byte> frame, int length, byte value)
    {
        if (value is Hdlc.Flag or Hdlc.Escape)
        {
            frame[length++] = Hdlc.Escape;
            value ^= Hdlc.EscapeMask;
        }
        frame[length++] = value;
        return length;
    }
}
