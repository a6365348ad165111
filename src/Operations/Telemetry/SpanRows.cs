using System.Diagnostics;
using System.Globalization;
using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <summary>Turns spans as the runtime has them into those that are kept: numbers masked, texts on one line, everything bounded.</summary>
public static class SpanRows
{
    private const int LongestName = 200, LongestMessage = 2000, LongestValue = 1000, MostAttributes = 64, MostLinks = 32;

    /// <summary>The row of a span that has ended.</summary>
    public static SpanRow Of(Activity span)
    {
        ArgumentNullException.ThrowIfNull(span);
        var attributes = new Dictionary<string, string>();
        foreach ((string key, object? value) in span.EnumerateTagObjects())
        {
            if (attributes.Count == MostAttributes)
                break;
            // What is no text has too few digits for a number.
            string text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
            attributes[FreeText.Kept(key, LongestName)] = value is int or double or bool ? text : FreeText.Kept(text, LongestValue);
        }
        string error = attributes.GetValueOrDefault("error.type", "");
        return new SpanRow(
            span.TraceId.ToHexString(), span.SpanId.ToHexString(), span.ParentSpanId == default ? "" : span.ParentSpanId.ToHexString(),
            span.Source.Name, FreeText.Kept(span.DisplayName, LongestName), KindOf(span.Kind), new DateTimeOffset(span.StartTimeUtc), span.Duration,
            span.Status == ActivityStatusCode.Error || error.Length > 0, FreeText.Kept(span.StatusDescription ?? "", LongestMessage), error, attributes,
            [.. span.Links.Take(MostLinks).Select(link => new SpanLink(link.Context.TraceId.ToHexString(), link.Context.SpanId.ToHexString()))]);
    }

    private static SpanKind KindOf(ActivityKind kind) => kind switch
    {
        ActivityKind.Server => SpanKind.Server,
        ActivityKind.Client => SpanKind.Client,
        _ => SpanKind.Internal,
    };
}
