namespace ImeiAgent.Conformance.Framing;

/// <summary>
/// DIAG framing a second time, as slowly and plainly as the text of its definition: one bit and one byte at a time, no tables, no
/// residue. It shares nothing with the code under test, so that both are wrong alike only if the definition was misread.
/// </summary>
internal static class NaiveHdlc
{
    public static ushort Check(IEnumerable<byte> bytes)
    {
        int remainder = 0xFFFF;
        foreach (byte value in bytes)
            for (int bit = 0; bit < 8; bit++)
            {
                bool odd = ((remainder ^ (value >> bit)) & 1) == 1;
                remainder >>= 1;
                if (odd)
                    remainder ^= 0x8408;
            }
        return (ushort)(remainder ^ 0xFFFF);
    }

    public static byte[] Encode(byte[] packet)
    {
        ushort check = Check(packet);
        var frame = new List<byte>();
        foreach (byte value in (byte[])[.. packet, (byte)(check & 0xFF), (byte)(check >> 8)])
        {
            if (value == 0x7E)
                frame.AddRange([0x7D, 0x5E]);
            else if (value == 0x7D)
                frame.AddRange([0x7D, 0x5D]);
            else
                frame.Add(value);
        }
        frame.Add(0x7E);
        return [.. frame];
    }

    /// <summary>The packets of all good frames in a stream, in order.</summary>
    public static List<byte[]> Accept(IEnumerable<byte> stream)
    {
        var packets = new List<byte[]>();
        var body = new List<byte>();
        bool escaped = false;
        foreach (byte value in stream)
        {
            if (value == 0x7E)
            {
                if (!escaped && body.Count >= 3 && Check(body.Take(body.Count - 2)) == (body[^2] | body[^1] << 8))
                    packets.Add([.. body.Take(body.Count - 2)]);
                body.Clear();
                escaped = false;
            }
            else if (escaped)
            {
                body.Add((byte)(value ^ 0x20));
                escaped = false;
            }
            else if (value == 0x7D)
                escaped = true;
            else
                body.Add(value);
        }
        return packets;
    }
}
