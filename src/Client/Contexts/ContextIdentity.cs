using System.Net.Security;

namespace ImeiAgent.Client.Contexts;

/// <summary>Who this user is at the agent of one context: dials as that, with the newest certificate there is.</summary>
internal sealed class ContextIdentity
{
    // To note which address answered must not hold a call up.
    private static readonly TimeSpan NotingLimit = TimeSpan.FromMilliseconds(200);

    private readonly Lock _gate = new();
    private readonly ContextStore _store;
    private readonly TimeProvider _time;
    private AgentContext _context;
    private SslStreamCertificateContext? _certificate;

    public ContextIdentity(AgentContext context, ContextStore store, TimeProvider time)
    {
        (_context, _store, _time) = (context, store, time);
        Pin = new PinnedCa(context.CaFingerprint, time);
    }

    /// <summary>The context as this process last read it.</summary>
    public AgentContext Context
    {
        get
        {
            lock (_gate)
                return _context;
        }
    }

    public PinnedCa Pin { get; }

    /// <summary>Opens a connection.</summary>
    /// <exception cref="DialException">No agent, another agent, or the certificate cannot be used.</exception>
    public async Task<Stream> DialAsync(CancellationToken cancellation)
    {
        (AgentContext now, SslStreamCertificateContext certificate) = Load();
        TlsDialler dialler = new([.. now.Addresses.Select(Parse)], Pin, certificate);
        TlsConnection connection = await dialler.DialAsync(cancellation).ConfigureAwait(false);
        if (connection.Address.ToString() is var answered && answered != now.Addresses[0])
            await NoteAsync(answered).ConfigureAwait(false);
        return connection.Stream;
    }

    // Another program may have renewed the certificate, and then the one in memory ends within the hour: the file is read at each connection.
    private (AgentContext Context, SslStreamCertificateContext Certificate) Load()
    {
        lock (_gate)
        {
            try
            {
                (AgentContext now, string key) = _store.Open(_context);
                if (_certificate is null || now.KeyId != _context.KeyId)
                    _certificate = SslStreamCertificateContext.Create(ClientKey.Load(now, key), null, offline: true);
                _context = now;
            }
            catch (ContextException fault)
            {
                throw new DialException(fault.Reason, fault.Message, fault);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                throw new DialException(ContextException.Damaged, $"The key of context \"{_context.Name}\" cannot be read: {fault.Message}", fault);
            }
            return _time.GetUtcNow() < _context.NotAfter ? (_context, _certificate) : throw Expired(_context);
        }
    }

    private async Task NoteAsync(string address)
    {
        try
        {
            using CancellationTokenSource limit = new(NotingLimit);
            await _store.RememberAsync(Context.Id, address, limit.Token).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ContextException or OperationCanceledException)
        {
            // It is found again the next time, a moment later.
        }
    }

    private static HostPort Parse(string text) => HostPort.TryParse(text, out HostPort address) ? address : throw new FormatException(text);

    private static DialException Expired(AgentContext context) =>
        new(AgentException.CertificateExpired,
            $"This machine's certificate for context \"{context.Name}\" expired on {context.NotAfter:yyyy-MM-dd}. Pair again: imei context remove {context.Name}, "
            + $"then imei context add {context.Name} - with a new line from the agent's owner (imei-agent pair).",
            null);
}
