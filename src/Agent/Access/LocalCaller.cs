using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using ImeiAgent.Operations;
using Microsoft.AspNetCore.Connections.Features;

namespace ImeiAgent.Agent.Access;

/// <summary>Who calls over the agent's own socket or pipe.</summary>
internal static class LocalCaller
{
    // <sys/socket.h> of Linux: SOL_SOCKET, SO_PEERCRED; the answer is struct ucred { pid, uid, gid }, 32 bits each.
    private const int SolSocket = 1;
    private const int SoPeerCred = 17;

    /// <summary>
    /// "local:NAME". The socket lets in only the user who runs the agent, and root; where the system names the peer, another user is
    /// told by number, as in "local:uid-0".
    /// </summary>
    public static Caller Of(HttpContext http, string traceId)
    {
        Socket? socket = http.Features.Get<IConnectionSocketFeature>()?.Socket;
        return Caller.Local(
            PeerUser(socket) is { } uid && uid != OwnUser() ? string.Create(CultureInfo.InvariantCulture, $"uid-{uid}") : Environment.UserName, traceId);
    }

    private static uint? PeerUser(Socket? socket)
    {
        if (socket is null || !OperatingSystem.IsLinux())
            return null;
        try
        {
            Span<byte> credentials = stackalloc byte[12];
            int length = socket.GetRawSocketOption(SolSocket, SoPeerCred, credentials);
            return length == 12 ? MemoryMarshal.Read<uint>(credentials[4..]) : null;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    [DllImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint OwnUser();
}
