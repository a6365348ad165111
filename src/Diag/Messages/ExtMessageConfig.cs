namespace ImeiAgent.Diag.Messages;

/// <summary>
/// DIAG_EXT_MSG_CONFIG_F (0x7D), command 5: the same mask for all debug messages; the mask 0 silences them.
/// <code>
/// request, 8 bytes, little-endian; the command byte is itself escaped in the frame
///   0  u8   7D
///   1  u8   05  set all masks
///   2  u16  padding
///   4  u32  mask, 0
/// reply, at least 3 bytes
///   0  u8   7D
///   1  u8   05
///   2  u8   status; Android's kernel answers 1 for done
/// </code>
/// </summary>
public readonly record struct MessagesDisableRequest : IDiagRequest<byte>
{
    private const int Length = 8;
    private const byte SetAllMasks = 5;

    /// <inheritdoc/>
    public ReplyKey ReplyKey => new([DiagCode.ExtMessageConfig, SetAllMasks]);

    /// <inheritdoc/>
    public bool IsIdempotent => true;

    /// <inheritdoc/>
    public int MaxLength => Length;

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        destination[..Length].Clear();
        destination[0] = DiagCode.ExtMessageConfig;
        destination[1] = SetAllMasks;
        return Length;
    }

    /// <summary>The status byte as it came.</summary>
    /// <exception cref="MalformedReplyException">The reply is shorter than 3 bytes.</exception>
    public byte Read(ReadOnlySpan<byte> packet)
    {
        MalformedReplyException.ThrowIfShort("EXT_MSG_CONFIG reply", packet, 3);
        return packet[2];
    }
}
