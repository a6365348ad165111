using System.Net;
using System.Net.Sockets;
using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <summary>Who asks for something, from where and under which trace: for leases, journal and audit.</summary>
/// <param name="Name">As people know them: a paired client's name, as in "bench-3", or "local:ana" for a user of the agent's own machine.</param>
/// <param name="Id">Stays when the name changes and is never given to another: "clients/3f2a9c1b", or "local:ana".</param>
/// <param name="Station">The machine the call came from, as in "192.0.2.7"; "local" for the agent's own.</param>
/// <param name="TraceId">The W3C trace id of the call, 32 hex digits; empty for none.</param>
public sealed record Caller(string Name, string Id, string Station, string TraceId)
{
    /// <summary>What <see cref="Station"/> is for the agent's own machine.</summary>
    public const string Here = "local";

    /// <summary>What the agent does by itself.</summary>
    public static Caller Agent { get; } = new("agent", "", "", "");

    /// <summary>A user of the agent's own machine.</summary>
    public static Caller Local(string user, string traceId = "") => new($"{Here}:{user}", $"{Here}:{user}", Here, traceId);

    /// <summary>Whom an address is counted as: of IPv6 the first 64 bits, since whoever has one address of a network has them all.</summary>
    public static string NetworkOf(string address) =>
        IPAddress.TryParse(address, out IPAddress? ip) && ip.AddressFamily == AddressFamily.InterNetworkV6 ? Convert.ToHexStringLower(ip.GetAddressBytes().AsSpan(0, 8)) : address;

    /// <summary>What they did, for the audit.</summary>
    public AuditEntry Did(string action, string device, string outcome, string detail, string journal = "") => new(Name, action, device, outcome, detail)
    {
        Client = Id,
        Station = Station,
        TraceId = TraceId,
        Journal = journal,
    };
}
