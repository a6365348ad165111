using System.Buffers.Binary;

namespace ImeiAgent.Diag.Messages;

/// <summary>
/// DIAG_VERNO_F (0x00): when the modem's firmware was compiled and released, and for which model.
/// <code>
/// request, 1 byte: 00
/// reply, 55 bytes, little-endian (libqcdm); text is fixed width, not NUL-terminated
///   0  u8        00
///   1  char[11]  compile date, "Oct 29 2025"
///  12  char[8]   compile time, "21:04:11"
///  20  char[11]  release date
///  31  char[8]   release time
///  39  char[8]   version directory or model
///  47  u8        station class mark
///  48  u8        common air interface revision
///  49  u8        model number
///  50  u16       firmware revision; u8 in the 54-byte form of older tools, what follows then moves up
///  52  u8        slot cycle index
///  53  u8        hardware (MSM) version, major
///  54  u8        hardware version, minor
/// </code>
/// Not every phone answers: a Nexus 6P refuses with BAD_CMD.
/// </summary>
public readonly record struct VernoRequest : IDiagRequest<Verno>
{
    /// <inheritdoc/>
    public ReplyKey ReplyKey => new([DiagCode.Verno]);

    /// <inheritdoc/>
    public bool IsIdempotent => true;

    /// <inheritdoc/>
    public int MaxLength => 1;

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        destination[0] = DiagCode.Verno;
        return 1;
    }

    /// <inheritdoc/>
    public Verno Read(ReadOnlySpan<byte> packet)
    {
        MalformedReplyException.ThrowIfShort("VERNO reply", packet, Verno.ShortLength);
        bool isShort = packet.Length < Verno.Length;
        ReadOnlySpan<byte> tail = packet[(isShort ? 51 : 52)..];
        return new Verno
        {
            CompileDate = FixedText.Read(packet.Slice(1, 11)),
            CompileTime = FixedText.Read(packet.Slice(12, 8)),
            ReleaseDate = FixedText.Read(packet.Slice(20, 11)),
            ReleaseTime = FixedText.Read(packet.Slice(31, 8)),
            Directory = FixedText.Read(packet.Slice(39, 8)),
            StationClassMark = packet[47],
            AirInterfaceRevision = packet[48],
            Model = packet[49],
            FirmwareRevision = isShort ? packet[50] : BinaryPrimitives.ReadUInt16LittleEndian(packet[50..]),
            SlotCycleIndex = tail[0],
            HardwareMajor = tail[1],
            HardwareMinor = tail[2],
            IsEmpty = !packet[1..].ContainsAnyExcept((byte)0),
        };
    }
}

/// <summary>The reply to <see cref="VernoRequest"/>. Text is empty where the phone sent none.</summary>
public sealed record Verno
{
    /// <summary>The length of the reply, in bytes.</summary>
    public const int Length = 55;

    /// <summary>The length of the form with a firmware revision of one byte.</summary>
    public const int ShortLength = 54;

    public string CompileDate { get; init; } = "";
    public string CompileTime { get; init; } = "";
    public string ReleaseDate { get; init; } = "";
    public string ReleaseTime { get; init; } = "";

    /// <summary>Version directory, or a short model name.</summary>
    public string Directory { get; init; } = "";

    public byte StationClassMark { get; init; }
    public byte AirInterfaceRevision { get; init; }
    public byte Model { get; init; }
    public ushort FirmwareRevision { get; init; }
    public byte SlotCycleIndex { get; init; }
    public byte HardwareMajor { get; init; }
    public byte HardwareMinor { get; init; }

    /// <summary>
    /// All zeros: the application processor answered because the modem is absent (down, or not yet started). It says that the port
    /// speaks DIAG, and nothing of the phone.
    /// </summary>
    public bool IsEmpty { get; init; }

    /// <summary>Compile date and time, as in "Oct 29 2025 21:04:11"; empty when neither came.</summary>
    public string Compiled => $"{CompileDate} {CompileTime}".Trim();
}
