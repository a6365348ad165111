using System.Buffers.Binary;
using ImeiAgent.Diag.Nv;

namespace ImeiAgent.Diag.Messages;

/// <summary>
/// Subsystem dispatch 4B 30 01: reads a numbered item of a named subscription.
/// <code>
/// request and reply, 138 bytes, little-endian
///   0  u8        4B
///   1  u8        30  NV subsystem
///   2  u16       1 read, 2 write
///   4  u16       item
///   6  u16       context: 0 first subscription, 1 second
///   8  byte[128] data, zeros in a read request
/// 136  u16       status, zero in the request
/// </code>
/// A phone without the subsystem refuses with BAD_CMD.
/// </summary>
public readonly record struct NvSubscriptionReadRequest(NvItemId Item, ushort Context) : IDiagRequest<NvItem>
{
    /// <inheritdoc/>
    public ReplyKey ReplyKey => NvSubscriptionPacket.Key(NvSubscriptionPacket.ReadCommand, Item, Context);

    /// <inheritdoc/>
    public bool IsIdempotent => true;

    /// <inheritdoc/>
    public int MaxLength => NvSubscriptionPacket.Length;

    /// <inheritdoc/>
    public int Write(Span<byte> destination) =>
        NvSubscriptionPacket.Write(destination, NvSubscriptionPacket.ReadCommand, Item, Context, default);

    /// <inheritdoc/>
    public NvItem Read(ReadOnlySpan<byte> packet) => NvSubscriptionPacket.Read("NV subsystem read reply", packet);
}

/// <summary>Subsystem dispatch 4B 30 02: writes a numbered item of a named subscription; layout as for the read.</summary>
public readonly record struct NvSubscriptionWriteRequest(NvItemId Item, ushort Context, NvData Data) : IDiagRequest<NvItem>
{
    /// <inheritdoc/>
    public ReplyKey ReplyKey => NvSubscriptionPacket.Key(NvSubscriptionPacket.WriteCommand, Item, Context);

    /// <inheritdoc/>
    public bool IsIdempotent => false;

    /// <inheritdoc/>
    public int MaxLength => NvSubscriptionPacket.Length;

    /// <inheritdoc/>
    public int Write(Span<byte> destination) =>
        NvSubscriptionPacket.Write(destination, NvSubscriptionPacket.WriteCommand, Item, Context, Data);

    /// <inheritdoc/>
    public NvItem Read(ReadOnlySpan<byte> packet) => NvSubscriptionPacket.Read("NV subsystem write reply", packet);
}

internal static class NvSubscriptionPacket
{
    public const int Length = 138;
    public const ushort ReadCommand = 1;
    public const ushort WriteCommand = 2;

    public static ReplyKey Key(ushort command, NvItemId item, ushort context)
    {
        Span<byte> header = stackalloc byte[8];
        WriteHeader(header, command, item, context);
        return new ReplyKey(header);
    }

    public static int Write(Span<byte> destination, ushort command, NvItemId item, ushort context, NvData data)
    {
        WriteHeader(destination, command, item, context);
        data.Bytes.CopyTo(destination[8..]);
        destination[136..Length].Clear();
        return Length;
    }

    public static NvItem Read(string what, ReadOnlySpan<byte> packet)
    {
        MalformedReplyException.ThrowIfShort(what, packet, Length);
        return new NvItem(
            new NvItemId(BinaryPrimitives.ReadUInt16LittleEndian(packet[4..])),
            (NvStatus)BinaryPrimitives.ReadUInt16LittleEndian(packet[136..]),
            NvData.From(packet.Slice(8, NvData.Length)));
    }

    private static void WriteHeader(Span<byte> header, ushort command, NvItemId item, ushort context)
    {
        header[0] = DiagCode.Subsystem;
        header[1] = DiagCode.NvSubsystem;
        BinaryPrimitives.WriteUInt16LittleEndian(header[2..], command);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], item.Number);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], context);
    }
}
