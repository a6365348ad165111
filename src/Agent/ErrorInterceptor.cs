using Grpc.Core;
using Grpc.Core.Interceptors;
using ImeiAgent.Operations;

namespace ImeiAgent.Agent;

/// <summary>The only catch that maps: every call ends well or with a status that carries an ErrorInfo.</summary>
internal sealed partial class ErrorInterceptor(IHostApplicationLifetime lifetime, ILogger<ErrorInterceptor> log) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context);
        }
        catch (Exception e)
        {
            throw Map(e, context);
        }
    }

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(requestStream, context);
        }
        catch (Exception e)
        {
            throw Map(e, context);
        }
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(request, responseStream, context);
        }
        catch (Exception e)
        {
            throw Map(e, context);
        }
    }

    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(requestStream, responseStream, context);
        }
        catch (Exception e)
        {
            throw Map(e, context);
        }
    }

    private RpcException Map(Exception e, ServerCallContext context)
    {
        switch (e)
        {
            case OperationException operation:
                return ErrorStatus.ToRpcException(operation);
            case RpcException rpc:
                return rpc;
            case not null when context.CancellationToken.IsCancellationRequested:
                return new RpcException(new Status(StatusCode.Cancelled, "The client ended the call."));
            case OperationCanceledException when lifetime.ApplicationStopping.IsCancellationRequested:
                return ErrorStatus.ToRpcException(new OperationException(OperationError.AgentStopping, "The agent is ending. Try again when it runs."));
            default:
                LogFault(log, context.Method, e!);
                return ErrorStatus.ToRpcException(new OperationException(OperationError.Internal, "A fault of the agent; its log has more."));
        }
    }

    // 1001 was the refused call; it is 1003 of CallTelemetry now.
    [LoggerMessage(1002, LogLevel.Error, "{Method} failed by a fault of the agent")]
    private static partial void LogFault(ILogger log, string method, Exception exception);
}
