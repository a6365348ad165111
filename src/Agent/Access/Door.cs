using System.Net;
using System.Security.Cryptography.X509Certificates;
using ImeiAgent.Operations;
using ImeiAgent.V1;
using Microsoft.AspNetCore.Http.Features;

namespace ImeiAgent.Agent.Access;

/// <summary>Finds out who makes a call. Whoever came over the agent's own socket or pipe is its owner; everybody else is who their certificate says, or nobody.</summary>
internal sealed class Door(ClientBook clients, OpenCalls calls)
{
    /// <summary>Who makes the call, and the call in the list of those that are open: disposing it takes it off.</summary>
    /// <exception cref="OperationException">The certificate's owner was revoked, or the caller makes too many calls.</exception>
    public (SignedIn Who, IDisposable Call) Enter(HttpContext http, string traceId)
    {
        if (IsLocal(http))
            return (new SignedIn(LocalCaller.Of(http, traceId), Role.Owner, IsLocal: true), calls.Enter(OpenCalls.LocalKey, http));

        string station = AddressOf(http);
        if (http.Features.Get<ITlsConnectionFeature>()?.ClientCertificate is not { } certificate)
            return (new SignedIn(new Caller("nobody", "", station, traceId), Role.Unspecified, IsLocal: false), calls.Enter(OpenCalls.StrangerKey(Caller.NetworkOf(station)), http));
        return Enter(http, certificate, station, traceId);
    }

    private (SignedIn, IDisposable) Enter(HttpContext http, X509Certificate2 certificate, string station, string traceId)
    {
        string id = IdOf(certificate);
        IDisposable call = calls.Enter(id, http);
        // On the list first: whoever is revoked from now on finds the call there.
        if (clients.OwnerOf(certificate) is not { } client)
        {
            call.Dispose();
            throw Refusals.Revoked();
        }
        clients.Saw(client, station);
        return (new SignedIn(new Caller(client.Name, ClientBook.NameOf(client), station, traceId), (Role)client.Role, IsLocal: false), call);
    }

    /// <summary>Where a call came from, for the audit of what was refused before the caller was known.</summary>
    public static string AddressOf(HttpContext http)
    {
        IPAddress? address = http.Connection.RemoteIpAddress;
        return address is null ? "" : (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
    }

    /// <summary>The lasting name of whoever makes a call, whether or not they are let in; null for a caller without a certificate.</summary>
    public static string? IdOf(HttpContext http) =>
        IsLocal(http) ? LocalCaller.Of(http, "").Id : http.Features.Get<ITlsConnectionFeature>()?.ClientCertificate is { } certificate ? IdOf(certificate) : null;

    private static string IdOf(X509Certificate2 certificate) => $"clients/{certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false)}";

    private static bool IsLocal(HttpContext http) => http.Features.Get<LocalConnection>() is not null && !http.Request.IsHttps;
}
