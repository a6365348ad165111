using System.Net;
using System.Security.Authentication;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace ImeiAgent.Agent.Access;

/// <summary>
/// Listens for clients of other machines: HTTP/2 over TLS 1.3 and nothing else. A certificate that the agent's own authority does not vouch for
/// ends the handshake; a connection without one may enrol and do nothing else, and not stay for long.
/// </summary>
internal sealed class TlsListener(Authority authority, Limits limits)
{
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

    private async Task HurryAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (connection.Features.Get<ITlsConnectionFeature>()?.ClientCertificate is not null)
        {
            await next(connection);
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
