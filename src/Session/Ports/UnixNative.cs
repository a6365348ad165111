using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ImeiAgent.Session;

/// <summary>
/// The calls of the C library that a Unix port needs, and the only place that knows how Linux and macOS differ. The numbers of Linux hold
/// for x86-64 and ARM64 and were run; those of macOS were compiled and never run.
/// </summary>
internal static partial class UnixNative
{
    public const short PollIn = 0x01;
    public const short PollOut = 0x04;
    public const short PollBroken = 0x08 | 0x10 | 0x20;     // POLLERR, POLLHUP, POLLNVAL

    public const int NoPermission = 1;                      // EPERM
    public const int NoEntry = 2;                           // ENOENT
    public const int Interrupted = 4;                       // EINTR
    public const int NoSuchAddress = 6;                     // ENXIO
    public const int AccessDenied = 13;                     // EACCES
    public const int Busy = 16;                             // EBUSY
    public const int NoDevice = 19;                         // ENODEV
    public const int NotDirectory = 20;                     // ENOTDIR
    public const int IsDirectory = 21;                      // EISDIR
    public static readonly int TryAgain = OperatingSystem.IsMacOS() ? 35 : 11;      // EAGAIN

    private const int ReadWrite = 0x2;                      // O_RDWR
    private const int LockExclusiveNow = 0x2 | 0x4;         // LOCK_EX | LOCK_NB
    private static readonly int NoControllingTty = OperatingSystem.IsMacOS() ? 0x20000 : 0x100;       // O_NOCTTY
    private static readonly int NonBlocking = OperatingSystem.IsMacOS() ? 0x4 : 0x800;                // O_NONBLOCK
    private static readonly int CloseOnExec = OperatingSystem.IsMacOS() ? 0x1000000 : 0x80000;        // O_CLOEXEC

    /// <summary>Opens a tty for both ways: not ours to be killed by, never blocking, not inherited. Invalid on failure; see <see cref="LastError"/>.</summary>
    public static SafeFileHandle OpenTty(string path) => Open(path, ReadWrite | NoControllingTty | NonBlocking | CloseOnExec);

    /// <summary>Whether it is a tty at all.</summary>
    public static bool IsTty(SafeFileHandle handle) => IsATty(handle) == 1;

    /// <summary>Locks out every other open file that asks the same, of any process and user, root too. The system unlocks when the process dies.</summary>
    public static bool TryLock(SafeFileHandle handle) => Flock(handle, LockExclusiveNow) == 0;

    /// <summary>Reads what there is: its length, 0 at the end, or -1; see <see cref="LastError"/>.</summary>
    public static unsafe int Read(SafeFileHandle handle, Span<byte> bytes)
    {
        fixed (byte* start = bytes)
            return (int)Read(handle, start, (nuint)bytes.Length);
    }

    /// <summary>Writes what fits: how much, or -1; see <see cref="LastError"/>.</summary>
    public static unsafe int Write(SafeFileHandle handle, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
            return (int)Write(handle, start, (nuint)bytes.Length);
    }

    /// <summary>Waits without end until one of the entries has something; a negative descriptor has nothing. -1 when interrupted.</summary>
    public static unsafe int Poll(Span<PollEntry> entries)
    {
        fixed (PollEntry* start = entries)
            return Poll(start, (nuint)entries.Length, -1);
    }

    /// <summary>The error of this thread's last call here.</summary>
    public static int LastError => Marshal.GetLastPInvokeError();

    /// <summary>Its text.</summary>
    public static string Text(int error) => Marshal.GetPInvokeErrorMessage(error);

    /// <summary>One descriptor to wait for (struct pollfd).</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct PollEntry
    {
        public int Descriptor;
        public short Wanted;
        public short Found;
    }

    // open is variadic; with its two fixed arguments it is called like any other on all ABIs.
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "isatty", SetLastError = true)]
    private static partial int IsATty(SafeFileHandle handle);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Flock(SafeFileHandle handle, int operation);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static unsafe partial nint Read(SafeFileHandle handle, byte* bytes, nuint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static unsafe partial nint Write(SafeFileHandle handle, byte* bytes, nuint count);

    // nfds_t is a long on Linux and an int on macOS; a small number is the same in either register.
    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static unsafe partial int Poll(PollEntry* entries, nuint count, int milliseconds);
}
