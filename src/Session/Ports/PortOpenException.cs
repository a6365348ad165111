namespace ImeiAgent.Session;

/// <summary>Why a port could not be opened.</summary>
public enum PortFault
{
    /// <summary>There is no port of that name.</summary>
    NotFound,

    /// <summary>This user may not open it.</summary>
    NoPermission,

    /// <summary>Another program has it open.</summary>
    HeldByAnother,

    /// <summary>The name is that of something else: a file, a directory, a device that is no serial port.</summary>
    NotAPort,

    /// <summary>It is there but does not work: the TCP connection was refused, the driver failed.</summary>
    Unreachable,
}

/// <summary>A port could not be opened. The message says what to do about it.</summary>
/// <param name="port">The port.</param>
/// <param name="fault">Why.</param>
/// <param name="detail">What the system said.</param>
public sealed class PortOpenException(PortSpec port, PortFault fault, string detail)
    : Exception($"{port}: {Explain(fault)} ({detail})")
{
    /// <summary>The port.</summary>
    public PortSpec Port { get; } = port;

    /// <summary>Why.</summary>
    public PortFault Fault { get; } = fault;

    /// <summary>What the system said.</summary>
    public string Detail { get; } = detail;

    private static string Explain(PortFault fault) => fault switch
    {
        PortFault.NotFound => "there is no such port. Is the phone plugged in and in diagnostic mode?",
        PortFault.NoPermission =>
            "no permission. On Linux add the user to the group of the port: sudo usermod -aG dialout $USER, then log in again",
        PortFault.HeldByAnother =>
            "another program has it open. Only one can talk to a phone: close QPST, QXDM or the other agent; "
            + "on Linux ModemManager may hold it (sudo systemctl stop ModemManager)",
        PortFault.NotAPort => "that is not a serial port",
        _ => "it cannot be reached",
    };
}
