using System.Buffers.Binary;
using System.Text;
using ImeiAgent.Diag.Messages;

namespace ImeiAgent.PhoneSimulator.Commands;

/// <summary>Who the phone is, and the small commands that change nothing.</summary>
internal sealed class IdentityCommands(PhoneProfile profile, uint esn, TimeProvider time)
{
    private static readonly DateTimeOffset DiagEpoch = new(1980, 1, 6, 0, 0, 0, TimeSpan.Zero);

    private readonly byte[] _verno = Verno();
    private readonly byte[] _buildId = BuildId(profile);

    /// <summary>Serves one-byte queries; null when <paramref name="request"/> is no such command.</summary>
    public Reaction? Serve(ReadOnlySpan<byte> request, Span<byte> reply)
    {
        switch (request[0])
        {
            case DiagCode.Verno:
                return Query(request, reply, _verno);
            case DiagCode.ExtBuildId:
                return Query(request, reply, _buildId);
            case DiagCode.DiagVersion:
                return Query(request, reply, [DiagCode.DiagVersion, 8, 0]);
            case DiagCode.Esn:
                Span<byte> serial = stackalloc byte[5];
                serial[0] = DiagCode.Esn;
                BinaryPrimitives.WriteUInt32LittleEndian(serial[1..], esn);
                return Query(request, reply, serial);
            case 0x1D: // DIAG_TS_F: u64, units of 1.25 ms in the upper 48 bits.
                Span<byte> stamp = stackalloc byte[9];
                stamp[0] = 0x1D;
                long units = (time.GetUtcNow() - DiagEpoch).Ticks / 12_500;
                BinaryPrimitives.WriteInt64LittleEndian(stamp[1..], units << 16);
                return Query(request, reply, stamp);
            case DiagCode.Loopback:
                return Reaction.Answer(request, reply);
            case DiagCode.EventReport:
                return request.Length == 2
                    ? Reaction.Answer([DiagCode.EventReport, 0, 0], reply)
                    : Reaction.Refuse(RefusalCode.BadLength, request, reply);
            case DiagCode.LogConfig:
                return LogConfig(request, reply);
            case DiagCode.ExtMessageConfig:
                return request.Length >= 2
                    ? Reaction.Answer([DiagCode.ExtMessageConfig, request[1], 1, 0, 0, 0, 0, 0], reply)
                    : Reaction.Refuse(RefusalCode.BadLength, request, reply);
            default:
                return null;
        }
    }

    private static Reaction Query(ReadOnlySpan<byte> request, Span<byte> reply, ReadOnlySpan<byte> answer) =>
        request.Length == 1 ? Reaction.Answer(answer, reply) : Reaction.Refuse(RefusalCode.BadLength, request, reply);

    /// <summary>73 000000 op:u32 ... -> the same eight bytes, status u32, and for op 1 the 16 id ranges.</summary>
    private static Reaction LogConfig(ReadOnlySpan<byte> request, Span<byte> reply)
    {
        if (request.Length < 8)
            return Reaction.Refuse(RefusalCode.BadLength, request, reply);
        uint operation = BinaryPrimitives.ReadUInt32LittleEndian(request[4..]);
        int length = operation == 1 ? 12 + 64 : 12;
        reply[..length].Clear();
        request[..8].CopyTo(reply);
        if (operation > 4)
            reply[8] = 1;
        if (operation == 1)
            for (int equipment = 0; equipment < 16; equipment++)
                BinaryPrimitives.WriteUInt32LittleEndian(reply[(12 + 4 * equipment)..], equipment is 1 or 4 or 11 ? 0x0C00u : 0);
        return new Reaction(length);
    }

    private static byte[] Verno()
    {
        byte[] packet = new byte[55];
        Encoding.ASCII.GetBytes("Jun 14 202202:31:40Jun 14 202202:00:00OLYMPIC.", packet.AsSpan(1));
        packet[47] = 0x2A;
        packet[48] = 6;
        packet[49] = 0xFF;
        BinaryPrimitives.WriteUInt16LittleEndian(packet.AsSpan(50), 1);
        packet[52] = 2;
        packet[53] = 0x31;
        packet[54] = 0x10;
        return packet;
    }

    private static byte[] BuildId(PhoneProfile profile)
    {
        byte[] texts = Encoding.ASCII.GetBytes(profile.Build + "\0" + profile.Model + "\0");
        byte[] packet = new byte[12 + texts.Length];
        packet[0] = DiagCode.ExtBuildId;
        packet[1] = 2;
        BinaryPrimitives.WriteUInt32LittleEndian(packet.AsSpan(4), 0x2014_30E1);
        BinaryPrimitives.WriteUInt32LittleEndian(packet.AsSpan(8), 0xFF);
        texts.CopyTo(packet, 12);
        return packet;
    }
}
