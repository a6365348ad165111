using ImeiAgent.Diag.Nv;

namespace ImeiAgent.Diag.Messages;

/// <summary>
/// DIAG_NV_WRITE_F (0x27): writes a numbered item of the first subscription. The layout is that of <see cref="NvReadRequest"/>,
/// always sent in its full 133 bytes. A reply of NV_DONE means accepted, not stored: read the item back.
/// </summary>
public readonly record struct NvWriteRequest(NvItemId Item, NvData Data) : IDiagRequest<NvItem>
{
    /// <inheritdoc/>
    public ReplyKey ReplyKey => NvPacket.Key(DiagCode.NvWrite, Item);

    /// <inheritdoc/>
    public bool IsIdempotent => false;

    /// <inheritdoc/>
    public int MaxLength => NvPacket.Length;

    /// <inheritdoc/>
    public int Write(Span<byte> destination) => NvPacket.Write(destination, DiagCode.NvWrite, Item, Data);

    /// <inheritdoc/>
    public NvItem Read(ReadOnlySpan<byte> packet) => NvPacket.Read("NV_WRITE reply", packet);
}
