using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace ImeiAgent.Client.Contexts;

/// <summary>An address on the network, as in <c>192.0.2.7:7443</c>, <c>[2001:db8::7]:7443</c> or <c>shop.example:7443</c>.</summary>
internal readonly record struct HostPort(string Host, int Port)
{
    // RFC 1035: a host name has at most 253 characters in text.
    private const int LongestHost = 253;

    public static bool TryParse([NotNullWhen(true)] string? text, out HostPort address)
    {
        address = default;
        int colon = text?.LastIndexOf(':') ?? -1;
        if (colon <= 0 || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port) || port is < 1 or > 65535)
            return false;
        string host = text![..colon];
        bool isBracketed = host.StartsWith('[') && host.EndsWith(']');
        if (isBracketed)
            host = host[1..^1];
        UriHostNameType kind = Uri.CheckHostName(host);
        if (host.Length > LongestHost || kind == UriHostNameType.Unknown || (kind == UriHostNameType.IPv6) != isBracketed)
            return false;
        address = new HostPort(host, port);
        return true;
    }

    public override string ToString() =>
        Host.Contains(':', StringComparison.Ordinal) ? string.Create(CultureInfo.InvariantCulture, $"[{Host}]:{Port}") : string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");
}
