using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Grpc.Core;
using Microsoft.AspNetCore.Connections.Features;

namespace ImeiAgent.Agent;

/// <summary>Who calls, and under which trace, for journal and audit.</summary>
internal static class Caller
{
    // <sys/socket.h> of Linux: SOL_SOCKET, SO_PEERCRED; the answer is struct ucred { pid, uid, gid }, 32 bits each.
    private const int SolSocket = 1;
    private const int SoPeerCred = 17;

    /// <summary>
    /// "local:NAME". The socket lets in only the user who runs the agent, and root; where the system names the peer, another user is
    /// told by number, as in "local:uid-0".
    /// </summary>
    public static string Of(ServerCallContext context)
    {
        Socket? socket = context.GetHttpContext().Features.Get<IConnectionSocketFeature>()?.Socket;
        return PeerUser(socket) is { } uid && uid != OwnUser()
            ? string.Create(CultureInfo.InvariantCulture, $"local:uid-{uid}")
            : $"local:{Environment.UserName}";
    }

    /// <summary>The trace of the call, 32 hex digits: the caller's (W3C header traceparent) or, when it gave none, a new one.</summary>
    public static string TraceOf(ServerCallContext context) =>
        ActivityContext.TryParse(context.RequestHeaders.GetValue("traceparent"), null, out ActivityContext caller) ? caller.TraceId.ToHexString()
        : (Activity.Current?.TraceId ?? ActivityTraceId.CreateRandom()).ToHexString();

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
