using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ImeiAgent.Agent;

/// <summary>Where the agent listens: a Unix domain socket, or on Windows a named pipe; for its own user only.</summary>
/// <param name="IsPipe">A named pipe.</param>
/// <param name="Address">Path of the socket, or name of the pipe.</param>
internal sealed record ListenEndpoint(bool IsPipe, string Address)
{
    // sun_path holds 108 bytes on Linux and 104 on macOS, the closing zero included. The smaller limit holds everywhere.
    private const int LongestPath = 103;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>As clients take it, as in "unix:/run/user/1000/imeiagent/agent.sock".</summary>
    public override string ToString() => $"{(IsPipe ? "npipe" : "unix")}:{Address}";

    /// <summary>Reads "unix:PATH" or "npipe:NAME".</summary>
    /// <exception cref="AgentStartException">It is neither, or does not work on this system.</exception>
    public static ListenEndpoint Parse(string text)
    {
        if (text.StartsWith("npipe:", StringComparison.Ordinal) && text.Length > 6)
        {
            return OperatingSystem.IsWindows()
                ? new ListenEndpoint(true, text[6..])
                : throw AgentSettings.Wrong("--listen: named pipes exist on Windows only; write unix:PATH.");
        }
        if (!text.StartsWith("unix:", StringComparison.Ordinal) || text.Length == 5)
            throw AgentSettings.Wrong($"--listen \"{text}\": unix:PATH is expected, npipe:NAME on Windows, or HOST:PORT.");
        string path = Path.GetFullPath(text[5..]);
        int length = Encoding.UTF8.GetByteCount(path);
        return length <= LongestPath
            ? new ListenEndpoint(false, path)
            : throw AgentSettings.Wrong($"--listen: the path has {length} bytes and a socket's path at most {LongestPath}. Choose a shorter one: {path}");
    }

    /// <summary>Makes the place ready: creates the directory, and removes a socket that an agent left behind when it was killed.</summary>
    /// <exception cref="AgentStartException">An agent answers there, or something else is in the way.</exception>
    public void Claim()
    {
        if (IsPipe || OperatingSystem.IsWindows())
            return;
        try
        {
            string directory = Path.GetDirectoryName(Address)!;
            if (!Directory.Exists(directory))
                Directory.CreateDirectory(directory, OwnerOnly | UnixFileMode.UserExecute);
            // In a directory as /tmp, where everybody may write and the sticky bit is set, nobody can move another's socket away.
            if ((File.GetUnixFileMode(directory) & (UnixFileMode.OtherWrite | UnixFileMode.StickyBit)) == UnixFileMode.OtherWrite)
                throw new AgentStartException(AgentStartException.CannotRun,
                    $"In {directory} other users could put a socket of theirs in the place of the agent's. Choose another --listen, or: chmod o-w {directory}");
            var present = new FileInfo(Address);
            if (Directory.Exists(Address) || present.LinkTarget is not null || (present.Exists && !IsSocket()))
                throw new AgentStartException(AgentStartException.CannotRun, $"{Address} is there and is no socket. Choose another --listen.");
            if (!present.Exists)
                return;
            if (SomebodyAnswers())
                throw new AgentStartException(AgentStartException.CannotRun, $"Another agent answers on {this}. End it, or choose another --listen.");
            present.Delete();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AgentStartException(AgentStartException.CannotRun, $"The agent cannot listen on {this}: {e.Message}", e);
        }
    }

    /// <summary>Has the server listen here and nowhere else.</summary>
    public void Listen(KestrelServerOptions kestrel)
    {
        if (IsPipe)
            kestrel.ListenNamedPipe(Address, Mark);
        else
            kestrel.ListenUnixSocket(Address, Mark);

        static void Mark(ListenOptions options)
        {
            options.Protocols = HttpProtocols.Http2;
            options.Use(next => connection =>
            {
                connection.Features.Set(LocalConnection.Mark);
                return next(connection);
            });
        }
    }

    /// <summary>Makes the socket. Its mode is set before anyone can connect: that takes listening, which comes later.</summary>
    public static Socket Bind(System.Net.EndPoint endpoint)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(endpoint);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(endpoint.ToString()!, OwnerOnly);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Whether what is there is a socket: the one kind of file that open() refuses, whoever asks (ENXIO; EOPNOTSUPP on macOS).</summary>
    private bool IsSocket()
    {
        try
        {
            // For writing too: to open a named pipe only for reading waits for its writer.
            using (File.OpenHandle(Address, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
                return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private bool SomebodyAnswers()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(Address));
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionRefused or SocketError.AddressNotAvailable)
        {
            return false;
        }
        catch (SocketException)
        {
            // Not allowed to connect, or its queue is full: somebody is there.
            return true;
        }
    }
}

/// <summary>What a connection bears that came over the agent's own socket or pipe, and no other.</summary>
internal sealed class LocalConnection
{
    /// <summary>The one there is.</summary>
    public static readonly LocalConnection Mark = new();
}
