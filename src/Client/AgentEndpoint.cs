using System.Diagnostics.CodeAnalysis;

namespace ImeiAgent.Client;

/// <summary>How an agent is reached.</summary>
public enum EndpointKind
{
    /// <summary>A Unix domain socket; the address is its path.</summary>
    UnixSocket,

    /// <summary>A Windows named pipe of this machine; the address is its name, without <c>\\.\pipe\</c>.</summary>
    NamedPipe,
}

/// <summary>
/// Where an agent listens: <c>unix:PATH</c> or <c>npipe:NAME</c>. There is no TCP form yet: an agent listens on nothing that another
/// machine, or another user of this one, could reach.
/// </summary>
public sealed record AgentEndpoint
{
    // sun_path holds 108 bytes on Linux and 104 on macOS, the closing zero included.
    private const int LongestSocketPath = 103;

    private AgentEndpoint(EndpointKind kind, string address)
    {
        Kind = kind;
        Address = address;
    }

    /// <summary>How the agent is reached.</summary>
    public EndpointKind Kind { get; }

    /// <summary>Path of the socket, or name of the pipe.</summary>
    public string Address { get; }

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
            _ => $"\"{text}\" is no agent: expected unix:PATH or npipe:NAME.",
        };
        if (fault is not null)
            return false;
        endpoint = new AgentEndpoint(scheme == "unix" ? EndpointKind.UnixSocket : EndpointKind.NamedPipe, address);
        return true;
    }

    /// <summary>The form that <see cref="Parse"/> reads.</summary>
    public override string ToString() => $"{(Kind == EndpointKind.UnixSocket ? "unix" : "npipe")}:{Address}";

    /// <summary>As <see cref="Default"/>, with the environment variables given by <paramref name="environment"/>.</summary>
    public static AgentEndpoint DefaultFor(Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        // XDG Base Directory Specification: the runtime directory may be missing (no login session), the state directory has a default.
        if (OperatingSystem.IsWindows())
            return new AgentEndpoint(EndpointKind.NamedPipe, "imeiagent");

        string home = environment("HOME") is { Length: > 0 } set
            ? set : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string directory = OperatingSystem.IsMacOS() ? Path.Combine(home, "Library", "Application Support")
            : environment("XDG_RUNTIME_DIR") is { Length: > 0 } runtime && Path.IsPathRooted(runtime) ? runtime
            : environment("XDG_STATE_HOME") is { Length: > 0 } state && Path.IsPathRooted(state) ? state
            : Path.Combine(home, ".local", "state");
        return new AgentEndpoint(EndpointKind.UnixSocket, Path.Combine(directory, "imeiagent", "agent.sock"));
    }
}
