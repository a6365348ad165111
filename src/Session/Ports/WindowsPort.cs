using System.IO.Ports;

namespace ImeiAgent.Session;

/// <summary>
/// A serial port of Windows: <see cref="SerialPort.BaseStream"/>, whose reads and writes are overlapped and do not poll there, made
/// fit for a session. It compiles, and its reads are tested over another stream; it has not met a Windows driver yet.
/// <para>
/// The base stream looks at a cancellation token only before it begins. Here a cancelled read stays under way and its bytes go to the
/// next read, so that none are lost.
/// </para>
/// </summary>
internal sealed class WindowsPort(Stream line, IDisposable port) : AsyncStream
{
    private readonly byte[] _bytes = new byte[16384];
    private Task<int>? _underWay;
    private int _start;
    private int _end;

    public static WindowsPort Open(PortSpec spec)
    {
        var port = new SerialPort(spec.Name, 115200, Parity.None, 8, StopBits.One) { DtrEnable = true, RtsEnable = true };
        try
        {
            port.Open();
            return new WindowsPort(port.BaseStream, port);
        }
        catch (Exception exception)
        {
            port.Dispose();
            throw new PortOpenException(spec, FaultOf(exception), exception.Message);
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct = default)
    {
        if (_start == _end)
        {
            _underWay ??= line.ReadAsync(_bytes, CancellationToken.None).AsTask();
            int count = await _underWay.WaitAsync(ct).ConfigureAwait(false);
            _underWay = null;
            (_start, _end) = (0, count);
        }
        int taken = Math.Min(buffer.Length, _end - _start);
        _bytes.AsMemory(_start, taken).CopyTo(buffer);
        _start += taken;
        return taken;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken ct = default) => line.WriteAsync(buffer, ct);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            line.Dispose();
            port.Dispose();
        }
        base.Dispose(disposing);
    }

    private static PortFault FaultOf(Exception exception) => exception switch
    {
        FileNotFoundException => PortFault.NotFound,
        UnauthorizedAccessException => PortFault.HeldByAnother,
        ArgumentException => PortFault.NotAPort,
        _ => PortFault.Unreachable,
    };
}
