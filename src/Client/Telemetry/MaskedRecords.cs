using OpenTelemetry;
using OpenTelemetry.Logs;

namespace ImeiAgent.Client.Telemetry;

/// <summary>Masks numbers that may be IMEIs in log records before they leave, also in the texts of exceptions.</summary>
public sealed class MaskedRecords : BaseProcessor<LogRecord>
{
    /// <inheritdoc/>
    public override void OnEnd(LogRecord data)
    {
        ArgumentNullException.ThrowIfNull(data);
        data.FormattedMessage = data.FormattedMessage is { } message ? SafeText.Masked(message) : null;
        List<KeyValuePair<string, object?>> attributes = [.. (data.Attributes ?? []).Select(a => KeyValuePair.Create(a.Key, Masked(a.Value)))];
        if (data.Exception is { } e)
        {
            // The exporter would take its texts as they are.
            data.Exception = null;
            attributes.Add(new("exception.type", e.GetType().FullName));
            attributes.Add(new("exception.message", SafeText.Masked(e.Message)));
            attributes.Add(new("exception.stacktrace", SafeText.Masked(e.ToString())));
        }
        data.Attributes = attributes;
    }

    private static object? Masked(object? value) => value switch
    {
        null or bool or int or double => value,
        long number => number is >= 10_000_000_000_000 or <= -10_000_000_000_000 ? "masked" : value,
        _ => SafeText.Masked(value.ToString() ?? ""),
    };
}
