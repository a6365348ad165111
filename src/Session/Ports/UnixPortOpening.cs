using System.IO.Ports;
using Microsoft.Win32.SafeHandles;

namespace ImeiAgent.Session;

/// <summary>How a <see cref="UnixPort"/> comes and goes: the descriptor first, then the lock, then the line settings on the same path.</summary>
internal static class UnixPortOpening
{
    /// <summary>
    /// Opens a tty at 115200 8N1, raw, with DTR and RTS where it has them, and keeps others out: programs that lock (flock) and, unless they
    /// run as root, all that open (TIOCEXCL).
    /// </summary>
    /// <exception cref="PortOpenException">It could not be opened.</exception>
    public static UnixPort Open(PortSpec port)
    {
        SafeFileHandle tty = UnixNative.OpenTty(port.Name);
        int error = UnixNative.LastError;
        if (tty.IsInvalid)
        {
            tty.Dispose();
            throw new PortOpenException(port, FaultOf(error), UnixNative.Text(error));
        }
        try
        {
            if (!UnixNative.IsTty(tty))
                throw new PortOpenException(port, PortFault.NotAPort, "no tty");
            if (!UnixNative.TryLock(tty))
                throw new PortOpenException(port, PortFault.HeldByAnother, "locked");
            return new UnixPort(tty, OpenSettings(port));
        }
        catch
        {
            tty.Dispose();
            throw;
        }
    }

    /// <summary>Closes the settings' descriptor, which lets others in. A port that vanished is closed without complaint.</summary>
    /// <param name="settings">The open port.</param>
    /// <param name="dropOutput">Whether to forget bytes the port did not take: to close would else wait for them, up to half a minute.</param>
    public static void Close(SerialPort settings, bool dropOutput)
    {
        try
        {
            if (dropOutput)
                settings.DiscardOutBuffer();
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException or UnauthorizedAccessException)
        {
        }
        try
        {
            // Not SerialPort.Close, which would first wait for the output without end.
            settings.BaseStream.Dispose();
            settings.Dispose();
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException or UnauthorizedAccessException)
        {
        }
    }

    private static SerialPort OpenSettings(PortSpec port)
    {
        var settings = new SerialPort(port.Name, 115200, Parity.None, 8, StopBits.One) { Handshake = Handshake.None };
        try
        {
            settings.Open();
        }
        catch (Exception exception)
        {
            settings.Dispose();
            PortFault fault = exception is UnauthorizedAccessException ? PortFault.HeldByAnother : PortFault.Unreachable;
            throw new PortOpenException(port, fault, exception.Message);
        }
        try
        {
            settings.DtrEnable = true;
            settings.RtsEnable = true;
        }
        catch (IOException)
        {
            // A pseudo-terminal has no such wires.
        }
        return settings;
    }

    private static PortFault FaultOf(int error) => error switch
    {
        UnixNative.NoEntry or UnixNative.NotDirectory or UnixNative.NoDevice or UnixNative.NoSuchAddress => PortFault.NotFound,
        UnixNative.NoPermission or UnixNative.AccessDenied => PortFault.NoPermission,
        UnixNative.Busy => PortFault.HeldByAnother,
        UnixNative.IsDirectory => PortFault.NotAPort,
        _ => PortFault.Unreachable,
    };
}
