namespace ImeiAgent.Diag.Messages;

/// <summary>
/// The first byte of a packet that refuses a request. What follows it varies: the whole request (diag-router, Android kernels),
/// its first 16 bytes (some modems, for <see cref="BadSpcMode"/>), or nothing.
/// </summary>
public enum RefusalCode : byte
{
    /// <summary>Unknown command, or nobody registered for it; newer kernels also answer a bad check so (DIAG_BAD_CMD_F).</summary>
    BadCommand = 0x13,
    /// <summary>A parameter is out of range, for instance an NV item the phone does not have (DIAG_BAD_PARM_F).</summary>
    BadParameter = 0x14,
    /// <summary>The packet has the wrong length (DIAG_BAD_LEN_F).</summary>
    BadLength = 0x15,
    /// <summary>The device does not accept it (DIAG_BAD_DEV_F).</summary>
    BadDevice = 0x16,
    /// <summary>The security mode forbids it (DIAG_BAD_SEC_F).</summary>
    BadSecurity = 0x17,
    /// <summary>Not allowed in the present operating mode, for instance because the phone is online (DIAG_BAD_MODE_F).</summary>
    BadMode = 0x18,
    /// <summary>Service programming is locked: the SPC is needed first (DIAG_BAD_SPC_MODE_F).</summary>
    BadSpcMode = 0x42,
    /// <summary>The security state forbids it: the 16-digit password is needed first (DIAG_BAD_SEC_MODE_F).</summary>
    BadSecurityMode = 0x47,
    /// <summary>Bad transaction (DIAG_BAD_TRANS_F).</summary>
    BadTransaction = 0x95,
    /// <summary>Service security forbids it (DIAG_SSM_DISALLOWED_CMD_F).</summary>
    SecurityDisallowed = 0x96,
}

/// <summary>Questions about <see cref="RefusalCode"/>.</summary>
public static class Refusals
{
    /// <summary>Whether a packet that begins with <paramref name="code"/> refuses a request.</summary>
    public static bool IsRefusal(byte code) => code is (>= 0x13 and <= 0x18) or 0x42 or 0x47 or 0x95 or 0x96;

    /// <summary>The name of the protocol, as in "BAD_SPC_MODE".</summary>
    public static string Name(this RefusalCode code) => code switch
    {
        RefusalCode.BadCommand => "BAD_CMD",
        RefusalCode.BadParameter => "BAD_PARM",
        RefusalCode.BadLength => "BAD_LEN",
        RefusalCode.BadDevice => "BAD_DEV",
        RefusalCode.BadSecurity => "BAD_SEC",
        RefusalCode.BadMode => "BAD_MODE",
        RefusalCode.BadSpcMode => "BAD_SPC_MODE",
        RefusalCode.BadSecurityMode => "BAD_SEC_MODE",
        RefusalCode.BadTransaction => "BAD_TRANS",
        RefusalCode.SecurityDisallowed => "SSM_DISALLOWED",
        _ => $"refusal 0x{(byte)code:X2}",
    };
}
