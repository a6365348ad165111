using ImeiAgent.Session;

namespace ImeiAgent.Operations;

/// <summary>What is known of the program behind a port.</summary>
public enum PhoneState
{
    /// <summary>The port is being opened or probed for the first time, or the phone is being identified.</summary>
    Probing,
    /// <summary>A phone speaks DIAG and is ready.</summary>
    Ready,
    /// <summary>The port answers AT commands and no DIAG.</summary>
    NotDiag,
    /// <summary>The port answers nothing that is understood.</summary>
    Silent,
    /// <summary>The port cannot be opened or used.</summary>
    Unavailable,
    /// <summary>The phone was seen here and is gone.</summary>
    Disconnected,
    /// <summary>The phone is there, and an interrupted restore of it is not settled.</summary>
    Unsettled,
}

/// <summary>What a person should do about a port that is no ready phone: the one place for these texts.</summary>
internal static class PhoneHints
{
    private const string DiagnosticMode =
        "Samsung: dial *#0808# and choose DM + MODEM + ADB, or *#7284# and Qualcomm USB settings; OnePlus: *#801#; Xiaomi: *#*#717717#*#*; "
        + "rooted phones: setprop sys.usb.config diag,adb";

    /// <summary>The hint for a probe's verdict.</summary>
    public static string For(ProbeVerdict verdict) => verdict switch
    {
        ProbeVerdict.AtCommands =>
            "The port answers AT commands and no DIAG: a modem port, or a phone without a Qualcomm modem (Exynos, MediaTek). "
            + $"Choose the phone's diagnostic port, or put the phone into diagnostic mode. {DiagnosticMode}.",
        ProbeVerdict.Silent =>
            $"The port answers nothing. Put the phone into diagnostic mode and connect it again. {DiagnosticMode}.",
        _ => "",
    };

    /// <summary>The hint for a port that could not be opened.</summary>
    public static string For(PortFault fault, string detail) => fault switch
    {
        PortFault.NotFound => "There is no such port. Connect the phone and put it into diagnostic mode.",
        PortFault.NoPermission =>
            "This user may not open the port. On Linux add the user to the group that owns it "
            + "(sudo usermod -aG dialout $USER, then log in again).",
        PortFault.HeldByAnother =>
            $"Another program holds the port ({detail}). End it: QPST, QXDM, ModemManager (sudo systemctl stop ModemManager) or another agent.",
        PortFault.NotAPort => $"This is not a serial port ({detail}).",
        PortFault.Unreachable => $"Nobody answers there ({detail}).",
        _ => detail,
    };

    /// <summary>The hint for a session that ended.</summary>
    public static string For(BreakReason reason) => reason switch
    {
        BreakReason.WriteStalled => "The phone stopped taking data. Connect it again; if that does not help, restart the phone.",
        _ => "The phone was unplugged or restarted. Connect it again.",
    };

    /// <summary>The hint for the second port of a phone.</summary>
    public static string SecondPortOf(string phone, PortSpec port) =>
        $"This is a second port of {phone}, which is used through {port}.";

    /// <summary>The hint for a phone that answered the probe and then failed to be identified.</summary>
    public const string NotIdentified = "The phone speaks DIAG but did not answer when asked who it is. It is asked again; restart the phone if this stays.";

    /// <summary>The hint while the phone is with a restore.</summary>
    public const string WithRestore = "A restore is under way on this phone; it is offered again when that has ended.";

    /// <summary>The hint while an interrupted restore of this phone cannot be settled.</summary>
    public const string VaultInTheWay = "An interrupted restore of this phone cannot be settled because the vault cannot be written. Make room on its disk.";
}
