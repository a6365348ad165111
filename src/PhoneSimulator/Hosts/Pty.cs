using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;

namespace ImeiAgent.PhoneSimulator;

/// <summary>
/// The master side of a pseudo-terminal: all platform code is here. Reads and writes block and are ended by <see cref="Cancel"/>.
/// A descriptor of the slave stays open, so that a client's close is not the end of the port. For that reason the kernel does not forget
/// a killed client's claim to the port (TIOCEXCL), as it does on a real one: the claim is lifted whenever the line is idle.
/// </summary>
internal sealed partial class Pty : SpanStream
{
    private const short PollIn = 1;
    private const short PollOut = 4;
    private const int Interrupted = 4;
    private const int IdleMilliseconds = 200;

    private readonly int _master;
    private readonly int _slave;
    private readonly int _wakeRead;
    private readonly int _wakeWrite;
    private readonly Lock _writing = new();
    private bool _closed;

    private Pty(int master, int slave, string device, int wakeRead, int wakeWrite) =>
        (_master, _slave, Device, _wakeRead, _wakeWrite) = (master, slave, device, wakeRead, wakeWrite);

    /// <summary>The slave's path, for clients.</summary>
    public string Device { get; }

    public static Pty Open()
    {
        bool linux = OperatingSystem.IsLinux();
        if (!linux && !OperatingSystem.IsMacOS())
            throw new PlatformNotSupportedException("Pseudo-terminals need Linux or macOS; on Windows let the phone listen on TCP.");

        // O_RDWR | O_NOCTTY, and on Linux | O_CLOEXEC | O_NONBLOCK: no child inherits the port, no write blocks out of reach.
        int tty = linux ? 0x2 | 0x100 | 0x80000 : 0x2 | 0x20000;
        int master = Checked(OpenMaster(linux ? tty | 0x800 : tty));
        Checked(GrantPt(master));
        Checked(UnlockPt(master));
        byte[] name = new byte[128];
        if (PtsName(master, name, (nuint)name.Length) != 0)
            throw Failed();
        string device = Encoding.UTF8.GetString(name, 0, Array.IndexOf(name, (byte)0));
        int slave = Checked(OpenFile(device, tty));

        // Raw, or the terminal would echo, edit lines and eat control characters. The struct is opaque here; 256 bytes hold any.
        byte[] settings = new byte[256];
        Checked(TcGetAttr(slave, settings));
        CfMakeRaw(settings);
        Checked(TcSetAttr(slave, 0, settings));

        int[] wake = new int[2];
        Checked(linux ? Pipe2(wake, 0x80000) : Pipe(wake));
        return new Pty(master, slave, device, wake[0], wake[1]);
    }

    /// <summary>Ends blocked and later calls: reads give 0, writes throw.</summary>
    public void Cancel() => _ = WriteFile(_wakeWrite, [0], 1);

    public override int Read(Span<byte> buffer)
    {
        while (WaitFor(PollIn))
        {
            nint count = ReadFile(_master, buffer, (nuint)buffer.Length);
            if (count > 0)
                return (int)count;
            if (count == 0 || !IsTransient(Marshal.GetLastPInvokeError()))
                return 0;
        }
        return 0;
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        // A reply that comes late must not meet a descriptor that is another file by now.
        lock (_writing)
        {
            while (!buffer.IsEmpty)
            {
                if (_closed || !WaitFor(PollOut))
                    throw new IOException("The simulated port was pulled away.");
                // macOS writes in blocking mode: no more at once than its terminal queue takes.
                int piece = OperatingSystem.IsLinux() ? buffer.Length : Math.Min(buffer.Length, 512);
                nint count = WriteFile(_master, buffer, (nuint)piece);
                if (count >= 0)
                    buffer = buffer[(int)count..];
                else if (!IsTransient(Marshal.GetLastPInvokeError()))
                    throw new IOException("The simulated port cannot be written.", Failed());
            }
        }
    }

    /// <summary>Closes it. <see cref="Cancel"/> must have been called, and the thread that reads have ended.</summary>
    protected override void Dispose(bool disposing)
    {
        lock (_writing)
        {
            if (!_closed)
                foreach (int descriptor in (ReadOnlySpan<int>)[_slave, _master, _wakeRead, _wakeWrite])
                    _ = CloseFile(descriptor);
            _closed = true;
        }
        base.Dispose(disposing);
    }

    /// <summary>False when <see cref="Cancel"/> was called.</summary>
    private bool WaitFor(short events)
    {
        Span<PollEntry> entries = [new PollEntry { Descriptor = _master, Events = events }, new PollEntry { Descriptor = _wakeRead, Events = PollIn }];
        while (true)
        {
            int ready = PollFiles(entries, (nuint)entries.Length, IdleMilliseconds);
            if (ready > 0)
                return entries[1].Returned == 0;
            if (ready == 0)
                _ = Control(_slave, OperatingSystem.IsLinux() ? 0x540Du : 0x2000740Eu);     // TIOCNXCL
            else if (Marshal.GetLastPInvokeError() != Interrupted)
                throw new IOException("The simulated port cannot be polled.", Failed());
        }
    }

    private static bool IsTransient(int error) => error is Interrupted or 11 or 35;

    private static int Checked(int result) => result >= 0 ? result : throw Failed();

    private static Win32Exception Failed() => new(Marshal.GetLastPInvokeError());

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [LibraryImport("libc", EntryPoint = "posix_openpt", SetLastError = true)]
    private static partial int OpenMaster(int flags);

    [LibraryImport("libc", EntryPoint = "grantpt", SetLastError = true)]
    private static partial int GrantPt(int master);

    [LibraryImport("libc", EntryPoint = "unlockpt", SetLastError = true)]
    private static partial int UnlockPt(int master);

    [LibraryImport("libc", EntryPoint = "ptsname_r", SetLastError = true)]
    private static partial int PtsName(int master, [Out] byte[] name, nuint length);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "tcgetattr", SetLastError = true)]
    private static partial int TcGetAttr(int descriptor, [Out] byte[] settings);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    private static partial void CfMakeRaw([In, Out] byte[] settings);

    [LibraryImport("libc", EntryPoint = "tcsetattr", SetLastError = true)]
    private static partial int TcSetAttr(int descriptor, int when, [In] byte[] settings);

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    private static partial int Pipe2([Out] int[] ends, int flags);

    [LibraryImport("libc", EntryPoint = "pipe", SetLastError = true)]
    private static partial int Pipe([Out] int[] ends);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int PollFiles(Span<PollEntry> entries, nuint count, int timeout);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(int descriptor, nuint request);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadFile(int descriptor, Span<byte> buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteFile(int descriptor, ReadOnlySpan<byte> buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int CloseFile(int descriptor);
}
