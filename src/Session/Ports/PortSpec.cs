using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace ImeiAgent.Session;

/// <summary>
/// The name of a port: a serial port as the system calls it ("/dev/ttyUSB0", "COM7"), or the far end of a TCP connection that carries a
/// serial port's bytes ("tcp://127.0.0.1:4000"). Says nothing about whether it exists.
/// </summary>
public sealed record PortSpec
{
    private const string TcpScheme = "tcp://";

    private PortSpec(string name, string? host, int tcpPort)
    {
        Name = name;
        Host = host;
        TcpPort = tcpPort;
    }

    /// <summary>The canonical name, which parses to an equal value.</summary>
    public string Name { get; }

    /// <summary>The host of a TCP port; null for a serial port. An IPv6 address stands without brackets.</summary>
    public string? Host { get; }

    /// <summary>The number of a TCP port, 1 to 65535; 0 for a serial port.</summary>
    public int TcpPort { get; }

    /// <summary>Whether bytes go over TCP.</summary>
    [MemberNotNullWhen(true, nameof(Host))]
    public bool IsTcp => Host is not null;

    /// <summary>Reads a name.</summary>
    /// <exception cref="FormatException">It names no port; the message says what would.</exception>
    public static PortSpec Parse(string text) =>
        TryParse(text, out PortSpec? port, out string? problem) ? port : throw new FormatException(problem);

    /// <summary>Reads a name, or says in <paramref name="problem"/> what is wrong with it.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out PortSpec? port, [NotNullWhen(false)] out string? problem)
    {
        string name = text?.Trim() ?? "";
        port = name.StartsWith(TcpScheme, StringComparison.OrdinalIgnoreCase) ? ParseTcp(name) : ParseSerial(name);
        problem = port is not null ? null
            : $"\"{text}\" is no port: write a full path as /dev/ttyUSB0, a Windows name as COM7, or tcp://host:port";
        return port is not null;
    }

    /// <summary>The canonical name.</summary>
    public override string ToString() => Name;

    private static PortSpec? ParseTcp(string name)
    {
        string authority = name[TcpScheme.Length..].TrimEnd('/');
        int colon = authority.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(authority.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int tcpPort)
            || tcpPort is < 1 or > 65535)
            return null;
        string host = authority[..colon].ToLowerInvariant();
        bool bracketed = host.StartsWith('[') && host.EndsWith(']');
        string bare = bracketed ? host[1..^1] : host;
        UriHostNameType kind = Uri.CheckHostName(bare);
        if (kind == UriHostNameType.Unknown || (kind == UriHostNameType.IPv6) != bracketed)
            return null;
        return new PortSpec($"{TcpScheme}{host}:{tcpPort}", bare, tcpPort);
    }

    private static PortSpec? ParseSerial(string name)
    {
        if (name.StartsWith(@"\\.\", StringComparison.Ordinal))
            name = name[4..];
        if (name.StartsWith("COM", StringComparison.OrdinalIgnoreCase) && name.Length is > 3 and <= 6 && name.AsSpan(3).IndexOfAnyExceptInRange('0', '9') < 0)
            return new PortSpec(name.ToUpperInvariant(), null, 0);
        bool isPath = name.Length > 1 && name[0] == '/' && name[^1] != '/' && !name.Any(char.IsControl);
        return isPath ? new PortSpec(name, null, 0) : null;
    }
}
