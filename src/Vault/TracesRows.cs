namespace ImeiAgent.Vault;

/// <summary>What a span is to the others (OpenTelemetry trace API, SpanKind).</summary>
public enum SpanKind
{
    /// <summary>Something inside the agent.</summary>
    Internal = 1,
    /// <summary>The agent answers a call.</summary>
    Server = 2,
    /// <summary>The agent asks a phone.</summary>
    Client = 3,
}

/// <summary>Another span, mostly of another trace.</summary>
/// <param name="TraceId">32 hex digits.</param>
/// <param name="SpanId">16 hex digits.</param>
public readonly record struct SpanLink(string TraceId, string SpanId);

/// <summary>A span that has ended. Numbers come masked by the caller; SPC, passwords and item data never come.</summary>
/// <param name="TraceId">W3C trace id, 32 lower-case hex digits.</param>
/// <param name="SpanId">16 lower-case hex digits.</param>
/// <param name="ParentId">The span it is a part of; empty for none.</param>
/// <param name="Source">Who made it, as in "ImeiAgent.Operations".</param>
/// <param name="Name">As in "restore.read_back".</param>
/// <param name="Kind">What it is to the others.</param>
/// <param name="Start">When it began, to 100 ns.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="Failed">Whether it failed.</param>
/// <param name="StatusMessage">Why, for a person.</param>
/// <param name="ErrorType">As in "NO_REPLY"; empty for none.</param>
/// <param name="Attributes">What is known of it.</param>
/// <param name="Links">Other spans it has to do with.</param>
public sealed record SpanRow(
    string TraceId, string SpanId, string ParentId, string Source, string Name, SpanKind Kind, DateTimeOffset Start, TimeSpan Duration,
    bool Failed, string StatusMessage, string ErrorType, IReadOnlyDictionary<string, string> Attributes, IReadOnlyList<SpanLink> Links);

/// <summary>A trace in a line.</summary>
/// <param name="Number">Counted in the order in which traces were first seen; never given twice.</param>
/// <param name="TraceId">32 hex digits.</param>
/// <param name="Name">What it was for: "restore", "recovery", "dump" or "identify", else its longest call; empty while only a recording is kept of it.</param>
/// <param name="Start">When it began.</param>
/// <param name="Duration">To the end of its last span so far.</param>
/// <param name="Failed">Whether a span of it failed.</param>
/// <param name="Error">The error of the first that failed; an operation's own before a call's. Empty when none did.</param>
/// <param name="Device">The phone's name; empty when it is about none.</param>
/// <param name="Operator">Who called; empty when nobody did.</param>
/// <param name="Spans">How many spans are kept of it.</param>
/// <param name="SpansLeftOut">How many were not kept, because a trace has only so many.</param>
/// <param name="Recordings">How many recordings are kept of it.</param>
public sealed record TraceRow(
    long Number, string TraceId, string Name, DateTimeOffset Start, TimeSpan Duration, bool Failed, string Error, string Device, string Operator,
    int Spans, long SpansLeftOut, int Recordings);

/// <summary>What went over a port before something failed, without its content.</summary>
/// <param name="Number">From 1, never given twice.</param>
/// <param name="TraceId">The trace it belongs to.</param>
/// <param name="KeptAt">When it was kept.</param>
/// <param name="Device">The phone's name.</param>
/// <param name="Port">The port.</param>
/// <param name="Error">Why it was kept, as in "NO_REPLY".</param>
/// <param name="Records">How many packets and faults are in it.</param>
public sealed record RecordingRow(long Number, string TraceId, DateTimeOffset KeptAt, string Device, string Port, string Error, int Records);

/// <summary>A recording with its content.</summary>
/// <param name="Row">What it is.</param>
/// <param name="Pcapng">A pcapng file.</param>
/// <param name="Text">The same for a person.</param>
public sealed record Recording(RecordingRow Row, byte[] Pcapng, string Text);

/// <summary>No kept trace has that id, or several begin so.</summary>
public sealed class TraceNotFoundException(string id, IReadOnlyList<string> candidates) : Exception(
    candidates.Count == 0
        ? $"there is no trace \"{id}\""
        : $"\"{id}\" is the beginning of several traces: {string.Join(", ", candidates)}")
{
    /// <summary>What was asked for.</summary>
    public string Id { get; } = id;

    /// <summary>The ids that begin so, newest first, at most 10; empty when none does.</summary>
    public IReadOnlyList<string> Candidates { get; } = candidates;
}
