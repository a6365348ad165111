using Grpc.Core;

namespace ImeiAgent.Agent;

/// <summary>
/// The tokens of a call that streams: one that ends the work when the client leaves or the agent ends, and one for the writes. A write
/// that is cut off ends the call without its reason, so the agent's end cuts only those that a client does not take in time.
/// </summary>
internal sealed class StreamLife : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    private readonly CancellationTokenSource _work;
    private readonly CancellationTokenSource _writes;
    private readonly CancellationTokenRegistration _stopping;

    public StreamLife(ServerCallContext context, IHostApplicationLifetime lifetime)
    {
        _work = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        _writes = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        _stopping = lifetime.ApplicationStopping.Register(() => _writes.CancelAfter(s_patience));
    }

    /// <summary>Cancelled when the client leaves or the agent ends.</summary>
    public CancellationToken Work => _work.Token;

    /// <summary>Cancelled when the client leaves, and a while after the agent began to end.</summary>
    public CancellationToken Writes => _writes.Token;

    public void Dispose()
    {
        _stopping.Dispose();
        _work.Dispose();
        _writes.Dispose();
    }
}
