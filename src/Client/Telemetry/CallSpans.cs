using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Telemetry;

/// <summary>Gives each call its span and sends the trace with it: one header, whatever listens in this process.</summary>
internal sealed class CallSpans(AgentEndpoint endpoint, TimeProvider time) : Interceptor
{
    // A watch begins behind a call that told the job's trace: it is linked although its own messages may tell no job.
    private Job? _lastJob;

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        CallSpan span = CallSpan.Begin(context.Method.FullName, endpoint, time);
        AsyncUnaryCall<TResponse> call = span.Start(() => continuation(request, With(context, span)));
        return new AsyncUnaryCall<TResponse>(
            AnswerAsync(call.ResponseAsync, span, context.Options.CancellationToken), call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers,
            () => End(call, span));
    }

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context, AsyncClientStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        CallSpan span = CallSpan.Begin(context.Method.FullName, endpoint, time);
        AsyncClientStreamingCall<TRequest, TResponse> call = span.Start(() => continuation(With(context, span)));
        return new AsyncClientStreamingCall<TRequest, TResponse>(
            call.RequestStream, AnswerAsync(call.ResponseAsync, span, context.Options.CancellationToken), call.ResponseHeadersAsync, call.GetStatus,
            call.GetTrailers, () => End(call, span));
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncServerStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        CallSpan span = CallSpan.Begin(context.Method.FullName, endpoint, time);
        if (request is WatchJobRequest { Name.Length: > 0 } watch && _lastJob is { } job && job.Name == watch.Name)
            span.LinkTo(job.Traceparent);
        AsyncServerStreamingCall<TResponse> call = span.Start(() => continuation(request, With(context, span)));
        return new AsyncServerStreamingCall<TResponse>(
            new SpannedStream<TResponse>(call.ResponseStream, span), call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers, () => End(call, span));
    }

    private static ClientInterceptorContext<TRequest, TResponse> With<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context, CallSpan span)
        where TRequest : class where TResponse : class =>
        new(context.Method, context.Host, span.Carry(context.Options));

    private async Task<TResponse> AnswerAsync<TResponse>(Task<TResponse> answer, CallSpan span, CancellationToken cancellation)
    {
        try
        {
            TResponse message = await answer.ConfigureAwait(false);
            span.LinkTo(message as IMessage);
            if (message is IMessage told && CallSpan.JobOf(told) is { Traceparent.Length: > 0 } job)
                _lastJob = job;
            span.Succeed();
            return message;
        }
        catch (RpcException fault)
        {
            span.Fail(StatusDecoder.Decode(fault, endpoint, cancellation));
            throw;
        }
    }

    private static void End(IDisposable call, CallSpan span)
    {
        call.Dispose();
        span.Abandon(); // Unless it has ended.
    }
}

/// <summary>A stream of answers that knows its span. Whoever reads says what it failed of, since only the reader knows why it was cut.</summary>
internal sealed class SpannedStream<T>(IAsyncStreamReader<T> inner, CallSpan span) : IAsyncStreamReader<T>
{
    public CallSpan Span => span;

    public T Current => inner.Current;

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (!await inner.MoveNext(cancellationToken).ConfigureAwait(false))
        {
            span.Succeed();
            return false;
        }
        span.LinkTo(inner.Current as IMessage);
        return true;
    }
}
