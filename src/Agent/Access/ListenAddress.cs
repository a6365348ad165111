using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ImeiAgent.Agent.Access;

/// <summary>Where to listen for clients of other machines.</summary>
internal static class ListenAddress
{
    /// <summary>Reads "192.0.2.7:7443", "[2001:db8::7]:7443", "bench:7443" or "*:7443"; port 0 means any that is free.</summary>
    /// <exception cref="AgentStartException">It is none of these, or the name is of no address.</exception>
    public static IPEndPoint Parse(string text)
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsWindows())
            throw AgentSettings.Wrong("--listen HOST:PORT: this system offers no TLS 1.3 to servers. Run the agent on Linux or Windows, or use it on its own machine only.");
        int colon = text.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port) || port > IPEndPoint.MaxPort)
            throw AgentSettings.Wrong($"--listen \"{text}\": HOST:PORT is expected, as in 192.0.2.7:7443 or *:7443; or unix:PATH, or npipe:NAME on Windows.");
        string host = text[..colon];
        if (host == "*")
            return new IPEndPoint(Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any, port);
        if (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address))
            return new IPEndPoint(address, port);
        try
        {
            return new IPEndPoint(Dns.GetHostAddresses(host).FirstOrDefault() ?? throw Unknown(host), port);
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            throw Unknown(host);
        }
    }

    private static AgentStartException Unknown(string host) =>
        AgentSettings.Wrong($"--listen: \"{host}\" is no address or name of this machine. Use * to listen on all of its addresses.");
}
