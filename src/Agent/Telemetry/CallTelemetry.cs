using System.Diagnostics;
using System.Diagnostics.Metrics;
using Grpc.Core;
using Grpc.Core.Interceptors;
using ImeiAgent.Agent.Access;
using ImeiAgent.Operations;

namespace ImeiAgent.Agent.Telemetry;

/// <summary>
/// Around everything else of a call: its span, its duration and its line in the log. The span's parent is the caller's span, and every refusal
/// makes it a failed one, so that it can be found; a client that leaves does not. In another's trace nobody can put it: there it has a trace of its
/// own, which links to the one that was named.
/// </summary>
internal sealed partial class CallTelemetry(TraceOwners owners, TimeProvider time, ILogger<CallTelemetry> log) : Interceptor
{
    private const string SpanKey = "imeiagent.span";
    private const string ToldKey = "imeiagent.told";
    private const string FaultName = "INTERNAL";
    private const string LimitName = "LIMIT_EXCEEDED";
    private const string EndingName = "AGENT_STOPPING";

    // What W3C asks everybody to hand on at least (Trace Context, 3.3.1.5): a longer one would go out with each span of the call.
    private const int LongestState = 512;

    private static readonly Histogram<double> s_duration = AgentTelemetry.Meter.CreateHistogram(
        RpcConventions.ServerDuration, "s", "How long calls took.", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = RpcConventions.Buckets });

    /// <summary>The span of a call; null when nobody listens.</summary>
    public static Activity? SpanOf(ServerCallContext context) => context.UserState.TryGetValue(SpanKey, out object? span) ? (Activity)span : null;

    /// <summary>Whether a span is of a call that was refused since there were too many. It is not kept: a flood of them would push out all others.</summary>
    public static bool IsBeyondLimit(Activity span) => span.Kind == ActivityKind.Server && span.GetTagItem(RpcConventions.Error) is LimitName;

    /// <summary>Puts on the span who calls.</summary>
    public static void Tell(ServerCallContext context, SignedIn who)
    {
        if (SpanOf(context) is not { IsAllDataRequested: true } span)
            return;
        span.SetTag(CallAttributes.Operator, FreeText.Masked(who.Caller.Name));
        if (who.Caller.Id.Length > 0)
            span.SetTag(CallAttributes.Client, who.Caller.Id);
        span.SetTag(CallAttributes.Station, who.Caller.Station);
        span.SetTag(CallAttributes.Role, Refusals.Name(who.Role));
    }

    /// <summary>From here on the operation itself logs how it ends, also when it fails: the call says nothing more.</summary>
    public static void LeaveToOperation(ServerCallContext context) => context.UserState[ToldKey] = true;

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
        RunAsync(context, () => continuation(request, context));

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
        RunAsync(context, () => continuation(requestStream, context));

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        RunAsync(context, () => Nothing(continuation(request, responseStream, context)));

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        RunAsync(context, () => Nothing(continuation(requestStream, responseStream, context)));

    private static async Task<bool> Nothing(Task call)
    {
        await call;
        return true;
    }

    private async Task<T> RunAsync<T>(ServerCallContext context, Func<Task<T>> call)
    {
        string method = context.Method[1..];
        long began = time.GetTimestamp();
        using Activity? span = Begin(method, context);
        try
        {
            T answer = await call();
            Finish(context, method, CallEnd.Of(context), span, time.GetElapsedTime(began));
            return answer;
        }
        catch (Exception e)
        {
            Finish(context, method, CallEnd.Of(e, context, time.GetUtcNow()), span, time.GetElapsedTime(began));
            throw;
        }
    }

    // Its parent is given by the caller alone: ASP.NET's own activity, which is current here and goes nowhere, must not come between.
    private Activity? Begin(string method, ServerCallContext context)
    {
        if (!AgentTelemetry.Source.HasListeners())
            return null;
        Activity? outer = Activity.Current;
        ActivityContext.TryParse(context.RequestHeaders.GetValue("traceparent"), StateOf(context), isRemote: true, out ActivityContext caller);
        bool isForeign = caller != default && !owners.Admits(caller.TraceId, Door.IdOf(context.GetHttpContext()));
        // Without this a span with no parent would take the current one for it.
        Activity.Current = null;
        Activity? span = AgentTelemetry.Source.StartActivity(
            method, ActivityKind.Server, isForeign ? default : caller, [new(RpcConventions.System, RpcConventions.Grpc), new(RpcConventions.Method, method)],
            isForeign ? [new ActivityLink(caller)] : null);
        if (span is null)
            Activity.Current = outer;
        else
            context.UserState[SpanKey] = span;
        return span;
    }

    private static string? StateOf(ServerCallContext context) =>
        context.RequestHeaders.GetValue("tracestate") is { Length: <= LongestState } state && !state.Any(c => c is < ' ' or > '~') ? state : null;

    private void Finish(ServerCallContext context, string method, CallEnd end, Activity? span, TimeSpan took)
    {
        var tags = new TagList { { RpcConventions.System, RpcConventions.Grpc }, { RpcConventions.Method, method }, { RpcConventions.Status, end.Status } };
        span?.SetTag(RpcConventions.Status, end.Status);
        if (end.Error is { } error)
        {
            tags.Add(RpcConventions.Error, error);
            span?.SetTag(RpcConventions.Error, error);
            span?.SetStatus(ActivityStatusCode.Error, end.Sentence.Length > 0 ? FreeText.Masked(end.Sentence) : null);
        }
        s_duration.Record(took.TotalSeconds, tags);
        LogLevel level = LevelOf(context, end);
        if (log.IsEnabled(level))
            LogEnd(log, level, method, SignedIn.Find(context)?.Caller.Name ?? "nobody", end.Error ?? end.Status, (long)took.TotalMilliseconds);
    }

    // One line at Information for what asked a phone, changed something or was refused. Faults have a line of their own, with the exception;
    // refusals beyond a limit, and of all the watchers when the agent ends, would be floods.
    private static LogLevel LevelOf(ServerCallContext context, CallEnd end)
    {
        Told told = Rights.Of(context.Method)?.Told ?? Told.Quietly;
        bool isLeft = context.UserState.ContainsKey(ToldKey);
        bool isTold = end.Error is null
            ? told == Told.ByCall || (told == Told.ByOperation && end.IsCancelled && !isLeft)
            : !isLeft && end.Error is not (FaultName or LimitName) && (told != Told.Quietly || end.Error != EndingName);
        return isTold ? LogLevel.Information : LogLevel.Debug;
    }

    [LoggerMessage(EventId = 1003, Message = "{Method} by {Operator}: {Outcome} after {Milliseconds} ms")]
    private static partial void LogEnd(ILogger log, LogLevel level, string method, string @operator, string outcome, long milliseconds);
}
