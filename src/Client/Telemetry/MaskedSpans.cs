using System.Diagnostics;
using OpenTelemetry;

namespace ImeiAgent.Client.Telemetry;

/// <summary>
/// Masks numbers that may be IMEIs in spans before they leave. Those who make spans put none there knowingly; the name of a port, of a phone or a
/// sentence of an error may hold one all the same.
/// </summary>
public sealed class MaskedSpans : BaseProcessor<Activity>
{
    /// <inheritdoc/>
    public override void OnEnd(Activity data)
    {
        ArgumentNullException.ThrowIfNull(data);
        foreach ((string key, object? value) in data.TagObjects.ToArray())
            if (value is string text && SafeText.Masked(text) is var masked && masked != text)
                data.SetTag(key, masked);
        if (data.StatusDescription is { } why)
            data.SetStatus(data.Status, SafeText.Masked(why));
    }
}
