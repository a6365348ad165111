using System.Buffers.Binary;

namespace ImeiAgent.Diag.Messages;

/// <summary>
/// DIAG_LOG_CONFIG_F (0x73), operation 0: all log packets off.
/// <code>
/// request, 8 bytes, little-endian
///   0  u8       73
///   1  byte[3]  padding
///   4  u32      operation: 0 disable
/// reply, 12 bytes
///   0  u8       73
///   1  byte[3]  padding
///   4  u32      operation, repeated
///   8  u32      status, 0 done
/// </code>
/// Some phones never answer.
/// </summary>
public readonly record struct LogDisableRequest : IDiagRequest<uint>
{
    private const int Length = 8;

    /// <inheritdoc/>
    public ReplyKey ReplyKey => new([DiagCode.LogConfig]);

    /// <inheritdoc/>
    public bool IsIdempotent => true;

    /// <inheritdoc/>
    public int MaxLength => Length;

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        destination[..Length].Clear();
        destination[0] = DiagCode.LogConfig;
        return Length;
    }

    /// <summary>The status, 0 when done.</summary>
    /// <exception cref="MalformedReplyException">The reply is shorter than 12 bytes, or about another operation.</exception>
    public uint Read(ReadOnlySpan<byte> packet)
    {
        MalformedReplyException.ThrowIfShort("LOG_CONFIG reply", packet, 12);
        uint operation = BinaryPrimitives.ReadUInt32LittleEndian(packet[4..]);
        return operation == 0
            ? BinaryPrimitives.ReadUInt32LittleEndian(packet[8..])
            : throw new MalformedReplyException("LOG_CONFIG reply", 4, "operation 0", $"operation {operation}");
    }
}
