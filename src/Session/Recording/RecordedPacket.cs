using System.Collections.Immutable;

namespace ImeiAgent.Session;

/// <summary>What a line of a recording is about.</summary>
public enum RecordKind : byte
{
    /// <summary>A packet whose write was begun, repeats included.</summary>
    ToPhone,

    /// <summary>A packet that came with a right check.</summary>
    FromPhone,

    /// <summary>A frame that came and was thrown away; its bytes are not kept.</summary>
    BadFrame,

    /// <summary>Something about the session: that it began, or how it ended.</summary>
    Note,
}

/// <summary>One line of a <see cref="Recording"/>.</summary>
/// <param name="At">When, by the recorder's clock.</param>
/// <param name="Kind">What it is about.</param>
/// <param name="Bytes">The first bytes of the packet, without check and escapes, secrets masked; empty when it is about no packet.</param>
/// <param name="Length">The length of the whole packet, in bytes.</param>
/// <param name="Masked">How many of <paramref name="Bytes"/> were masked.</param>
/// <param name="Note">What a note says, or the reason of a bad frame; empty for a packet.</param>
public sealed record RecordedPacket(DateTimeOffset At, RecordKind Kind, ReadOnlyMemory<byte> Bytes, int Length, int Masked, string Note)
{
    /// <summary>Whether the packet was longer than what was kept of it.</summary>
    public bool IsTruncated => Bytes.Length < Length;
}

/// <summary>What a <see cref="FlightRecorder"/> held at one moment; never changes.</summary>
/// <param name="Port">The name of the port.</param>
/// <param name="Packets">Oldest first.</param>
/// <param name="Dropped">How many older ones had been dropped by then.</param>
public sealed record Recording(string Port, ImmutableArray<RecordedPacket> Packets, long Dropped);
