namespace ImeiAgent.Diag.Messages;

/// <summary>A reply that does not have the layout of its command.</summary>
public sealed class MalformedReplyException(string what, int offset, string expected, string actual)
    : Exception($"{what}: at byte {offset} expected {expected}, got {actual}")
{
    /// <summary>The kind of packet.</summary>
    public string What { get; } = what;

    /// <summary>Where in the packet, in bytes from its command byte.</summary>
    public int Offset { get; } = offset;

    /// <summary>What the layout asks for.</summary>
    public string Expected { get; } = expected;

    /// <summary>What stood there; never item data.</summary>
    public string Actual { get; } = actual;

    /// <summary>Throws when <paramref name="packet"/> is shorter than <paramref name="minimum"/> bytes.</summary>
    public static void ThrowIfShort(string what, ReadOnlySpan<byte> packet, int minimum)
    {
        if (packet.Length < minimum)
            throw new MalformedReplyException(what, packet.Length, $"at least {minimum} bytes", $"{packet.Length} bytes");
    }
}

/// <summary>An answer was needed and the phone refused.</summary>
public sealed class DiagRefusedException(RefusalCode code) : Exception($"the phone answered {code.Name()}")
{
    /// <summary>How it refused.</summary>
    public RefusalCode Code { get; } = code;
}
