namespace ImeiAgent.Diag.Framing;

/// <summary>The constants of DIAG's asynchronous HDLC framing (RFC 1662 byte stuffing without address and control fields).</summary>
public static class Hdlc
{
    /// <summary>Ends every frame. A frame that begins with one is preceded by an empty frame, which receivers ignore.</summary>
    public const byte Flag = 0x7E;

    /// <summary>Announces that the next byte was XORed with <see cref="EscapeMask"/>; before a flag it aborts the frame.</summary>
    public const byte Escape = 0x7D;

    /// <summary>7E travels as 7D 5E, 7D as 7D 5D.</summary>
    public const byte EscapeMask = 0x20;

    /// <summary>The largest packet a modern phone's kernel sends or takes, in bytes without check and escapes.</summary>
    public const int MaxPacketLength = 16384;

    /// <summary>The most bytes a frame of <paramref name="packetLength"/> payload bytes can need: all escaped, two check bytes, the flag.</summary>
    public static int MaxFrameLength(int packetLength) => 2 * (packetLength + 2) + 1;
}
