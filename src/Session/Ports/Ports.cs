using System.IO.Ports;
using System.Net.Sockets;

namespace ImeiAgent.Session;

/// <summary>Opens a port. The stream's owner disposes it, which gives the port back.</summary>
/// <param name="port">Which.</param>
/// <param name="ct">Ends the attempt.</param>
/// <exception cref="PortOpenException">It could not be opened.</exception>
public delegate ValueTask<Stream> PortOpener(PortSpec port, CancellationToken ct);

/// <summary>The ports of this machine.</summary>
public static class Ports
{
    /// <summary>
    /// Opens a serial port (115200 8N1, raw, exclusive) or a TCP connection. Reads of the stream give what there is, 1 byte or more,
    /// and 0 at its end: unplugged, hung up.
    /// </summary>
    /// <inheritdoc cref="PortOpener" path="/exception"/>
    public static async ValueTask<Stream> OpenAsync(PortSpec port, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(port);
        if (port.IsTcp)
            return await ConnectAsync(port, port.Host, ct).ConfigureAwait(false);
        // A driver may take its time to open or to set a line: not on the caller's thread.
        return await Task.Run<Stream>(
            () => OperatingSystem.IsWindows() ? WindowsPort.Open(port) : UnixPort.Open(port), ct).ConfigureAwait(false);
    }

    /// <summary>
    /// The serial ports that could be a phone's, by name. On Linux those of USB (ttyUSB, ttyACM); on macOS the call-out devices; on
    /// Windows all. Opens none of them.
    /// </summary>
    public static IReadOnlyList<PortSpec> Discover() => Plausible(
        // The library asks every terminal of the machine who it is; the names are enough, and this is asked twice a second.
        OperatingSystem.IsLinux() ? Directory.EnumerateFiles("/dev", "tty*") : SerialPort.GetPortNames());

    internal static IReadOnlyList<PortSpec> Plausible(IEnumerable<string> names) =>
    [
        .. names.Where(IsPlausible)
            .Select(name => PortSpec.TryParse(name, out PortSpec? port, out _) ? port : null)
            .OfType<PortSpec>()
            .Distinct()
            .OrderBy(port => port.Name.Length).ThenBy(port => port.Name, StringComparer.Ordinal),
    ];

    private static bool IsPlausible(string name) =>
        name.StartsWith("COM", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("/dev/ttyUSB", StringComparison.Ordinal)
        || name.StartsWith("/dev/ttyACM", StringComparison.Ordinal)
        || (name.StartsWith("/dev/cu.", StringComparison.Ordinal)
            && !name.Contains("Bluetooth", StringComparison.Ordinal) && !name.Contains("debug-console", StringComparison.Ordinal));

    private static async Task<Stream> ConnectAsync(PortSpec port, string host, CancellationToken ct)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(host, port.TcpPort, ct).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw new PortOpenException(port, PortFault.Unreachable, exception.Message);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
