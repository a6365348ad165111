using System.Buffers.Binary;

namespace ImeiAgent.Diag.Messages;

/// <summary>
/// The first bytes that a reply must share with its request. DIAG has no transaction number: the command byte, for NV the item
/// number, and for a subsystem command its header are all that ties a reply to its request.
/// </summary>
public readonly record struct ReplyKey
{
    /// <summary>The most bytes a key can have: 4B, subsystem, command, NV item and context.</summary>
    public const int MaxLength = 8;

    private readonly ulong _bytes;
    private readonly byte _length;

    /// <param name="prefix">1 to 8 bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are none, or more than 8.</exception>
    public ReplyKey(ReadOnlySpan<byte> prefix)
    {
        ArgumentOutOfRangeException.ThrowIfZero(prefix.Length, nameof(prefix));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(prefix.Length, MaxLength, nameof(prefix));
        Span<byte> padded = stackalloc byte[MaxLength];
        padded.Clear();
        prefix.CopyTo(padded);
        _bytes = BinaryPrimitives.ReadUInt64LittleEndian(padded);
        _length = (byte)prefix.Length;
    }

    /// <summary>Whether <paramref name="packet"/> answers the request: it begins with all bytes of the key. A default key matches nothing.</summary>
    public bool Matches(ReadOnlySpan<byte> packet) =>
        _length > 0 && packet.Length >= _length && SharesBytes(packet, _length);

    /// <summary>
    /// Whether a refusal can be about the request. <paramref name="echo"/> is what followed the refusal code; it may be cut short or
    /// absent, and then decides nothing.
    /// </summary>
    public bool AllowsEcho(ReadOnlySpan<byte> echo) => SharesBytes(echo, Math.Min(echo.Length, _length));

    /// <summary>
    /// Whether a refusal with this echo is about the request and about no request with another key: all of the key's bytes are there.
    /// </summary>
    public bool IsNamedBy(ReadOnlySpan<byte> echo) => Matches(echo);

    /// <summary>Whether the same part of a phone answers both: same command and, of subsystem commands, same subsystem.</summary>
    public bool IsSameKind(ReplyKey other) =>
        ((_bytes ^ other._bytes) & (Code == DiagCode.Subsystem ? 0xFFFFUL : 0xFFUL)) == 0;

    /// <summary>The command byte.</summary>
    public byte Code => (byte)_bytes;

    /// <summary>Writes the bytes of the key and returns how many there are.</summary>
    internal int CopyTo(Span<byte> destination)
    {
        for (int i = 0; i < _length; i++)
            destination[i] = (byte)(_bytes >> (8 * i));
        return _length;
    }

    /// <summary>The bytes of the key in hex, for messages; never holds item data.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[MaxLength];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, _bytes);
        return Convert.ToHexString(bytes[.._length]);
    }

    /// <summary>
    /// What a packet is about, in hex, for messages and logs: only its header, because item data, codes and passwords stand right
    /// behind it. "nothing" for an empty packet.
    /// </summary>
    public static string Describe(ReadOnlySpan<byte> packet)
    {
        if (packet.IsEmpty)
            return "nothing";
        int header = packet[0] switch
        {
            DiagCode.NvRead or DiagCode.NvWrite => 3,
            DiagCode.Subsystem => packet.Length > 1 && packet[1] == DiagCode.NvSubsystem ? 8 : 4,
            _ when Refusals.IsRefusal(packet[0]) => 2,
            _ => 1,
        };
        return Convert.ToHexString(packet[..Math.Min(header, packet.Length)]);
    }

    private bool SharesBytes(ReadOnlySpan<byte> packet, int count)
    {
        if (packet.Length >= MaxLength)
        {
            ulong difference = BinaryPrimitives.ReadUInt64LittleEndian(packet) ^ _bytes;
            return count == 0 || difference << (8 * (MaxLength - count)) == 0;
        }
        for (int i = 0; i < count; i++)
            if (packet[i] != (byte)(_bytes >> (8 * i)))
                return false;
        return true;
    }
}
