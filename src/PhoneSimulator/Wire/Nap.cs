using System.Runtime.InteropServices;

namespace ImeiAgent.PhoneSimulator.Wire;

/// <summary>Waits of microseconds, which no timer of the runtime keeps: the system sleeps for most of it, the rest is spun.</summary>
internal static partial class Nap
{
    private const int SetTimerSlack = 29;       // PR_SET_TIMERSLACK
    private static readonly TimeSpan Spun = TimeSpan.FromMicroseconds(25);

    /// <summary>Has the system wake this thread when it asked to be, not up to 50 us later as is usual. Linux.</summary>
    public static void MakePrecise()
    {
        if (OperatingSystem.IsLinux())
            _ = Control(SetTimerSlack, 1);
    }

    /// <summary>Returns at <paramref name="at"/>, in timestamps of <paramref name="time"/>, or at once when that is over.</summary>
    public static void Until(long at, TimeProvider time)
    {
        while (true)
        {
            long left = at - time.GetTimestamp();
            if (left <= 0)
                return;
            TimeSpan sleep = TimeSpan.FromSeconds((double)left / time.TimestampFrequency) - Spun;
            if (sleep <= TimeSpan.Zero)
                Thread.SpinWait(10);
            else if (OperatingSystem.IsWindows())
                Thread.Yield();
            else
                Sleep(sleep);
        }
    }

    private static unsafe void Sleep(TimeSpan span)
    {
        TimeSpec asked = new() { Seconds = 0, Nanoseconds = (nint)span.TotalNanoseconds };
        _ = NanoSleep(&asked, null);
    }

    /// <summary>struct timespec of 64-bit systems.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Control(int option, nuint value);

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static unsafe partial int NanoSleep(TimeSpec* asked, TimeSpec* left);
}
