using System.Globalization;
using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <content>Traces.</content>
internal static partial class Faults
{
    public static OperationException TraceNotFound(TraceNotFoundException e) =>
        new(OperationError.TraceNotFound, e.Candidates.Count == 0
            ? $"No trace \"{FreeText.Kept(e.Id, 40)}\" is kept. Give its id or at least 4 digits of its beginning; traces are kept for 14 days at most: imei trace list."
            : $"\"{e.Id}\" is the beginning of several traces; name one: {string.Join(", ", e.Candidates)}.", e);

    public static OperationException RecordingNotFound(string traceId, long number) =>
        new(OperationError.TraceNotFound, number == 0
            ? $"No recording of a port is kept of trace {traceId}. One is made when a phone fails under an operation."
            : string.Create(CultureInfo.InvariantCulture, $"Trace {traceId} has no recording {number}: imei trace show {traceId}."));
}
