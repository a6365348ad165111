using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;
using ImeiAgent.Agent.Telemetry;
using ImeiAgent.Operations;
using ImeiAgent.V1;

namespace ImeiAgent.Agent.Access;

/// <summary>
/// The one door: finds out who calls, and lets in who may, by <see cref="Rights"/>. What is not known is refused, and who asks to see numbers unmasked
/// is on record before they do.
/// </summary>
internal sealed class AccessInterceptor(Door door, RefusalLog refusals, AuditDesk audit) : Interceptor
{
    private const string RevealField = "reveal_imei";

    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        using IDisposable call = Admit(context, request as IMessage);
        try
        {
            return await continuation(request, context);
        }
        catch (OperationException e)
        {
            Note(context, e);
            throw;
        }
    }

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        using IDisposable call = Admit(context, null);
        try
        {
            return await continuation(EdgeChecks.Checked(requestStream), context);
        }
        catch (OperationException e)
        {
            Note(context, e);
            throw;
        }
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        using IDisposable call = Admit(context, request as IMessage);
        try
        {
            await continuation(request, responseStream, context);
        }
        catch (OperationException e)
        {
            Note(context, e);
            throw;
        }
    }

    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        using IDisposable call = Admit(context, null);
        await continuation(EdgeChecks.Checked(requestStream), responseStream, context);
    }

    private IDisposable Admit(ServerCallContext context, IMessage? request)
    {
        HttpContext http = context.GetHttpContext();
        var who = new SignedIn(new Caller("nobody", "", Door.AddressOf(http), SignedIn.TraceOf(context)), Role.Unspecified, IsLocal: false);
        IDisposable? call = null;
        try
        {
            (who, call) = door.Enter(http, who.Caller.TraceId);
            who.Remember(context);
            Judge(who, context.Method, request);
            if (request is not null)
                EdgeChecks.Check(request);
            if (Reveals(request))
                NoteReveal(who.Caller, context.Method, request!);
            return call;
        }
        catch (OperationException e)
        {
            call?.Dispose();
            if (e.Error != OperationError.ArgumentInvalid)
                refusals.AddCall(who.Caller, context.Method, e.Error);
            throw;
        }
        finally
        {
            CallTelemetry.Tell(context, who);
        }
    }

    // Approvals, exports and the like: who was refused by the operation itself is on record too. A restore and a lease write their own rows.
    private void Note(ServerCallContext context, OperationException e)
    {
        if (e.Error != OperationError.ArgumentInvalid && Rights.Of(context.Method) is { Audited: true })
            refusals.AddCall(context.Caller(), context.Method, e.Error);
    }

    private void NoteReveal(Caller by, string method, IMessage request)
    {
        if (Rights.Of(method) is not { Revealed: not Revealed.ByOperation and var how })
            return;
        string? device = Text("device");
        audit.NoteReveal(device is "" && how == Revealed.OfAll ? null : device, $"{method} {Text("name")}".TrimEnd(), by);

        string? Text(string field) => request.Descriptor.FindFieldByName(field)?.Accessor.GetValue(request) as string;
    }

    private static void Judge(SignedIn who, string method, IMessage? request)
    {
        if (Rights.Of(method) is not { } right)
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
