using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <summary>A trace with all that is kept of it.</summary>
/// <param name="Trace">In a line.</param>
/// <param name="Spans">By their beginning.</param>
/// <param name="Recordings">Oldest first.</param>
public sealed record TraceView(TraceRow Trace, IReadOnlyList<SpanRow> Spans, IReadOnlyList<RecordingRow> Recordings);

/// <summary>A page of traces, newest first.</summary>
/// <param name="Traces">The traces.</param>
/// <param name="NextPage">Token of the next page; empty at the end.</param>
public sealed record TracePage(IReadOnlyList<TraceRow> Traces, string NextPage);
