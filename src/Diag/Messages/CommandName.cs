using System.Buffers.Binary;

namespace ImeiAgent.Diag.Messages;

/// <summary>The official names of commands, for traces and recordings. There are at most a few hundred different ones.</summary>
public static class CommandName
{
    private const int HeaderOfSubsystem = 4;

    private static readonly string[] ByCode = [.. Enumerable.Range(0, 256).Select(static code => Of((byte)code))];

    /// <summary>
    /// The name of the command that <paramref name="packet"/> carries, in either direction, as in "DIAG_NV_READ_F". The two commands of the NV
    /// subsystem are "DIAG_SUBSYS_CMD_F NV_READ" and "DIAG_SUBSYS_CMD_F NV_WRITE"; other subsystems' have no further name.
    /// </summary>
    public static string Of(ReadOnlySpan<byte> packet)
    {
        if (packet.IsEmpty)
            return "nothing";
        if (packet[0] != DiagCode.Subsystem || packet.Length < HeaderOfSubsystem || packet[1] != DiagCode.NvSubsystem)
            return ByCode[packet[0]];
        return BinaryPrimitives.ReadUInt16LittleEndian(packet[2..]) switch
        {
            NvSubscriptionPacket.ReadCommand => "DIAG_SUBSYS_CMD_F NV_READ",
            NvSubscriptionPacket.WriteCommand => "DIAG_SUBSYS_CMD_F NV_WRITE",
            _ => ByCode[DiagCode.Subsystem],
        };
    }

    /// <summary>The name of the command that a reply with this key answers.</summary>
    public static string Of(ReplyKey key)
    {
        Span<byte> bytes = stackalloc byte[ReplyKey.MaxLength];
        return Of(bytes[..key.CopyTo(bytes)]);
    }

    private static string Of(byte code) => code switch
    {
        DiagCode.Verno => "DIAG_VERNO_F",
        DiagCode.Esn => "DIAG_ESN_F",
        DiagCode.Log => "DIAG_LOG_F",
        DiagCode.DiagVersion => "DIAG_DIAG_VER_F",
        DiagCode.Message => "DIAG_MSG_F",
        DiagCode.NvRead => "DIAG_NV_READ_F",
        DiagCode.NvWrite => "DIAG_NV_WRITE_F",
        DiagCode.Control => "DIAG_CONTROL_F",
        DiagCode.Spc => "DIAG_SPC_F",
        DiagCode.Password => "DIAG_PASSWORD_F",
        DiagCode.Subsystem => "DIAG_SUBSYS_CMD_F",
        DiagCode.EventReport => "DIAG_EVENT_REPORT_F",
        DiagCode.LogConfig => "DIAG_LOG_CONFIG_F",
        DiagCode.ExtMessage => "DIAG_EXT_MSG_F",
        DiagCode.Loopback => "DIAG_LOOPBACK_F",
        DiagCode.ExtBuildId => "DIAG_EXT_BUILD_ID_F",
        DiagCode.ExtMessageConfig => "DIAG_EXT_MSG_CONFIG_F",
        DiagCode.ExtMessageTerse => "DIAG_EXT_MSG_TERSE_F",
        DiagCode.Qsr => "DIAG_QSR_EXT_MSG_TERSE_F",
        DiagCode.MultiRadio => "DIAG_MULTI_RADIO_CMD_F",
        DiagCode.Qsr4 => "DIAG_QSR4_EXT_MSG_TERSE_F",
        _ when Refusals.IsRefusal(code) => $"DIAG_{((RefusalCode)code).Name()}_F",
        _ => $"command 0x{code:X2}",
    };
}
