using ImeiAgent.Operations;
using OpenTelemetry;
using OpenTelemetry.Logs;

namespace ImeiAgent.Agent.Telemetry;

/// <summary>Masks numbers that may be IMEIs in log records before they leave, also in the texts of exceptions.</summary>
internal sealed class MaskedRecords : BaseProcessor<LogRecord>
{
    public override void OnEnd(LogRecord data)
    {
        data.FormattedMessage = data.FormattedMessage is { } message ? FreeText.Masked(message) : null;
        List<KeyValuePair<string, object?>> attributes = [.. (data.Attributes ?? []).Select(a => KeyValuePair.Create(a.Key, Masked(a.Value)))];
        if (data.Exception is { } e)
        {
            // The exporter would take its texts as they are.
            data.Exception = null;
            attributes.Add(new("exception.type", e.GetType().FullName));
            attributes.Add(new("exception.message", FreeText.Masked(e.Message)));
            attributes.Add(new("exception.stacktrace", FreeText.Masked(e.ToString())));
        }
        data.Attributes = attributes;
    }

    private static object? Masked(object? value) => value switch
    {
        null or bool or int or double => value,
        long number => number is >= 10_000_000_000_000 or <= -10_000_000_000_000 ? "masked" : value,
        _ => FreeText.Masked(value.ToString() ?? ""),
    };
}
