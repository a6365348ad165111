namespace ImeiAgent.Diag.Messages;

/// <summary>The first byte of a DIAG packet (libqcdm's DIAG_CMD_*, QPST's names).</summary>
public static class DiagCode
{
    /// <summary>Compile dates and model number (DIAG_VERNO_F).</summary>
    public const byte Verno = 0x00;
    /// <summary>Electronic serial number (DIAG_ESN_F).</summary>
    public const byte Esn = 0x01;
    /// <summary>Unsolicited: a log packet (DIAG_LOG_F).</summary>
    public const byte Log = 0x10;
    /// <summary>Version of the DIAG interface (DIAG_DIAG_VER_F).</summary>
    public const byte DiagVersion = 0x1C;
    /// <summary>Unsolicited: a debug message, old form (DIAG_MSG_F).</summary>
    public const byte Message = 0x1F;
    /// <summary>Read a numbered NV item of the first subscription (DIAG_NV_READ_F).</summary>
    public const byte NvRead = 0x26;
    /// <summary>Write a numbered NV item of the first subscription (DIAG_NV_WRITE_F).</summary>
    public const byte NvWrite = 0x27;
    /// <summary>Change the operating mode (DIAG_CONTROL_F).</summary>
    public const byte Control = 0x29;
    /// <summary>Send the service programming code (DIAG_SPC_F).</summary>
    public const byte Spc = 0x41;
    /// <summary>Send the 16-digit security password (DIAG_PASSWORD_F).</summary>
    public const byte Password = 0x46;
    /// <summary>Subsystem dispatch (DIAG_SUBSYS_CMD_F).</summary>
    public const byte Subsystem = 0x4B;
    /// <summary>Events on or off, and unsolicited: an event (DIAG_EVENT_REPORT_F).</summary>
    public const byte EventReport = 0x60;
    /// <summary>Log masks (DIAG_LOG_CONFIG_F).</summary>
    public const byte LogConfig = 0x73;
    /// <summary>Unsolicited: a debug message with arguments (DIAG_EXT_MSG_F).</summary>
    public const byte ExtMessage = 0x79;
    /// <summary>Echo of the packet (DIAG_LOOPBACK_F).</summary>
    public const byte Loopback = 0x7B;
    /// <summary>Hardware version, model and build (DIAG_EXT_BUILD_ID_F).</summary>
    public const byte ExtBuildId = 0x7C;
    /// <summary>Message masks (DIAG_EXT_MSG_CONFIG_F).</summary>
    public const byte ExtMessageConfig = 0x7D;
    /// <summary>Unsolicited: a debug message, terse form (DIAG_EXT_MSG_TERSE_F).</summary>
    public const byte ExtMessageTerse = 0x7E;
    /// <summary>Unsolicited: compressed trace (DIAG_QSR_EXT_MSG_TERSE_F).</summary>
    public const byte Qsr = 0x92;
    /// <summary>Unsolicited: a packet of one of several radios, wrapped (DIAG_MULTI_RADIO_CMD_F).</summary>
    public const byte MultiRadio = 0x98;
    /// <summary>Unsolicited: compressed trace, version 4 (DIAG_QSR4_EXT_MSG_TERSE_F).</summary>
    public const byte Qsr4 = 0x99;
    /// <summary>Unsolicited: a small message.</summary>
    public const byte SmallMessage = 0x9C;
    /// <summary>Unsolicited: QSH trace.</summary>
    public const byte QshTrace = 0x9D;
    /// <summary>Unsolicited: an encrypted log packet.</summary>
    public const byte SecureLog = 0x9E;
    /// <summary>Unsolicited: an indication of Samsung phones, about 12 bytes.</summary>
    public const byte SamsungIndication = 0xD9;

    /// <summary>The NV subsystem of <see cref="Subsystem"/>, for items of a named subscription.</summary>
    public const byte NvSubsystem = 0x30;

    /// <summary>Whether a packet that begins so can come unasked. <see cref="EventReport"/> can also be the reply to a request.</summary>
    public static bool CanBeUnsolicited(byte code) => code is
        Log or Message or EventReport or ExtMessage or ExtMessageTerse or Qsr or MultiRadio or Qsr4
        or SmallMessage or QshTrace or SecureLog or SamsungIndication;
}
