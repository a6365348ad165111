using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Grpc.Core;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Contexts;

/// <summary>
/// Gets a new certificate over the old one while that is good, beside the calls of a client: nothing that a person asked for waits for it or
/// fails with it. The old key stays until the new one and its certificate are on the disk.
/// </summary>
internal sealed class CertificateRenewal(ContextIdentity identity, ContextStore store, PairingService.PairingServiceClient pairing, TimeProvider time)
{
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private Task _running = Task.CompletedTask;
    private DateTimeOffset _notBefore = DateTimeOffset.MinValue;

    /// <summary>The renewal that is under way, or one that has ended; never fails.</summary>
    public Task Running
    {
        get
        {
            lock (_gate)
                return _running;
        }
    }

    /// <summary>Begins a renewal if less than a third of the certificate's life is left; returns at once.</summary>
    public void BeginIfDue()
    {
        DateTimeOffset now = time.GetUtcNow();
        if (!identity.Context.IsDue(now))
            return;
        lock (_gate)
        {
            if (now < _notBefore || !_running.IsCompleted)
                return;
            _notBefore = now + PauseAfterFailure; // Whatever comes of it: no second try with each call.
            _running = Task.Run(RunAsync);
        }
    }

    private async Task RunAsync()
    {
        try
        {
            // One program at a time: of two renewals at once the agent would keep the later certificate, and the disk perhaps the other.
            using IDisposable? held = store.TryLockRenewal(identity.Context);
            if (held is null)
                return;
            (AgentContext old, _) = store.Open(identity.Context);
            if (old.IsDue(time.GetUtcNow()))
                await RenewAsync(old).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is RpcException or ContextException or IOException or UnauthorizedAccessException or CryptographicException or ObjectDisposedException)
        {
            // The certificate is good for weeks yet; the next command tries again.
        }
    }

    private async Task RenewAsync(AgentContext old)
    {
        using ClientKey key = new();
        store.WriteKey(key.Id, key.Pem()); // Before it is asked for: a disk that is full must not cost the certificate.
        bool isKept = false;
        try
        {
            RenewCertificateRequest request = new() { SigningRequest = ByteString.CopyFrom(key.SigningRequest()) };
            CallOptions options = new(deadline: time.GetUtcNow().UtcDateTime + CallLimit);
            RenewCertificateResponse answer = await pairing.RenewCertificateAsync(request, options).ConfigureAwait(false);
            using X509Certificate2 ca = X509CertificateLoader.LoadCertificate(old.CaCertificate.Span);
            using X509Certificate2 certificate = IssuedCertificate.Check(answer.Certificate.Memory, ca, key, identity.Pin);
            AgentContext renewed = old with
            {
                Certificate = answer.Certificate.ToByteArray(),
                NotBefore = certificate.NotBefore,
                NotAfter = certificate.NotAfter,
                KeyId = key.Id,
            };
            await store.ReplaceAsync(old, renewed, CancellationToken.None).ConfigureAwait(false);
            isKept = true;
        }
        finally
        {
            if (!isKept)
                store.DeleteKey(key.Id);
        }
    }
}
