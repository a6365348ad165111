using System.Text.RegularExpressions;

namespace ImeiAgent.TestKit;

/// <summary>Looks in texts for numbers that must not be told. Ids of traces and spans, hashes and UUIDs are none, whatever their digits are.</summary>
public static partial class Numbers
{
    /// <summary>The first run of 14 to 17 digits, which may be an IMEI, whole or in part; empty when there is none.</summary>
    public static string In(string text) => LongNumber().Match(WithoutIds(text)).Value;

    /// <summary>Whether a code of a few digits stands there by itself: it may be a part of the fraction of a second by chance.</summary>
    public static bool Holds(string text, string code) => Regex.IsMatch(WithoutIds(text), $@"(?<!\d){code}(?!\d)");

    private static string WithoutIds(string text) => Id().Replace(text, "ID");

    [GeneratedRegex(@"(?<!\d)\d{14,17}(?!\d)")]
    private static partial Regex LongNumber();

    [GeneratedRegex(@"\b([0-9a-f]{64}|[0-9a-f]{32}|[0-9a-f]{16}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})\b")]
    private static partial Regex Id();
}
