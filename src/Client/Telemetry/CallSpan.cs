using System.Diagnostics;
using Google.Protobuf;
using Grpc.Core;
using ImeiAgent.Client.Contexts;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Telemetry;

/// <summary>
/// One call, from its start to its end: its span, if anybody listens, and its duration. The span is the current one only while the call is
/// being started, and is ended from wherever the last message is read: neither must change what is current there.
/// </summary>
internal sealed class CallSpan
{
    private const string Traceparent = "traceparent", Tracestate = "tracestate";

    // What W3C asks everybody to hand on at least (Trace Context, 3.3.1.5); agents leave out what is longer.
    private const int LongestState = 512;

    private readonly string _method;
    private readonly Activity? _span;
    private readonly TimeProvider _time;
    private readonly long _began;
    private int _ended;
    private bool _linked;

    private CallSpan(string method, Activity? span, TimeProvider time) => (_method, _span, _time, _began) = (method, span, time, time.GetTimestamp());

    /// <summary>Begins.</summary>
    /// <param name="fullName">As gRPC has it, with a slash in front.</param>
    /// <param name="endpoint">Where the call goes.</param>
    /// <param name="time">The clock of the duration.</param>
    public static CallSpan Begin(string fullName, AgentEndpoint endpoint, TimeProvider time)
    {
        string method = fullName.TrimStart('/');
        Activity? before = Activity.Current;
        Activity? span = ClientTelemetry.Source.StartActivity(method, ActivityKind.Client);
        Activity.Current = before;
        if (span is { IsAllDataRequested: true })
        {
            span.SetTag("rpc.system.name", "grpc").SetTag("rpc.method", method);
            TagWithPlace(span, endpoint);
        }
        return new CallSpan(method, span, time);
    }

    /// <summary>The call's options with the trace in them: the span's, or whatever is current when nobody listens.</summary>
    public CallOptions Carry(CallOptions options)
    {
        if ((_span ?? Activity.Current) is not { IdFormat: ActivityIdFormat.W3C, Id: { } id } trace)
            return options;
        Metadata headers = [];
        foreach (Metadata.Entry entry in options.Headers ?? [])
            if (entry.Key is not (Traceparent or Tracestate))
                headers.Add(entry);
        headers.Add(Traceparent, id);
        // It comes from a variable that anything may have set, and what is no text for a header would be the end of the call.
        if (trace.TraceStateString is { Length: > 0 and <= LongestState } state && !state.Any(c => c is < ' ' or > '~'))
            headers.Add(Tracestate, state);
        return options.WithHeaders(headers);
    }

    /// <summary>Starts what is started with the span as the current one.</summary>
    public T Start<T>(Func<T> start)
    {
        Activity? before = Activity.Current;
        Activity.Current = _span ?? before;
        try
        {
            return start();
        }
        finally
        {
            Activity.Current = before;
        }
    }

    /// <summary>Links the span, once, to the trace of the job that a message is about.</summary>
    public void LinkTo(IMessage? message)
    {
        string traceparent = message is null || _linked || _span is null ? "" : JobOf(message)?.Traceparent ?? "";
        if (traceparent.Length > 0)
            LinkTo(traceparent);
    }

    /// <summary>Links the span, once, to another trace.</summary>
    public void LinkTo(string traceparent)
    {
        if (_linked || _span is null || !ActivityContext.TryParse(traceparent, null, isRemote: true, out ActivityContext context))
            return;
        _linked = true;
        _span.AddLink(new ActivityLink(context));
    }

    /// <summary>The agent answered.</summary>
    public void Succeed() => End(StatusCode.OK, null);

    /// <summary>It did not, or refused.</summary>
    public void Fail(AgentException fault) => End(fault.StatusCode, fault.Reason);

    /// <summary>Whoever called wants no more of it, which is no failure.</summary>
    public void Abandon() => End(StatusCode.Cancelled, null);

    /// <summary>By the exception that the call's maker gets.</summary>
    public void Fail(Exception fault)
    {
        if (fault is AgentException known)
            Fail(known);
        else if (fault is OperationCanceledException)
            Abandon();
        else
            End(StatusCode.Unknown, fault.GetType().FullName);
    }

    /// <summary>The job that a message tells of.</summary>
    public static Job? JobOf(IMessage message) => message switch
    {
        StartDumpResponse started => started.Job,
        WatchJobResponse news => news.Job,
        GetJobResponse asked => asked.Job,
        WaitJobResponse waited => waited.Job,
        CancelJobResponse cancelled => cancelled.Job,
        _ => null,
    };

    private void End(StatusCode code, string? error)
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
            return;
        string status = Named(code);
        if (ClientTelemetry.Duration.Enabled)
            Measure(status, error);
        if (_span is null)
            return;
        _span.SetTag("rpc.response.status_code", status);
        if (error is not null)
            _span.SetTag("error.type", error).SetStatus(ActivityStatusCode.Error);
        Activity? here = Activity.Current;
        _span.Stop();
        Activity.Current = here;
    }

    private void Measure(string status, string? error)
    {
        TagList tags = new()
        {
            { "rpc.system.name", "grpc" }, { "rpc.method", _method }, { "rpc.response.status_code", status },
        };
        if (error is not null)
            tags.Add("error.type", error);
        Start(() =>
        {
            // Within the span, so that the measurement can name it as its example.
            ClientTelemetry.Duration.Record(_time.GetElapsedTime(_began).TotalSeconds, tags);
            return true;
        });
    }

    private static void TagWithPlace(Activity span, AgentEndpoint endpoint)
    {
        if (endpoint.Kind == EndpointKind.Tls)
        {
            span.SetTag("network.transport", "tcp");
            if (HostPort.TryParse(endpoint.Address, out HostPort place))
                span.SetTag("server.address", place.Host).SetTag("server.port", place.Port);
            return;
        }
        span.SetTag("network.transport", endpoint.Kind == EndpointKind.UnixSocket ? "unix" : "pipe").SetTag("server.address", endpoint.Address);
    }

    // The names of grpc/doc/statuscodes.md.
    private static string Named(StatusCode code) => code switch
    {
        StatusCode.OK => "OK",
        StatusCode.Cancelled => "CANCELLED",
        StatusCode.InvalidArgument => "INVALID_ARGUMENT",
        StatusCode.DeadlineExceeded => "DEADLINE_EXCEEDED",
        StatusCode.NotFound => "NOT_FOUND",
        StatusCode.AlreadyExists => "ALREADY_EXISTS",
        StatusCode.PermissionDenied => "PERMISSION_DENIED",
        StatusCode.ResourceExhausted => "RESOURCE_EXHAUSTED",
        StatusCode.FailedPrecondition => "FAILED_PRECONDITION",
        StatusCode.Aborted => "ABORTED",
        StatusCode.OutOfRange => "OUT_OF_RANGE",
        StatusCode.Unimplemented => "UNIMPLEMENTED",
        StatusCode.Internal => "INTERNAL",
        StatusCode.Unavailable => "UNAVAILABLE",
        StatusCode.DataLoss => "DATA_LOSS",
        StatusCode.Unauthenticated => "UNAUTHENTICATED",
        _ => "UNKNOWN",
    };
}
