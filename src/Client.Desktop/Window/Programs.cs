using System.ComponentModel;
using System.Diagnostics;

namespace ImeiAgent.Client.Desktop.Window;

/// <summary>Starts programs of the machine that may be missing.</summary>
internal static class Programs
{
    /// <summary>Starts one; null when it is not there, or cannot be started.</summary>
    public static Process? TryStart(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start);
        }
        catch (Exception fault) when (fault is Win32Exception or PlatformNotSupportedException or FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Starts one that chats on its outputs, which nobody reads.</summary>
    public static Process? TryStartUnheard(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        if (TryStart(start) is not { } program)
            return null;
        program.OutputDataReceived += static (_, _) => { };
        program.ErrorDataReceived += static (_, _) => { };
        program.BeginOutputReadLine();
        program.BeginErrorReadLine();
        return program;
    }
}
