using System.Buffers.Binary;
using ImeiAgent.Diag.Identity;
using ImeiAgent.Diag.Nv;

namespace ImeiAgent.Diag.Messages;

/// <summary>
/// Takes out of a packet what must not be recorded. What is known to be harmless is kept; of anything else only the header.
/// <code>
/// DIAG_SPC_F, DIAG_PASSWORD_F      the code; the verdict of a reply is kept
/// NV read and write, both forms    the data of items about identity, secrets, locks, subscription and mobile IP, unless it is all zeros,
///                                  which says that there is none; of other items what looks like an IMEI
/// refusals                         all behind the header that they echo: the request was recorded when it was sent
/// other subsystems, unsolicited    all but the first 4 bytes; of a log 8, so that its number is there
/// versions, build, mode, masks     what looks like an IMEI
/// DIAG_ESN_F                       the serial number, unless it is one of those that say that there is none
/// unknown commands, loopback       all but the command
/// </code>
/// Bytes behind the layout of an NV packet are masked too: an echo can end with the check bytes, which tell of a short secret.
/// </summary>
public static class SecretBytes
{
    /// <summary>What stands in the place of a masked byte: an asterisk, which is no digit in any encoding.</summary>
    public const byte Mask = 0x2A;

    private const int UnlockReplyLength = 2;
    private const int EsnLength = 5;

    /// <summary>Masks a packet of either direction in place, also one that is cut short, and returns how many bytes were masked.</summary>
    public static int MaskIn(Span<byte> packet)
    {
        if (packet.IsEmpty)
            return 0;
        if (Refusals.IsRefusal(packet[0]))
            return MaskEcho(packet[1..]);
        if (NvAddress.TryRead(packet, out NvAddress nv))
            return MaskItem(packet, nv);
        return packet[0] switch
        {
            DiagCode.Spc or DiagCode.Password => packet.Length <= UnlockReplyLength ? 0 : MaskFrom(packet, 1),
            DiagCode.Verno or DiagCode.ExtBuildId or DiagCode.Control or DiagCode.LogConfig or DiagCode.ExtMessageConfig => ImeiDigits.MaskText(packet[1..]),
            DiagCode.DiagVersion => MaskFrom(packet, 5),
            DiagCode.Esn => MaskEsn(packet),
            DiagCode.EventReport => MaskFrom(packet, 3),
            DiagCode.Subsystem => MaskFrom(packet, 4),
            DiagCode.Log => MaskFrom(packet, 8),
            _ when DiagCode.CanBeUnsolicited(packet[0]) => MaskFrom(packet, 4),
            _ => MaskFrom(packet, 1),
        };
    }

    private static int MaskEsn(Span<byte> packet)
    {
        bool isNone = packet.Length >= EsnLength && new Esn(BinaryPrimitives.ReadUInt32LittleEndian(packet[1..])).IsNone;
        return MaskFrom(packet, isNone ? EsnLength : 1);
    }

    /// <summary>A frame that came damaged is echoed too, so a command byte in an echo is not to be relied on: what is kept holds no data in any case.</summary>
    private static int MaskEcho(Span<byte> echo)
    {
        if (NvAddress.TryRead(echo, out NvAddress nv))
            return MaskUnlessZeros(echo[nv.DataAt..]);
        return echo.IsEmpty ? 0 : MaskFrom(echo, echo[0] switch
        {
            DiagCode.Control => 3,
            DiagCode.Subsystem => 4,
            _ => 1,
        });
    }

    private static int MaskItem(Span<byte> packet, NvAddress nv)
    {
        Span<byte> data = packet[nv.DataAt..Math.Min(nv.StatusAt, packet.Length)];
        int masked = PrivateItems.Contains(nv.Item) ? MaskUnlessZeros(data) : ImeiDigits.MaskData(data);
        return masked + MaskFrom(packet, nv.StatusAt + sizeof(ushort));
    }

    private static int MaskUnlessZeros(Span<byte> bytes) => bytes.ContainsAnyExcept((byte)0) ? MaskFrom(bytes, 0) : 0;

    private static int MaskFrom(Span<byte> bytes, int start)
    {
        if (start >= bytes.Length)
            return 0;
        bytes[start..].Fill(Mask);
        return bytes.Length - start;
    }
}
