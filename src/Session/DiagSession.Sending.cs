using System.Diagnostics;
using ImeiAgent.Diag.Messages;

namespace ImeiAgent.Session;

/// <content>The two ways to ask: one request with a span of its own, or one of thousands with its time.</content>
public sealed partial class DiagSession
{
    /// <summary>
    /// Sends a request and gives the phone's reply: an answer or a refusal. Requests are sent in the order of calls, at most
    /// <see cref="Window"/> at once; one that is not idempotent goes alone and is never sent twice. Await the result once.
    /// </summary>
    /// <exception cref="NoReplyException">No attempt was answered in time.</exception>
    /// <exception cref="SessionBrokenException">The session broke before the reply came, or earlier.</exception>
    /// <exception cref="RequestCanceledException"><paramref name="ct"/> was cancelled first; a request already sent stays in line as a tombstone.</exception>
    /// <exception cref="MalformedReplyException">The reply does not have its layout.</exception>
    public ValueTask<DiagReply<T>> SendAsync<T>(IDiagRequest<T> request, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(request);
        // What is asked on nobody's behalf, as of a port to which a phone came, is no trace: it would be one for each request, for ever.
        if (SessionTelemetry.Source.HasListeners() && Activity.Current is not null)
            return SendTracedAsync(request, ct);
        var exchange = Exchange<IDiagRequest<T>, T>.For(in request, ct);
        ValueTask<DiagReply<T>> reply = exchange.Reply;
        Send(exchange, ct);
        return reply;
    }

    /// <summary>
    /// As <see cref="SendAsync{T}"/>, says how long the reply took, and allocates nothing once a few requests were made: for thousands of
    /// them. It is not traced; whoever asks for thousands says in a trace what became of them together.
    /// </summary>
    /// <inheritdoc cref="SendAsync{T}" path="/exception"/>
    public ValueTask<TimedReply<T>> SendAsync<TRequest, T>(in TRequest request, CancellationToken ct)
        where TRequest : struct, IDiagRequest<T>
    {
        var exchange = Exchange<TRequest, T>.For(in request, ct);
        ValueTask<TimedReply<T>> reply = exchange.Timed;
        Send(exchange, ct);
        return reply;
    }

    private async ValueTask<DiagReply<T>> SendTracedAsync<T>(IDiagRequest<T> request, CancellationToken ct)
    {
        using ExchangeSpan span = ExchangeSpan.Begin(request, _recorder?.Port ?? "");
        var sends = new SendCount();
        long bad = Counters.BadFrames;
        try
        {
            var exchange = Exchange<IDiagRequest<T>, T>.For(in request, ct);
            exchange.SendCount = sends;
            ValueTask<DiagReply<T>> replying = exchange.Reply;
            Send(exchange, ct);
            DiagReply<T> reply = await replying.ConfigureAwait(false);
            span.Answered(in reply, sends);
            span.Met(Counters.BadFrames - bad);
            return reply;
        }
        catch (Exception exception)
        {
            span.Failed(exception, sends);
            span.Met(Counters.BadFrames - bad);
            throw;
        }
    }

    /// <summary>Puts the exchange in line; it may be answered before this returns.</summary>
    private void Send<TRequest, T>(Exchange<TRequest, T> exchange, CancellationToken ct)
        where TRequest : IDiagRequest<T>
    {
        if (ct.IsCancellationRequested)
        {
            exchange.Fail(new RequestCanceledException(Transmission.No, ct));
            return;
        }
        Pump(exchange);
        exchange.CancelWith(_cancel);
    }
}
