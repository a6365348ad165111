using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using ImeiAgent.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace ImeiAgent.Unit.Client.Contexts;

/// <summary>
/// An agent on the network, made from the description and none of the agent's code: TLS, pairing, and the scripted services of
/// <see cref="FakeAgent"/>. Remembers how far each caller came.
/// </summary>
internal sealed class FakeStation : IAsyncDisposable
{
    public const string PairingId = "0a1b2c3d";

    private readonly X509Certificate2 _server;
    private readonly bool _ownsCa;
    private WebApplication? _app;
    private int _dialled;
    private int _ended;
    private int _heard;

    private FakeStation(TestCa ca, bool ownsCa, X509Certificate2 server, FakeAgent agent)
    {
        (Ca, _ownsCa, _server, Agent) = (ca, ownsCa, server, agent);
        OnEnroll = Enroll;
        OnRenew = (request, _) => Renew(request);
    }

    public TestCa Ca { get; }

    public FakeAgent Agent { get; }

    public string Address { get; private set; } = "";

    public byte[] Secret { get; } = RandomNumberGenerator.GetBytes(16);

    /// <summary>TCP connections that came.</summary>
    public int Dialled => Volatile.Read(ref _dialled);

    /// <summary>Those that ended.</summary>
    public int Ended => Volatile.Read(ref _ended);

    /// <summary>
    /// How often bytes came out of TLS, the first of HTTP/2 included. That TLS comes about says nothing: on Linux the client looks at the
    /// certificate when the handshake is over.
    /// </summary>
    public int Heard => Volatile.Read(ref _heard);

    /// <summary>Serial numbers of the client certificates, a call each; empty for none.</summary>
    public ConcurrentQueue<string> Callers { get; } = new();

    public Func<EnrollRequest, EnrollResponse> OnEnroll { get; set; }

    public Func<RenewCertificateRequest, X509Certificate2?, RenewCertificateResponse> OnRenew { get; set; }

    public static async Task<FakeStation> StartAsync(TestCa? ca = null, X509Certificate2? server = null, SslProtocols protocols = SslProtocols.Tls13)
    {
        TestCa used = ca ?? new TestCa();
        FakeStation station = new(used, ca is null, server ?? used.Server(used.Certificate), await FakeAgent.StartAsync());
        await station.ListenAsync(protocols);
        return station;
    }

    /// <summary>A pairing line to this station, written out as the description has it.</summary>
    public string Line(string? fingerprint = null, string[]? addresses = null, DateTimeOffset? until = null, byte[]? secret = null)
    {
        string list = string.Join(",", (addresses ?? [Address]).Select(address => $"\"{address}\""));
        long expires = (until ?? TestCa.Now.AddMinutes(10)).ToUnixTimeSeconds();
        string json = $$"""
            {"v":1,"a":[{{list}}],"f":"{{fingerprint ?? Ca.Fingerprint}}","i":"{{PairingId}}","s":"{{Base64Url(secret ?? Secret)}}","e":{{expires}},"r":"technician","n":"bench-3"}
            """;
        return "imei1:" + Base64Url(Encoding.UTF8.GetBytes(json));
    }

