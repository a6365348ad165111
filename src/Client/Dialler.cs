using System.IO.Pipes;
using System.Net.Sockets;
using System.Security.Principal;
using ImeiAgent.Client.Contexts;

namespace ImeiAgent.Client;

/// <summary>The endpoint could not be opened: no byte of the call left this process.</summary>
/// <param name="reason">One of the client's own, as <see cref="AgentException.AgentUnreachable"/>.</param>
internal sealed class DialException(string reason, string message, Exception? inner) : IOException(message, inner)
{
    public DialException(string message, Exception inner) : this(AgentException.AgentUnreachable, message, inner)
    {
    }

    public string Reason { get; } = reason;
}

// Opens the byte stream that HTTP/2 runs on.
internal static class Dialler
{
    private static readonly TimeSpan PipeWait = TimeSpan.FromSeconds(2);

    // A renewed certificate is used from the next connection on, and the old one is good for an hour: connections do not grow that old.
    private static readonly TimeSpan LifeOfConnection = TimeSpan.FromMinutes(30);

    /// <summary>Only fills the :authority header, and says whether TLS is under it; the dialler decides where the bytes go.</summary>
    public static string AddressOf(AgentEndpoint endpoint) => endpoint.Kind == EndpointKind.Tls ? "https://localhost" : "http://localhost";

    /// <param name="endpoint">Where the agent is.</param>
    /// <param name="identity">As whom to call an agent on the network; null for the others.</param>
    public static SocketsHttpHandler CreateHandler(AgentEndpoint endpoint, ContextIdentity? identity) => new()
    {
        ConnectCallback = async (_, cancellation) => identity is null
            ? await DialAsync(endpoint, cancellation).ConfigureAwait(false)
            : await identity.DialAsync(cancellation).ConfigureAwait(false), // An SslStream: the handler sees that TLS is done.
        PooledConnectionLifetime = identity is null ? Timeout.InfiniteTimeSpan : LifeOfConnection,
        // The handler would send the trace under a span of its own that nobody keeps: CallSpans sends the call's.
        ActivityHeadersPropagator = null,
        EnableMultipleHttp2Connections = true,
        UseProxy = false,
        PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
        KeepAlivePingDelay = TimeSpan.FromSeconds(15),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
    };

    private static async Task<Stream> DialAsync(AgentEndpoint endpoint, CancellationToken cancellation)
    {
        try
        {
            return endpoint.Kind == EndpointKind.UnixSocket
                ? await DialSocketAsync(endpoint.Address, cancellation).ConfigureAwait(false)
                : await DialPipeAsync(endpoint.Address, cancellation).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is SocketException or IOException or UnauthorizedAccessException or TimeoutException)
        {
            throw new DialException($"Cannot open {endpoint}: {fault.Message}", fault);
        }
    }

    private static async Task<Stream> DialSocketAsync(string path, CancellationToken cancellation)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation).ConfigureAwait(false);
            if (!AgentUser.IsTrusted(socket))
                throw new UnauthorizedAccessException("another user's process listens there");
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<Stream> DialPipeAsync(string name, CancellationToken cancellation)
    {
        // CurrentUserOnly: a pipe of that name which another user made is not trusted with an SPC.
        NamedPipeClientStream pipe = new(
            ".", name, PipeDirection.InOut, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly, TokenImpersonationLevel.Anonymous);
        try
        {
            await pipe.ConnectAsync(PipeWait, cancellation).ConfigureAwait(false);
            return pipe;
        }
        catch
        {
            await pipe.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
