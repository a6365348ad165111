using System.Buffers.Binary;

namespace ImeiAgent.Diag.Messages;

/// <summary>
/// DIAG_EXT_BUILD_ID_F (0x7C): chip, firmware build and model.
/// <code>
/// request, 1 byte: 7C
/// reply, 12 bytes and two texts, little-endian
///   0  u8       7C
///   1  u8       format of the hardware version
///   2  byte[2]  reserved
///   4  u32      MSM hardware version; format 2: chip version in bits 31-28, part number in bits 27-12;
///               else: chip version in bits 3-0, part number in bits 31-16
///   8  u32      mobile model number
///  12  text     build, ended by NUL
///   .  text     model, ended by NUL
/// </code>
/// Some modems put one NUL more in front of the build, which then begins at 13; the count of texts tells.
/// An application processor without a modem sends two empty texts.
/// </summary>
public readonly record struct ExtBuildIdRequest : IDiagRequest<ExtBuildId>
{
    /// <inheritdoc/>
    public ReplyKey ReplyKey => new([DiagCode.ExtBuildId]);

    /// <inheritdoc/>
    public bool IsIdempotent => true;

    /// <inheritdoc/>
    public int MaxLength => 1;

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        destination[0] = DiagCode.ExtBuildId;
        return 1;
    }

    /// <inheritdoc/>
    public ExtBuildId Read(ReadOnlySpan<byte> packet)
    {
        MalformedReplyException.ThrowIfShort("EXT_BUILD_ID reply", packet, 12);
        ReadOnlySpan<byte> texts = packet[12..];
        string first = NextText(ref texts), second = NextText(ref texts);
        bool oneNulMore = first.Length == 0 && !texts.IsEmpty;
        return new ExtBuildId(
            packet[1],
            BinaryPrimitives.ReadUInt32LittleEndian(packet[4..]),
            BinaryPrimitives.ReadUInt32LittleEndian(packet[8..]),
            oneNulMore ? second : first,
            oneNulMore ? NextText(ref texts) : second);
    }

    private static string NextText(ref ReadOnlySpan<byte> texts)
    {
        string text = FixedText.Read(texts);
        int end = texts.IndexOf((byte)0);
        texts = end < 0 ? default : texts[(end + 1)..];
        return text;
    }
}

/// <summary>The reply to <see cref="ExtBuildIdRequest"/>.</summary>
/// <param name="Format">How <paramref name="HardwareVersion"/> is laid out.</param>
/// <param name="HardwareVersion">MSM hardware version as it came.</param>
/// <param name="ModelNumber">Mobile model number.</param>
/// <param name="Build">Firmware build; may be empty.</param>
/// <param name="Model">Model name; may be empty.</param>
public sealed record ExtBuildId(byte Format, uint HardwareVersion, uint ModelNumber, string Build, string Model)
{
    /// <summary>Version of the chip, 0 to 15.</summary>
    public int ChipVersion => (int)(Format == 2 ? HardwareVersion >> 28 : HardwareVersion & 0xF);

    /// <summary>Part number of the chip, 16 bits.</summary>
    public int PartNumber => (int)(Format == 2 ? HardwareVersion >> 12 & 0xFFFF : HardwareVersion >> 16);
}
