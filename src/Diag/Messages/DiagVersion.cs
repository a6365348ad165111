using System.Buffers.Binary;

namespace ImeiAgent.Diag.Messages;

/// <summary>
/// DIAG_DIAG_VER_F (0x1C): the version of the DIAG interface.
/// <code>
/// request, 1 byte: 1C
/// reply, 2 or 3 bytes, little-endian
///   0  u8         1C
///   1  u8 or u16  version; diag-router sends one byte, modems two
/// </code>
/// </summary>
public readonly record struct DiagVersionRequest : IDiagRequest<ushort>
{
    /// <inheritdoc/>
    public ReplyKey ReplyKey => new([DiagCode.DiagVersion]);

    /// <inheritdoc/>
    public bool IsIdempotent => true;

    /// <inheritdoc/>
    public int MaxLength => 1;

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        destination[0] = DiagCode.DiagVersion;
        return 1;
    }

    /// <inheritdoc/>
    public ushort Read(ReadOnlySpan<byte> packet)
    {
        MalformedReplyException.ThrowIfShort("DIAG_VER reply", packet, 2);
        return packet.Length == 2 ? packet[1] : BinaryPrimitives.ReadUInt16LittleEndian(packet[1..]);
    }
}
