using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace ImeiAgent.Client;

// Whose process listens on a socket. Where others may create files, anybody can listen in an agent's place and wait for a label or a code.
internal static class AgentUser
{
    // <sys/socket.h> of Linux: SOL_SOCKET, SO_PEERCRED; the answer is struct ucred { pid, uid, gid }, 32 bits each.
    private const int SolSocket = 1;
    private const int SoPeerCred = 17;

    /// <summary>Whether the listener may be told secrets. Linux tells who it is; elsewhere the socket's directory has to do.</summary>
    public static bool IsTrusted(Socket socket)
    {
        if (!OperatingSystem.IsLinux())
            return true;
        Span<byte> credentials = stackalloc byte[12];
        return socket.GetRawSocketOption(SolSocket, SoPeerCred, credentials) == credentials.Length
            && IsTrusted(MemoryMarshal.Read<uint>(credentials[4..]), OwnUser());
    }

    /// <summary>This user's own agent and the system's; root may ask anybody's.</summary>
    internal static bool IsTrusted(uint listener, uint own) => listener == own || listener == 0 || own == 0;

    [DllImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint OwnUser();
}
