namespace ImeiAgent.Diag.Messages;

/// <summary>
/// DIAG_LOOPBACK_F (0x7B): the phone sends the packet back. For trying a cable; not every phone has kept it.
/// <code>
/// request and reply
///   0  u8      7B
///   1  byte[]  payload
/// </code>
/// </summary>
/// <param name="Payload">0 to 16383 bytes; not copied, so it must not change while the request is under way.</param>
public readonly record struct LoopbackRequest(ReadOnlyMemory<byte> Payload) : IDiagRequest<int>
{
    /// <summary>The command byte and the first 7 bytes of the payload, so that loopbacks with different heads do not meet.</summary>
    public ReplyKey ReplyKey
    {
        get
        {
            Span<byte> key = stackalloc byte[ReplyKey.MaxLength];
            ReadOnlySpan<byte> head = Payload.Span[..Math.Min(Payload.Length, key.Length - 1)];
            key[0] = DiagCode.Loopback;
            head.CopyTo(key[1..]);
            return new ReplyKey(key[..(1 + head.Length)]);
        }
    }

    /// <inheritdoc/>
    public bool IsIdempotent => true;

    /// <inheritdoc/>
    public int MaxLength => 1 + Payload.Length;

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        destination[0] = DiagCode.Loopback;
        Payload.Span.CopyTo(destination[1..]);
        return 1 + Payload.Length;
    }

    /// <summary>How many bytes came back, all of them right.</summary>
    /// <exception cref="MalformedReplyException">Other bytes came back, or more, or fewer.</exception>
    public int Read(ReadOnlySpan<byte> packet)
    {
        int same = packet[1..].CommonPrefixLength(Payload.Span);
        return same == Payload.Length && packet.Length == 1 + same
            ? same
            : throw new MalformedReplyException("LOOPBACK reply", 1 + same, $"{1 + Payload.Length} bytes as sent", $"{packet.Length} bytes");
    }
}
