using System.Buffers.Binary;

namespace ImeiAgent.Diag.Messages;

/// <summary>The operating modes that DIAG_CONTROL_F can ask for.</summary>
public enum OperatingMode : ushort
{
    /// <summary>Radio off, analog.</summary>
    OfflineAnalog = 0,
    /// <summary>Radio off. Some items can be written only so; the way back is <see cref="Reset"/>, many modems refuse <see cref="Online"/>.</summary>
    OfflineDigital = 1,
    /// <summary>Restart; first go <see cref="OfflineDigital"/>. The port vanishes, often before the reply comes.</summary>
    Reset = 2,
    /// <summary>Factory test mode.</summary>
    FactoryTest = 3,
    /// <summary>Normal operation.</summary>
    Online = 4,
    /// <summary>Radio off, as in flight mode.</summary>
    LowPower = 5,
    /// <summary>Switch off.</summary>
    PowerOff = 6,
}

/// <summary>
/// DIAG_CONTROL_F (0x29): changes the operating mode.
/// <code>
/// request and reply, 3 bytes, little-endian
///   0  u8   29
///   1  u16  mode; libopenpst reads byte 1 of the reply as a status
/// </code>
/// The reply to a reset may never arrive. Never sent twice.
/// </summary>
public readonly record struct ControlRequest(OperatingMode Mode) : IDiagRequest<OperatingMode>
{
    private const int Length = 3;

    /// <summary>The command byte alone: whether a reply repeats the mode or tells a status is disputed.</summary>
    public ReplyKey ReplyKey => new([DiagCode.Control]);

    /// <inheritdoc/>
    public bool IsIdempotent => false;

    /// <inheritdoc/>
    public int MaxLength => Length;

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        destination[0] = DiagCode.Control;
        BinaryPrimitives.WriteUInt16LittleEndian(destination[1..], (ushort)Mode);
        return Length;
    }

    /// <summary>The mode as the phone repeats it.</summary>
    /// <exception cref="MalformedReplyException">The reply is shorter than 3 bytes.</exception>
    public OperatingMode Read(ReadOnlySpan<byte> packet)
    {
        MalformedReplyException.ThrowIfShort("CONTROL reply", packet, Length);
        return (OperatingMode)BinaryPrimitives.ReadUInt16LittleEndian(packet[1..]);
    }
}
