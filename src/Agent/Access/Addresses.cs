using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace ImeiAgent.Agent.Access;

/// <summary>Where this machine is reached.</summary>
internal static class Addresses
{
    private const int Most = 8;

    /// <summary>The addresses of its interfaces that are up, IPv4 first, at most 8; neither loopback nor link-local ones.</summary>
    public static IReadOnlyList<IPAddress> OfThisMachine()
    {
        try
        {
            return
            [
                .. NetworkInterface.GetAllNetworkInterfaces()
                    .Where(i => i.OperationalStatus == OperationalStatus.Up && i.NetworkInterfaceType != NetworkInterfaceType.Loopback)
                    .SelectMany(i => i.GetIPProperties().UnicastAddresses)
                    .Select(a => a.Address)
                    .Where(a => !IPAddress.IsLoopback(a) && !a.IsIPv6LinkLocal && !(a.AddressFamily == AddressFamily.InterNetwork && a.GetAddressBytes() is [169, 254, ..]))
                    .Distinct()
                    .OrderBy(a => a.AddressFamily == AddressFamily.InterNetwork ? 0 : 1)
                    .Take(Most),
            ];
        }
        catch (NetworkInformationException)
        {
            return [];
        }
    }

    /// <summary>What a client is told to try: the address listened on, or all of the machine's when it is none in particular.</summary>
    public static IReadOnlyList<string> Of(IPEndPoint listening) =>
        listening.Address.Equals(IPAddress.Any) || listening.Address.Equals(IPAddress.IPv6Any)
            ? [.. OfThisMachine().Select(a => new IPEndPoint(a, listening.Port).ToString())]
            : [listening.ToString()];
}
