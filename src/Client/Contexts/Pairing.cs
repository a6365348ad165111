using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using ImeiAgent.Client.Telemetry;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Contexts;

/// <summary>Exchanges a pairing line for a certificate, once, and keeps it as a context.</summary>
public static class Pairing
{
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Pairs this user with the agent of <paramref name="line"/>. The agent's certificate authority is checked against the line before
    /// anything is sent, and the secret itself is never sent.
    /// </summary>
    /// <exception cref="ContextException">The name or the line cannot be used, or the agent's answer cannot.</exception>
    /// <exception cref="AgentException">No agent, another agent, or it refused.</exception>
    /// <exception cref="IOException">The context cannot be kept.</exception>
    public static async Task<AgentContext> PairAsync(
        ContextStore store, string name, PairingLine line, TimeProvider time, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(line);
        ArgumentNullException.ThrowIfNull(time);
        store.Check(name);
        line.ThrowIfExpired(time.GetUtcNow());

        using ClientKey key = new();
        store.WriteKey(key.Id, key.Pem()); // First: what cannot be kept must not use up the invitation.
        bool isKept = false;
        try
        {
            AgentContext context = await EnrollAsync(name, line, key, time, cancellation).ConfigureAwait(false);
            // From here the agent knows this client: a Ctrl-C would throw the certificate away.
            await store.AddAsync(context, CancellationToken.None).ConfigureAwait(false);
            isKept = true;
            return context;
        }
        finally
        {
            if (!isKept)
                store.DeleteKey(key.Id);
        }
    }

    private static async Task<AgentContext> EnrollAsync(string name, PairingLine line, ClientKey key, TimeProvider time, CancellationToken cancellation)
    {
        PinnedCa pin = new(line.CaFingerprint, time);
        AgentEndpoint endpoint = AgentEndpoint.ForDisplay(line.Addresses[0].ToString());
        TlsConnection connection = await DialAsync(line, pin, endpoint, cancellation).ConfigureAwait(false);
        await using (connection.Stream.ConfigureAwait(false))
        {
            using X509Certificate2 server = X509CertificateLoader.LoadCertificate(connection.Stream.RemoteCertificate!.GetRawCertData());
            EnrollRequest request = new()
            {
                Pairing = line.Id,
                SigningRequest = ByteString.CopyFrom(key.SigningRequest()),
                Proof = ByteString.CopyFrom(Proof(line.Secret, key.SubjectPublicKeyInfo(), server)),
            };
            EnrollResponse answer = await CallAsync(connection.Stream, request, endpoint, time, cancellation).ConfigureAwait(false);
            using X509Certificate2 ca = IssuedCertificate.Load(answer.CaCertificate.Memory);
            using X509Certificate2 certificate = IssuedCertificate.Check(answer.Certificate.Memory, ca, key, pin);
            string answered = connection.Address.ToString();
            return new AgentContext
            {
                Name = name,
                Id = ClientKey.NewId(),
                Addresses = [answered, .. line.Addresses.Select(address => address.ToString()).Where(address => address != answered).Distinct()],
                CaFingerprint = line.CaFingerprint,
                CaCertificate = answer.CaCertificate.ToByteArray(),
                Certificate = answer.Certificate.ToByteArray(),
                NotBefore = certificate.NotBefore,
                NotAfter = certificate.NotAfter,
                KeyId = key.Id,
                Client = answer.Name,
                Role = answer.Role,
            };
        }
    }

    // "imei1-enroll", then the hash of the client's key, then that of the server's: whoever stands between the two has another server key.
    private static byte[] Proof(byte[] secret, byte[] clientKey, X509Certificate2 server) =>
        HMACSHA256.HashData(secret, (byte[])[.. "imei1-enroll"u8, .. SHA256.HashData(clientKey), .. PinnedCa.HashOf(server)]);

    private static async Task<TlsConnection> DialAsync(PairingLine line, PinnedCa pin, AgentEndpoint endpoint, CancellationToken cancellation)
    {
        try
        {
            return await new TlsDialler(line.Addresses, pin, null).DialAsync(cancellation).ConfigureAwait(false);
        }
        catch (DialException fault)
        {
            throw StatusDecoder.Unreachable(endpoint, fault, fault);
        }
    }

    // On the connection that was checked, and on no other: the proof is bound to its server.
    private static async Task<EnrollResponse> CallAsync(
        Stream connection, EnrollRequest request, AgentEndpoint endpoint, TimeProvider time, CancellationToken cancellation)
    {
        Stream? unused = connection;
        using GrpcChannel channel = GrpcChannel.ForAddress(Dialler.AddressOf(endpoint), new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler
            {
                UseProxy = false,
                ActivityHeadersPropagator = null, // As in Dialler.
                ConnectCallback = (_, _) => Interlocked.Exchange(ref unused, null) is { } once
                    ? ValueTask.FromResult(once)
                    : throw new IOException("The connection that was checked is gone."),
            },
            DisposeHttpClient = true,
        });
        try
        {
            CallOptions options = new(deadline: time.GetUtcNow().UtcDateTime + CallLimit, cancellationToken: cancellation);
            CallInvoker calls = channel.Intercept(new CallSpans(endpoint, time));
            using AsyncUnaryCall<EnrollResponse> call = new PairingService.PairingServiceClient(calls).EnrollAsync(request, options);
            return await call.ResponseAsync.ConfigureAwait(false);
        }
        catch (RpcException fault)
        {
            throw StatusDecoder.Decode(fault, endpoint, cancellation);
        }
    }
}
