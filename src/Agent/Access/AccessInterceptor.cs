using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;
using ImeiAgent.V1;

namespace ImeiAgent.Agent.Access;

/// <summary>The one door: finds out who calls, and lets in who may, by <see cref="Rights"/>. What is not known is refused.</summary>
internal sealed class AccessInterceptor : Interceptor
{
    private const string RevealField = "reveal_imei";

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        Admit(context, request as IMessage);
        return continuation(request, context);
    }

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Admit(context, null);
        return continuation(requestStream, context);
    }

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Admit(context, request as IMessage);
        return continuation(request, responseStream, context);
    }

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Admit(context, null);
        return continuation(requestStream, responseStream, context);
    }

    private static void Admit(ServerCallContext context, IMessage? request)
    {
        // Everybody who can open the socket or the pipe is the agent's own user, or root.
        var who = new SignedIn(LocalCaller.Of(context.GetHttpContext(), SignedIn.TraceOf(context)), Role.Owner, IsLocal: true);
        who.Remember(context);
        if (Rights.Of(context.Method) is not { } right)
            throw Refusals.Role(who.Role, Role.Unspecified);
        if (who.Role < right.Least)
            throw who.Role == Role.Unspecified ? Refusals.NoCertificate() : Refusals.Role(who.Role, right.Least);
        if (right.LocalOnly && !who.IsLocal)
            throw Refusals.LocalOnly();
        if (Reveals(request) && (right.Reveal == Role.Unspecified || who.Role < right.Reveal))
            throw Refusals.Role(who.Role, right.Reveal);
    }

    private static bool Reveals(IMessage? request) =>
        request?.Descriptor.FindFieldByName(RevealField) is { } field && (bool)field.Accessor.GetValue(request);
}
