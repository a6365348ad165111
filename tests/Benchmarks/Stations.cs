using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Grpc.Net.Client;
using ImeiAgent.Client.Contexts;
using ImeiAgent.TestKit;
using ImeiAgent.V1;

namespace ImeiAgent.Benchmarks;

/// <summary>Paired clients of an agent, whose certificates open as many TLS connections as wanted: each channel is one of its own.</summary>
internal sealed class Stations : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<(X509Certificate2 Own, X509Certificate2 Ca, string Address)> _paired = [];

    /// <summary>Pairs so many technicians.</summary>
    public static async Task<Stations> PairAsync(GrpcChannel local, int count, CancellationToken ct)
    {
        var stations = new Stations();
        var pairing = new PairingService.PairingServiceClient(local);
        for (int n = 1; n <= count; n++)
        {
            CreatePairingResponse invitation = await pairing.CreatePairingAsync(
                new CreatePairingRequest { Name = $"station-{n}", Role = Role.Technician }, cancellationToken: ct);
            ContextStore store = new(stations._folder.File($"station-{n}"));
            AgentContext context = await Pairing.PairAsync(store, "shop", PairingLine.Parse(invitation.Line), TimeProvider.System, ct);
            ContextExport export = ContextExport.Of(context, store);
            stations._paired.Add((X509Certificate2.CreateFromPem(export.Certificate, export.Key), X509Certificate2.CreateFromPem(export.Ca), context.Addresses[0]));
        }
        return stations;
    }

    /// <summary>A channel with a connection of its own, as one of the clients in turn.</summary>
    public GrpcChannel Connect(int number)
    {
        (X509Certificate2 own, X509Certificate2 ca, string address) = _paired[number % _paired.Count];
        return GrpcChannel.ForAddress($"https://{address}", new GrpcChannelOptions
        {
            DisposeHttpClient = true,
            HttpHandler = new SocketsHttpHandler
            {
                UseProxy = false,
                SslOptions = new SslClientAuthenticationOptions
                {
                    EnabledSslProtocols = SslProtocols.Tls13,
                    ClientCertificates = [own],
                    RemoteCertificateValidationCallback = (_, shown, _, _) => shown is X509Certificate2 server && IsOf(server, ca),
                },
            },
        });
    }

    public void Dispose()
    {
        foreach ((X509Certificate2 own, X509Certificate2 ca, _) in _paired)
        {
            own.Dispose();
            ca.Dispose();
        }
        _folder.Dispose();
    }

    private static bool IsOf(X509Certificate2 server, X509Certificate2 ca)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(ca);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        return chain.Build(server);
    }
}
