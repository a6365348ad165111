using ImeiAgent.Diag.Identity;

namespace ImeiAgent.Diag.Messages;

/// <summary>
/// DIAG_SPC_F (0x41): the service programming code, which unlocks the writing of service items.
/// <code>
/// request, 7 bytes
///   0  u8       41
///   1  byte[6]  code, ASCII digits
/// reply, 2 bytes
///   0  u8       41
///   1  u8       1 accepted, 0 refused
/// </code>
/// Never sent twice: a phone counts wrong codes, and may be silent for about 10 seconds after one.
/// </summary>
public readonly record struct SpcRequest(Spc Code) : IDiagRequest<UnlockVerdict>
{
    /// <inheritdoc/>
    public ReplyKey ReplyKey => new([DiagCode.Spc]);

    /// <inheritdoc/>
    public bool IsIdempotent => false;

    /// <inheritdoc/>
    public int MaxLength => 1 + Spc.Length;

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        destination[0] = DiagCode.Spc;
        Code.CopyTo(destination[1..]);
        return 1 + Spc.Length;
    }

    /// <inheritdoc/>
    public UnlockVerdict Read(ReadOnlySpan<byte> packet) => UnlockPacket.Read("SPC reply", packet);
}
