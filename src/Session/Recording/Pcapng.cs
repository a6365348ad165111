using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace ImeiAgent.Session;

/// <summary>
/// Recordings as a capture file that Wireshark and tshark open (IETF opsawg, PCAP Next Generation). One interface a port, link type USER0
/// because DIAG has none; packets without check and escapes, in little-endian blocks:
/// <code>
/// section header        who wrote it
/// interface             LINKTYPE_USER0, if_name the port, times in nanoseconds since 1970
/// enhanced packet       the bytes kept and the length of all; direction in epb_flags; a comment with the meaning, and what was masked
/// enhanced packet       without bytes, with a comment, for a bad frame or a note
/// </code>
/// </summary>
public static class Pcapng
{
    private const uint SectionHeader = 0x0A0D0D0A;
    private const uint Interface = 1;
    private const uint EnhancedPacket = 6;
    private const uint Magic = 0x1A2B3C4D;
    private const ushort LinkTypeUser0 = 147;

    private const ushort EndOfOptions = 0;
    private const ushort Comment = 1;
    private const ushort InterfaceName = 2;
    private const ushort InterfaceDescription = 3;
    private const ushort PacketFlags = 2;
    private const ushort Application = 4;
    private const ushort TimeResolution = 9;

    private const uint Inbound = 1;
    private const uint Outbound = 2;
    private const byte Nanoseconds = 9;

    /// <summary>A whole file with the recording of one port.</summary>
    public static byte[] Of(Recording recording)
    {
        ArgumentNullException.ThrowIfNull(recording);
        var output = new ArrayBufferWriter<byte>();
        Write(output, [recording]);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Writes a whole file, an interface for each recording.</summary>
    public static void Write(IBufferWriter<byte> output, params ReadOnlySpan<Recording> recordings)
    {
        ArgumentNullException.ThrowIfNull(output);
        var block = new Block();
        block.Begin(SectionHeader);
        block.Add(Magic);
        block.Add((ushort)1);
        block.Add((ushort)0);
        block.Add(ulong.MaxValue);          // the length of the section: not said
        block.AddOption(Application, "ImeiAgent");
        block.End(output);

        foreach (Recording recording in recordings)
            WriteInterface(block, recording, output);
        for (int i = 0; i < recordings.Length; i++)
            foreach (RecordedPacket packet in recordings[i].Packets)
                WritePacket(block, (uint)i, packet, output);
    }

    private static void WriteInterface(Block block, Recording recording, IBufferWriter<byte> output)
    {
        block.Begin(Interface);
        block.Add(LinkTypeUser0);
        block.Add((ushort)0);
        block.Add((uint)FlightRecorder.MostBytes);
        block.AddOption(InterfaceName, recording.Port);
        block.AddOption(InterfaceDescription, "Qualcomm DIAG packets without check and escapes, secrets masked with 2A");
        block.AddOption(TimeResolution, [Nanoseconds]);
        if (recording.Dropped > 0)
            block.AddOption(Comment, FormattableString.Invariant($"{recording.Dropped} older ones were dropped"));
        block.End(output);
    }

    private static void WritePacket(Block block, uint number, RecordedPacket packet, IBufferWriter<byte> output)
    {
        ulong time = (ulong)(packet.At.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) * (ulong)(TimeSpan.NanosecondsPerTick);
        block.Begin(EnhancedPacket);
        block.Add(number);
        block.Add((uint)(time >> 32));
        block.Add((uint)time);
        block.Add((uint)packet.Bytes.Length);
        block.Add((uint)packet.Length);
        block.AddPadded(packet.Bytes.Span);
        uint direction = packet.Kind switch
        {
            RecordKind.ToPhone => Outbound,
            RecordKind.FromPhone or RecordKind.BadFrame => Inbound,
            _ => 0,
        };
        Span<byte> flags = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(flags, direction);
        block.AddOption(PacketFlags, flags);
        block.AddOption(Comment, CommentOn(packet));
        block.End(output);
    }

    private static string CommentOn(RecordedPacket packet) => packet.Kind switch
    {
        RecordKind.Note => packet.Note,
        RecordKind.BadFrame => $"bad frame: {packet.Note}",
        _ when packet.Masked > 0 => FormattableString.Invariant($"{FrameText.Meaning(packet.Bytes.Span, packet.Kind)}; {packet.Masked} bytes masked"),
        _ => FrameText.Meaning(packet.Bytes.Span, packet.Kind),
    };

    /// <summary>One block: its type and length, what is in it, its length again.</summary>
    private sealed class Block
    {
        private readonly ArrayBufferWriter<byte> _body = new();
        private uint _type;

        public void Begin(uint type)
        {
            _type = type;
            _body.ResetWrittenCount();
        }

        public void Add(ushort value)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(_body.GetSpan(sizeof(ushort)), value);
            _body.Advance(sizeof(ushort));
        }

        public void Add(uint value)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(_body.GetSpan(sizeof(uint)), value);
            _body.Advance(sizeof(uint));
        }

        public void Add(ulong value)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(_body.GetSpan(sizeof(ulong)), value);
            _body.Advance(sizeof(ulong));
        }

        public void AddPadded(ReadOnlySpan<byte> bytes)
        {
            _body.Write(bytes);
            ReadOnlySpan<byte> zeros = [0, 0, 0];
            _body.Write(zeros[..(-bytes.Length & 3)]);
        }

        public void AddOption(ushort code, string text)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            AddOption(code, bytes.AsSpan(0, Math.Min(bytes.Length, ushort.MaxValue)));
        }

        public void AddOption(ushort code, ReadOnlySpan<byte> value)
        {
            Add(code);
            Add((ushort)value.Length);
            AddPadded(value);
        }

        public void End(IBufferWriter<byte> output)
        {
            Add(EndOfOptions);
            Add((ushort)0);
            int length = _body.WrittenCount + 3 * sizeof(uint);
            Span<byte> block = output.GetSpan(length);
            BinaryPrimitives.WriteUInt32LittleEndian(block, _type);
            BinaryPrimitives.WriteInt32LittleEndian(block[4..], length);
            _body.WrittenSpan.CopyTo(block[8..]);
            BinaryPrimitives.WriteInt32LittleEndian(block[(length - 4)..], length);
            output.Advance(length);
        }
    }
}