    public static string Base64Url(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    /// <summary>Answers a request with this certificate.</summary>
    public EnrollResponse Answer(X509Certificate2 certificate) => new()
    {
        Certificate = ByteString.CopyFrom(certificate.RawData),
        CaCertificate = ByteString.CopyFrom(Ca.Certificate.RawData),
        Name = "bench-3",
        Role = Role.Technician,
    };

    public static PublicKey KeyOf(ByteString signingRequest) =>
        CertificateRequest.LoadSigningRequest(signingRequest.ToByteArray(), HashAlgorithmName.SHA256).PublicKey;

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            using CancellationTokenSource now = new();
            await now.CancelAsync();
            await _app.StopAsync(now.Token);
            await _app.DisposeAsync();
        }
        await Agent.DisposeAsync();
        _server.Dispose();
        if (_ownsCa)
            Ca.Dispose();
    }

    // HMAC-SHA256(secret, "imei1-enroll" || SHA-256(client's SPKI) || SHA-256(server's SPKI)).
    private EnrollResponse Enroll(EnrollRequest request)
    {
        PublicKey key = KeyOf(request.SigningRequest);
        using MemoryStream message = new();
        message.Write(Encoding.ASCII.GetBytes("imei1-enroll"));
        message.Write(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));
        message.Write(SHA256.HashData(_server.PublicKey.ExportSubjectPublicKeyInfo()));
        using HMACSHA256 hmac = new(Secret);
        if (request.Pairing != PairingId || !hmac.ComputeHash(message.ToArray()).SequenceEqual(request.Proof.ToByteArray()))
            throw FakeAgent.Failure(StatusCode.PermissionDenied, "PAIRING_REFUSED", "There is no such invitation.");
        using X509Certificate2 certificate = Ca.Client(key);
        return Answer(certificate);
    }

    private RenewCertificateResponse Renew(RenewCertificateRequest request)
    {
        using X509Certificate2 certificate = Ca.Client(KeyOf(request.SigningRequest));
        return new RenewCertificateResponse { Certificate = ByteString.CopyFrom(certificate.RawData) };
    }

    private async Task ListenAsync(SslProtocols protocols)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.Use(next => async connection =>
            {
                Interlocked.Increment(ref _dialled);
                try
                {
                    await next(connection);
                }
                finally
                {
                    Interlocked.Increment(ref _ended);
                }
            });
            listen.UseHttps(https =>
            {
                // Kestrel itself would show no certificate that is not for servers.
                https.ServerCertificateSelector = (_, _) => null;
                https.OnAuthenticate = (_, options) => (options.ServerCertificateSelectionCallback, options.ServerCertificate) = (null, _server);
                https.SslProtocols = protocols;
                https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                https.ClientCertificateValidation = (shown, _, _) => IsOurs(shown);
            });
            listen.Use(next => connection =>
            {
                connection.Transport = new Overheard(connection.Transport, () => Interlocked.Increment(ref _heard));
                return next(connection);
            });
        }));
        builder.Logging.ClearProviders();
        builder.Services.AddRouting();
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(Agent);
        builder.Services.AddSingleton(this);
        _app = builder.Build();
        _app.Use((http, next) =>
        {
            Callers.Enqueue(http.Connection.ClientCertificate?.SerialNumber ?? "");
            return next(http);
        });
        _app.UseRouting();
        FakeServices.Map(_app);
        _app.MapGrpcService<Pairings>();
        await _app.StartAsync(TestContext.Current.CancellationToken);
        Address = new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Authority;
    }

    private bool IsOurs(X509Certificate2 shown)
    {
        using X509Chain chain = new()
        {
            ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { Ca.Certificate }, RevocationMode = X509RevocationMode.NoCheck },
        };
        return chain.Build(shown);
    }

    // Tells of bytes that are read, and changes nothing.
    private sealed class Overheard(IDuplexPipe inner, Action heard) : PipeReader, IDuplexPipe
    {
        public PipeReader Input => this;

        public PipeWriter Output => inner.Output;

        public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) => Note(await inner.Input.ReadAsync(cancellationToken));

        public override bool TryRead(out ReadResult result)
        {
            bool isThere = inner.Input.TryRead(out result);
            if (isThere)
                Note(result);
            return isThere;
        }

        public override void AdvanceTo(SequencePosition consumed) => inner.Input.AdvanceTo(consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => inner.Input.AdvanceTo(consumed, examined);

        public override void CancelPendingRead() => inner.Input.CancelPendingRead();

        public override void Complete(Exception? exception = null) => inner.Input.Complete(exception);

        private ReadResult Note(ReadResult result)
        {
            if (!result.Buffer.IsEmpty)
                heard();
            return result;
        }
    }

    internal sealed class Pairings(FakeStation station) : PairingService.PairingServiceBase
    {
        public override Task<EnrollResponse> Enroll(EnrollRequest request, ServerCallContext context)
        {
            station.Agent.Requests.Enqueue(request);
            return Task.FromResult(station.OnEnroll(request));
        }

        public override async Task<RenewCertificateResponse> RenewCertificate(RenewCertificateRequest request, ServerCallContext context)
        {
            station.Agent.Requests.Enqueue(request);
            return station.OnRenew(request, await context.GetHttpContext().Connection.GetClientCertificateAsync());
        }
    }
}
