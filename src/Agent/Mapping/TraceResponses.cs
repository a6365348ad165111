using Google.Protobuf.WellKnownTypes;
using ImeiAgent.Operations;
using ImeiAgent.V1;

namespace ImeiAgent.Agent.Mapping;

/// <summary>Traces in the words of the contract.</summary>
internal static class TraceResponses
{
    public static TraceSummary ToProto(this Vault.TraceRow trace) => new()
    {
        TraceId = trace.TraceId,
        Name = trace.Name,
        StartTime = trace.Start.ToTimestamp(),
        Duration = trace.Duration.ToDuration(),
        Failed = trace.Failed,
        Error = trace.Error,
        Device = trace.Device,
        Operator = trace.Operator.Length > 0 ? trace.Operator : Caller.Agent.Name,
        SpanCount = (uint)trace.Spans,
        RecordingCount = (uint)trace.Recordings,
    };

    public static GetTraceResponse ToProto(this TraceView view) => new()
    {
        Trace = view.Trace.ToProto(),
        Spans = { view.Spans.Select(ToProto) },
        Recordings = { view.Recordings.Select(ToProto) },
    };

    private static TraceSpan ToProto(Vault.SpanRow span) => new()
    {
        SpanId = span.SpanId,
        ParentSpanId = span.ParentId,
        Name = span.Name,
        Kind = (SpanKind)span.Kind,
        StartTime = span.Start.ToTimestamp(),
        Duration = span.Duration.ToDuration(),
        Failed = span.Failed,
        StatusMessage = span.StatusMessage,
        Attributes = { span.Attributes.ToDictionary() },
        Links = { span.Links.Select(link => new TraceLink { TraceId = link.TraceId, SpanId = link.SpanId }) },
    };

    private static PortRecording ToProto(Vault.RecordingRow row) => new()
    {
        Number = (ulong)row.Number,
        Time = row.KeptAt.ToTimestamp(),
        Device = row.Device,
        Port = row.Port,
        Error = row.Error,
        RecordCount = (uint)row.Records,
    };
}
