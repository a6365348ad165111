using System.Collections.Concurrent;
using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace ImeiAgent.Agent.Access;

/// <summary>
/// Listens for clients of other machines: HTTP/2 over TLS 1.3 and nothing else. A certificate that the agent's own authority does not vouch for
/// ends the handshake; a connection without one may enrol and do nothing else, and not stay for long.
/// </summary>
internal sealed class TlsListener(Authority authority, Limits limits)
{
    private readonly ConcurrentDictionary<string, int> _ofClients = [];
    private int _connections;
    private int _strangers;

    /// <summary>Has the server listen there too.</summary>
    public void Listen(KestrelServerOptions kestrel, IPEndPoint address) => kestrel.Listen(address, listen =>
    {
        listen.Protocols = HttpProtocols.Http2;
        listen.Use(next => connection => CountAsync(connection, next));
        listen.UseHttps(https =>
        {
            https.SslProtocols = SslProtocols.Tls13;
            https.HandshakeTimeout = limits.Handshake;
            https.ServerCertificateSelector = (_, _) => authority.Server;
            https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
            https.ClientCertificateValidation = (certificate, _, _) => authority.IsClient(certificate);
            https.CheckCertificateRevocation = false;
            // A stranger's certificate must not send the agent anywhere for more of them.
            https.OnAuthenticate = (_, options) => options.CertificateChainPolicy = authority.Policy();
        });
        listen.Use(next => connection => HurryAsync(connection, next));
    });

    /// <summary>The certificate that the agent showed when a call's connection was opened; null where there is none, as on its own socket.</summary>
    public static X509Certificate2? ServerOf(HttpContext http) => http.Features.Get<ISslStreamFeature>()?.SslStream.LocalCertificate as X509Certificate2;

    private async Task CountAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        try
        {
            if (Interlocked.Increment(ref _connections) <= limits.Connections)
                await next(connection);
            else
                connection.Abort(new ConnectionAbortedException("too many connections"));
        }
        finally
        {
            Interlocked.Decrement(ref _connections);
        }
    }

    // Of one client: it must leave room for the others.
    private async Task CountAsync(ConnectionContext connection, string client, ConnectionDelegate next)
    {
        try
        {
            if (_ofClients.AddOrUpdate(client, 1, (_, count) => count + 1) <= limits.ClientConnections)
                await next(connection);
            else
                connection.Abort(new ConnectionAbortedException("too many connections of one client"));
        }
        finally
        {
            // Of nobody who has none the name is kept.
            if (_ofClients.AddOrUpdate(client, 0, (_, count) => count - 1) == 0)
                _ofClients.TryRemove(new KeyValuePair<string, int>(client, 0));
        }
    }

    private async Task HurryAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (connection.Features.Get<ITlsConnectionFeature>()?.ClientCertificate is { } certificate)
        {
            await CountAsync(connection, certificate.Subject, next);
            return;
        }
        try
        {
            if (Interlocked.Increment(ref _strangers) > limits.StrangerConnections)
            {
                connection.Abort(new ConnectionAbortedException("too many connections without a certificate"));
                return;
            }
            using var patience = new CancellationTokenSource(limits.StrangerPatience);
            await using CancellationTokenRegistration end = patience.Token.Register(
                () => connection.Abort(new ConnectionAbortedException("a connection without a certificate stayed too long")));
            await next(connection);
        }
        finally
        {
            Interlocked.Decrement(ref _strangers);
        }
    }
}
