using System.Diagnostics;
using ImeiAgent.Operations;
using OpenTelemetry;

namespace ImeiAgent.Agent.Telemetry;

/// <summary>
/// Masks numbers that may be IMEIs in spans before they leave. Those who make spans put none there knowingly; the name of a port, of a phone or a
/// sentence of an error may hold one all the same.
/// </summary>
internal sealed class MaskedSpans : BaseProcessor<Activity>
{
    private const int FewestDigits = 14;

    public override void OnEnd(Activity data)
    {
        foreach ((string key, object? value) in data.TagObjects.ToArray())
            if (value is string { Length: >= FewestDigits } text && FreeText.Masked(text) is var masked && masked != text)
                data.SetTag(key, masked);
        if (data.StatusDescription is { Length: >= FewestDigits } why)
            data.SetStatus(data.Status, FreeText.Masked(why));
    }
}
