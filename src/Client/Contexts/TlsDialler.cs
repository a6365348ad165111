using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace ImeiAgent.Client.Contexts;

/// <summary>A connection to the agent that was pinned.</summary>
internal sealed record TlsConnection(SslStream Stream, HostPort Address);

/// <summary>
/// Opens TLS 1.3 to an agent that may be reached at several addresses. They are tried in turn; one that does not answer holds the next one
/// up for a moment only, and whoever answers first as the pinned agent is it. No byte of a call is sent before that is certain; the
/// certificate, which is no secret, may be shown before, since some systems' TLS ends its handshake first and asks then.
/// </summary>
internal sealed class TlsDialler(IReadOnlyList<HostPort> addresses, PinnedCa pin, SslStreamCertificateContext? certificate)
{
    private static readonly TimeSpan HeadStart = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <exception cref="DialException">The agent is at none of the addresses.</exception>
    public async Task<TlsConnection> DialAsync(CancellationToken cancellation)
    {
        using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        List<Task<TlsConnection>> tries = [];
        List<DialException> faults = [];
        int next = 0;
        try
        {
            while (true)
            {
                if (next < addresses.Count)
                    tries.Add(OpenAsync(addresses[next++], enough.Token));
                if (tries.Count == 0)
                    throw Sum(faults);
                Task pause = Task.Delay(next < addresses.Count ? HeadStart : Timeout.InfiniteTimeSpan, enough.Token);
                Task first = await Task.WhenAny([.. tries, pause]).ConfigureAwait(false);
                cancellation.ThrowIfCancellationRequested();
                if (first == pause)
                    continue;
                Task<TlsConnection> ended = (Task<TlsConnection>)first;
                tries.Remove(ended);
                try
                {
                    return await ended.ConfigureAwait(false);
                }
                catch (DialException fault)
                {
                    faults.Add(fault);
                }
            }
        }
        finally
        {
            await enough.CancelAsync().ConfigureAwait(false);
            foreach (Task<TlsConnection> late in tries)
                _ = CloseAsync(late);
        }
    }

    private async Task<TlsConnection> OpenAsync(HostPort address, CancellationToken cancellation)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        string? fault = null;
        SslStream? stream = null;
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address.Host, address.Port, limit.Token).ConfigureAwait(false);
            stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
            await stream.AuthenticateAsClientAsync(Options(address, why => fault = why), limit.Token).ConfigureAwait(false);
            return new TlsConnection(stream, address);
        }
        catch (Exception exception)
        {
            if (stream is not null)
                await stream.DisposeAsync().ConfigureAwait(false);
            socket.Dispose();
            throw exception switch
            {
                OperationCanceledException when cancellation.IsCancellationRequested => exception,
                _ when fault is not null => new DialException(AgentException.AgentNotTrusted, $"{address}: {fault}", exception),
                AuthenticationException => new DialException(AgentException.AgentNotTrusted, $"{address}: no agreement on TLS 1.3", exception),
                OperationCanceledException => new DialException($"{address}: no answer in {Limit.TotalSeconds:0} s", exception),
                SocketException or IOException => new DialException($"{address}: {exception.Message}", exception),
                _ => exception,
            };
        }
    }

    private SslClientAuthenticationOptions Options(HostPort address, Action<string> refuse) => new()
    {
        TargetHost = address.Host,
        EnabledSslProtocols = SslProtocols.Tls13,
        ApplicationProtocols = [SslApplicationProtocol.Http2],
        ClientCertificateContext = certificate,
        // A stranger's certificate must not send this machine anywhere for more of them.
        CertificateChainPolicy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true },
        AllowTlsResume = false, // Each connection shows its certificates, and is checked.
        RemoteCertificateValidationCallback = (_, shown, chain, _) =>
        {
            // What the system thinks of it does not count, nor the host name: it knows nothing of the pin.
            string? fault = shown is X509Certificate2 leaf ? pin.FaultOf(leaf, chain?.ChainPolicy.ExtraStore ?? []) : "it showed no certificate";
            if (fault is not null)
                refuse(fault);
            return fault is null;
        },
    };

    private static DialException Sum(List<DialException> faults)
    {
        // An impostor at one address is told before a dead one, and asked first what to do about.
        DialException worst = faults.FirstOrDefault(fault => fault.Reason == AgentException.AgentNotTrusted) ?? faults[0];
        return new DialException(worst.Reason, string.Join("; ", faults.Select(fault => fault.Message)), worst);
    }

    private static async Task CloseAsync(Task<TlsConnection> late)
    {
        try
        {
            await (await late.ConfigureAwait(false)).Stream.DisposeAsync().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Nobody waits for it any more.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}
