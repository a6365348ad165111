using System.Buffers.Text;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using Grpc.Net.Client;
using ImeiAgent.Agent;
using ImeiAgent.Agent.Access;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Integration.Agent.Access;

/// <summary>
/// An agent that listens on its socket and on a port of the loopback address, and clients made by hand: TLS, pairing line, proof and certificates
/// are written from the contract, with none of our client's code.
/// </summary>
internal sealed class StationUnderTest : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly bool _ownsFolder;
    private readonly List<GrpcChannel> _channels = [];
    private readonly AgentHost _host;

    private StationUnderTest(TemporaryFolder folder, bool ownsFolder, AgentHost host)
    {
        (_folder, _ownsFolder, _host) = (folder, ownsFolder, host);
        Local = AgentUnderTest.Connect(host.Endpoint["unix:".Length..]);
        _channels.Add(Local);
    }

    /// <summary>Over the socket.</summary>
    public GrpcChannel Local { get; }

    public string Endpoint => _host.Endpoint;

    public IPEndPoint Address => _host.Remote[0];

    public string AccessFolder => _folder.File("data/access");

    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<StationUnderTest> StartAsync(TemporaryFolder? folder = null, Limits? limits = null, string? port = null, TimeProvider? time = null)
    {
        Requires.Unless(OperatingSystem.IsLinux(), "these tests listen on a Unix domain socket and over TLS 1.3");
        TemporaryFolder used = folder ?? new TemporaryFolder();
        var options = new AgentOptions
        {
            Ports = [port ?? used.File("no-phone")],
            Discovery = false,
            DataDirectory = used.File("data"),
            Listen = [$"unix:{used.File("run/agent.sock")}", "127.0.0.1:0"],
            MinimumLogLevel = Microsoft.Extensions.Logging.LogLevel.Warning,
            Time = time ?? TimeProvider.System,
            Limits = limits ?? new Limits { StrangerCallsPerMinute = 1000 },
        };
        return new StationUnderTest(used, folder is null, await AgentHost.StartAsync(options, Ct));
    }

    /// <summary>An invitation, as the fields of its line.</summary>
    public async Task<Invited> InviteAsync(string name, Role role)
    {
        CreatePairingResponse made = await new PairingService.PairingServiceClient(Local).CreatePairingAsync(
            new CreatePairingRequest { Name = name, Role = role }, cancellationToken: Ct);
        Assert.StartsWith("imei1:", made.Line, StringComparison.Ordinal);
        JsonElement line = JsonDocument.Parse(Base64Url.DecodeFromChars(made.Line.AsSpan("imei1:".Length))).RootElement;
        return new Invited(line.GetProperty("i").GetString()!, Base64Url.DecodeFromChars(line.GetProperty("s").GetString()), line);
    }

    /// <summary>A paired client: its certificate with its key.</summary>
    public async Task<X509Certificate2> PairAsync(string name, Role role)
    {
        Invited invited = await InviteAsync(name, role);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        EnrollResponse answer = await EnrollAsync(invited.Id, invited.Secret, key);
        using X509Certificate2 bare = X509CertificateLoader.LoadCertificate(answer.Certificate.Span);
        using X509Certificate2 whole = bare.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>Enrols as the contract says.</summary>
    /// <param name="before">What happens between the opening of the connection and the call.</param>
    public async Task<EnrollResponse> EnrollAsync(string id, byte[] secret, ECDsa key, Func<Task>? before = null)
    {
        GrpcChannel channel = Connect(null, out Func<X509Certificate2?> server);
        var pairing = new PairingService.PairingServiceClient(channel);
        // The first call opens the connection, whose server certificate the proof is about.
        await Assert.ThrowsAsync<Grpc.Core.RpcException>(async () => await new DeviceService.DeviceServiceClient(channel).ListDevicesAsync(new(), cancellationToken: Ct));
        byte[] said = [.. Encoding.ASCII.GetBytes("imei1-enroll"), .. SHA256.HashData(key.ExportSubjectPublicKeyInfo()),
            .. SHA256.HashData(server()!.PublicKey.ExportSubjectPublicKeyInfo())];
        await (before?.Invoke() ?? Task.CompletedTask);
        return await pairing.EnrollAsync(
            new EnrollRequest { Pairing = id, SigningRequest = SigningRequest(key), Proof = ByteString.CopyFrom(HMACSHA256.HashData(secret, said)) }, cancellationToken: Ct);
    }

    public static ByteString SigningRequest(ECDsa key) =>
        ByteString.CopyFrom(new CertificateRequest("CN=I am the owner", key, HashAlgorithmName.SHA256).CreateSigningRequest());

    /// <summary>Over TLS, with a certificate or without.</summary>
    public GrpcChannel Connect(X509Certificate2? certificate) => Connect(certificate, out _);

    public GrpcChannel Connect(X509Certificate2? certificate, out Func<X509Certificate2?> server, SslProtocols protocols = SslProtocols.Tls13)
    {
        X509Certificate2? seen = null;
        server = () => seen;
        var channel = GrpcChannel.ForAddress($"https://{Address}", new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler
            {
                SslOptions = new SslClientAuthenticationOptions
                {
                    EnabledSslProtocols = protocols,
                    ClientCertificates = certificate is null ? null : [certificate],
                    // The tests know whom they call: by the fingerprint that the agent itself tells.
                    RemoteCertificateValidationCallback = (_, presented, _, _) => (seen = X509CertificateLoader.LoadCertificate(presented!.GetRawCertData())) is not null,
                },
            },
            DisposeHttpClient = true,
        });
        _channels.Add(channel);
        return channel;
    }

    /// <summary>The reason a call was refused with; empty when it was not.</summary>
    public static async Task<string> ReasonAsync(Func<Task> call)
    {
        try
        {
            await call();
            return "";
        }
        catch (RpcException e)
        {
            return e.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason ?? e.Status.ToString();
        }
    }

    /// <summary>The authority with its key, from its files.</summary>
    public X509Certificate2 Authority() => X509Certificate2.CreateFromPemFile(Path.Combine(AccessFolder, "ca.pem"), Path.Combine(AccessFolder, "ca.key"));

    /// <summary>An authority that has the agent's name and none of its keys, with its own key.</summary>
    public static X509Certificate2 ForeignAuthority(X509Certificate2 ours)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(ours.SubjectName, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 whole = request.CreateSelfSigned(now.AddYears(-1), now.AddYears(1));
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>A certificate that is not as the agent makes them.</summary>
    /// <param name="issuer">Who signs it.</param>
    /// <param name="subject">Whose it says it is.</param>
    /// <param name="until">When it expires.</param>
    /// <param name="usage">Its extended key usage.</param>
    public static X509Certificate2 Forge(X509Certificate2 issuer, string subject, DateTimeOffset until, string usage)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], true));
        using X509Certificate2 bare = request.Create(issuer, until.AddDays(-90) > issuer.NotBefore ? until.AddDays(-90) : issuer.NotBefore, until, RandomNumberGenerator.GetBytes(16));
        using X509Certificate2 whole = bare.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (GrpcChannel channel in _channels)
            channel.Dispose();
        await _host.DisposeAsync();
        if (_ownsFolder)
            _folder.Dispose();
    }
}

/// <summary>What an invitation's line says.</summary>
internal sealed record Invited(string Id, byte[] Secret, JsonElement Line);
