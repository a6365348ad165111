using System.Buffers.Binary;
using ImeiAgent.Diag.Messages;

namespace ImeiAgent.Diag.Nv;

/// <summary>Which item of which subscription an NV packet is about, and where its data stands.</summary>
/// <param name="Item">The item.</param>
/// <param name="Context">0 first subscription, 1 second.</param>
/// <param name="DataAt">Where the 128 data bytes begin; the u16 status follows them.</param>
public readonly record struct NvAddress(NvItemId Item, ushort Context, int DataAt)
{
    /// <summary>SIM slot, counted from 1: slot 1 is NV context 0.</summary>
    public int Slot => Context + 1;

    /// <summary>Where the status stands.</summary>
    public int StatusAt => DataAt + NvData.Length;

    /// <summary>
    /// Reads the header of an NV read or write in either direction and either form. False for any other packet, and for one that is cut
    /// before its data.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> packet, out NvAddress address)
    {
        if (packet.Length >= 3 && packet[0] is DiagCode.NvRead or DiagCode.NvWrite)
        {
            address = new NvAddress(new NvItemId(BinaryPrimitives.ReadUInt16LittleEndian(packet[1..])), 0, DataAt: 3);
            return true;
        }
        if (packet.Length >= 8 && packet[0] == DiagCode.Subsystem && packet[1] == DiagCode.NvSubsystem
            && BinaryPrimitives.ReadUInt16LittleEndian(packet[2..]) is NvSubscriptionPacket.ReadCommand or NvSubscriptionPacket.WriteCommand)
        {
            address = new NvAddress(
                new NvItemId(BinaryPrimitives.ReadUInt16LittleEndian(packet[4..])), BinaryPrimitives.ReadUInt16LittleEndian(packet[6..]), DataAt: 8);
            return true;
        }
        address = default;
        return false;
    }
}
