using System.Diagnostics.CodeAnalysis;
using ImeiAgent.Client.Contexts;

namespace ImeiAgent.Client;

/// <summary>How an agent is reached.</summary>
public enum EndpointKind
{
    /// <summary>A Unix domain socket; the address is its path.</summary>
    UnixSocket,

    /// <summary>A Windows named pipe of this machine; the address is its name, without <c>\\.\pipe\</c>.</summary>
    NamedPipe,

    /// <summary>TLS to an agent that this user was paired with; the address is the first that is tried, HOST:PORT.</summary>
    Tls,
}

/// <summary>
/// Where an agent listens: <c>unix:PATH</c> or <c>npipe:NAME</c>, or on the network, where it is known by its certificate and not by its
/// address: that takes a context (<see cref="For"/>).
/// </summary>
public sealed record AgentEndpoint
{
    // sun_path holds 108 bytes on Linux and 104 on macOS, the closing zero included.
    private const int LongestSocketPath = 103;

    private AgentEndpoint(EndpointKind kind, string address, AgentContext? context = null, ContextStore? store = null)
    {
        Context = context;
        Store = store;
        Kind = kind;
        Address = address;
    }

    /// <summary>How the agent is reached.</summary>
    public EndpointKind Kind { get; }

    /// <summary>Path of the socket, name of the pipe, or HOST:PORT.</summary>
    public string Address { get; }

    /// <summary>The context of an agent on the network; null for the others.</summary>
    public AgentContext? Context { get; }

    internal ContextStore? Store { get; }

    /// <summary>The endpoint of an agent that was started without <c>--listen</c> by the same user on this machine.</summary>
    public static AgentEndpoint Default { get; } = DefaultFor(Environment.GetEnvironmentVariable);

    /// <summary>Reads <c>unix:PATH</c> or <c>npipe:NAME</c>.</summary>
    /// <exception cref="FormatException">The text is neither; the message says what is expected.</exception>
    public static AgentEndpoint Parse(string text) =>
        TryParse(text, out AgentEndpoint? endpoint, out string? fault) ? endpoint : throw new FormatException(fault);

    /// <summary>Reads <c>unix:PATH</c> or <c>npipe:NAME</c>; <paramref name="fault"/> says for a person what is wrong.</summary>
    public static bool TryParse(
        string? text, [NotNullWhen(true)] out AgentEndpoint? endpoint, [NotNullWhen(false)] out string? fault)
    {
        endpoint = null;
        int colon = text?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        string scheme = colon < 0 ? "" : text![..colon];
        string address = colon < 0 ? "" : text![(colon + 1)..];
        fault = (scheme, address) switch
        {
            ("unix" or "npipe", "") => $"\"{text}\" names no {(scheme == "unix" ? "path" : "pipe")}.",
            ("unix", _) when System.Text.Encoding.UTF8.GetByteCount(address) > LongestSocketPath =>
                $"The socket's path is too long: at most {LongestSocketPath} bytes.",
            ("npipe", _) when address.AsSpan().ContainsAny('/', '\\') => "A pipe's name holds no slashes.",
            ("npipe", _) when !OperatingSystem.IsWindows() => "Named pipes exist on Windows only; use unix:PATH.",
            ("unix" or "npipe", _) => null,
            ("tls", _) => "An agent on the network is known by its certificate: pair with it (imei context add NAME LINE), then --context NAME.",
            _ => $"\"{text}\" is no agent: expected unix:PATH or npipe:NAME.",
        };
        if (fault is not null)
            return false;
        endpoint = new AgentEndpoint(scheme == "unix" ? EndpointKind.UnixSocket : EndpointKind.NamedPipe, address);
        return true;
    }

    /// <summary>The agent of a context.</summary>
    /// <param name="context">Which.</param>
    /// <param name="store">Where it is kept, with its key.</param>
    public static AgentEndpoint For(AgentContext context, ContextStore store)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new AgentEndpoint(EndpointKind.Tls, context.Addresses[0], context, store);
    }

    /// <summary>The form that <see cref="Parse"/> reads; <c>tls:HOST:PORT</c> is for a person only.</summary>
    public override string ToString() => $"{Kind switch { EndpointKind.UnixSocket => "unix", EndpointKind.NamedPipe => "npipe", _ => "tls" }}:{Address}";

    /// <summary>An agent on the network that is not paired yet: nothing but its name in messages.</summary>
    internal static AgentEndpoint ForDisplay(string address) => new(EndpointKind.Tls, address);

    /// <summary>As <see cref="Default"/>, with the environment variables given by <paramref name="environment"/>.</summary>
    public static AgentEndpoint DefaultFor(Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        if (OperatingSystem.IsWindows())
            return new AgentEndpoint(EndpointKind.NamedPipe, "imeiagent");
        return new AgentEndpoint(EndpointKind.UnixSocket, Path.Combine(PrivateFolder.OfRunningPrograms(environment).Path, "agent.sock"));
    }
}
