using System.Buffers.Binary;
using ImeiAgent.Diag.Nv;

namespace ImeiAgent.Diag.Messages;

/// <summary>
/// DIAG_NV_READ_F (0x26): reads a numbered item of the first subscription.
/// <code>
/// request and reply, 133 bytes, little-endian
///   0  u8        26
///   1  u16       item
///   3  byte[128] data, zeros in the request
/// 131  u16       status, zero in the request
/// </code>
/// </summary>
public readonly record struct NvReadRequest(NvItemId Item) : IDiagRequest<NvItem>
{
    /// <inheritdoc/>
    public ReplyKey ReplyKey => NvPacket.Key(DiagCode.NvRead, Item);

    /// <inheritdoc/>
    public bool IsIdempotent => true;

    /// <inheritdoc/>
    public int MaxLength => NvPacket.Length;

    /// <inheritdoc/>
    public int Write(Span<byte> destination) => NvPacket.Write(destination, DiagCode.NvRead, Item, default);

    /// <inheritdoc/>
    public NvItem Read(ReadOnlySpan<byte> packet) => NvPacket.Read("NV_READ reply", packet);
}

/// <summary>The layout shared by 0x26 and 0x27, both ways; the table stands at <see cref="NvReadRequest"/>.</summary>
internal static class NvPacket
{
    public const int Length = 133;

    public static ReplyKey Key(byte code, NvItemId item) =>
        new([code, (byte)item.Number, (byte)(item.Number >> 8)]);

    public static int Write(Span<byte> destination, byte code, NvItemId item, NvData data)
    {
        destination[0] = code;
        BinaryPrimitives.WriteUInt16LittleEndian(destination[1..], item.Number);
        data.Bytes.CopyTo(destination[3..]);
        destination[131..Length].Clear();
        return Length;
    }

    public static NvItem Read(string what, ReadOnlySpan<byte> packet)
    {
        MalformedReplyException.ThrowIfShort(what, packet, Length);
        return new NvItem(
            new NvItemId(BinaryPrimitives.ReadUInt16LittleEndian(packet[1..])),
            (NvStatus)BinaryPrimitives.ReadUInt16LittleEndian(packet[131..]),
            NvData.From(packet.Slice(3, NvData.Length)));
    }
}
