namespace ImeiAgent.Session;

/// <summary>A packet the phone sent unasked: a log, an event, a debug message, or one of several radios' packets still in its wrapper.</summary>
/// <param name="ReceivedAt">When it was taken from the port, by the session's clock.</param>
/// <param name="Bytes">The packet without check and escapes, 1 byte or more; a copy.</param>
public sealed record UnsolicitedPacket(DateTimeOffset ReceivedAt, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>The first byte, one for which DiagCode.CanBeUnsolicited holds.</summary>
    public byte Code => Bytes.Span[0];
}
