using System.Buffers.Binary;
using ImeiAgent.Diag.Identity;

namespace ImeiAgent.Diag.Messages;

/// <summary>
/// DIAG_ESN_F (0x01): the electronic serial number.
/// <code>
/// request, 1 byte: 01
/// reply, 5 bytes, little-endian
///   0  u8   01
///   1  u32  ESN; 0 or 0xDEADD00D when there is none
/// </code>
/// </summary>
public readonly record struct EsnRequest : IDiagRequest<Esn>
{
    /// <inheritdoc/>
    public ReplyKey ReplyKey => new([DiagCode.Esn]);

    /// <inheritdoc/>
    public bool IsIdempotent => true;

    /// <inheritdoc/>
    public int MaxLength => 1;

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        destination[0] = DiagCode.Esn;
        return 1;
    }

    /// <inheritdoc/>
    public Esn Read(ReadOnlySpan<byte> packet)
    {
        MalformedReplyException.ThrowIfShort("ESN reply", packet, 5);
        return new Esn(BinaryPrimitives.ReadUInt32LittleEndian(packet[1..]));
    }
}
