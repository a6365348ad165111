using System.Buffers;
using System.Text.RegularExpressions;

namespace ImeiAgent;

/// <summary>
/// Masks what may be an IMEI. One rule for the agent and for its clients, which know no room of the agent: both compile this file (see Client.csproj).
/// </summary>
internal static partial class NumberMask
{
    private const int FewestDigits = 14, MostDigits = 17;

    private static readonly SearchValues<char> s_hex = SearchValues.Create("0123456789ABCDEFabcdef");

    /// <summary>
    /// The text with the middle of every number masked that may be an IMEI (14 to 17 digits, also as labels print them): "35693803*****09".
    /// </summary>
    public static string Apply(string text) => HasFewDigits(text) ? text : Number().Replace(text, found =>
    {
        string digits = string.Concat(found.Value.Where(char.IsAsciiDigit));
        return digits.Length is < FewestDigits or > MostDigits || digits.Length == found.Length && IsOfHash(text, found) ? found.Value : $"{digits[..8]}*****{digits[13..Math.Min(15, digits.Length)]}";
    });

    // Most texts are spared the search: every attribute of every span comes by here.
    private static bool HasFewDigits(string text)
    {
        int digits = 0;
        for (int i = 0; i < text.Length && digits < FewestDigits; i++)
            digits += char.IsAsciiDigit(text[i]) ? 1 : 0;
        return digits < FewestDigits;
    }

    // Digits among other hex digits, but not of a word that only begins or ends with such letters, as "phone" does.
    private static bool IsOfHash(string text, Match found)
    {
        int from = found.Index, to = found.Index + found.Length;
        while (from > 0 && char.IsAsciiLetterOrDigit(text[from - 1]))
            from--;
        while (to < text.Length && char.IsAsciiLetterOrDigit(text[to]))
            to++;
        return to - from > found.Length && text.AsSpan(from, found.Index - from).IndexOfAnyExcept(s_hex) < 0
            && text.AsSpan(found.Index + found.Length, to - found.Index - found.Length).IndexOfAnyExcept(s_hex) < 0;
    }

    // Digits with blanks and slashes; or as labels and names of files group them (6-2-6-1, 2-6-6-1, 8-6-1), with anything between that is used for
    // that: no UUID and no name of a snapshot has such groups. Digits alone also between dashes: no group of a UUID has 14.
    [GeneratedRegex(
        @"(?<![0-9A-Fa-f-])[0-9](?:[ /]?[0-9]){13,16}(?![0-9A-Fa-f-])"
        + @"|(?<![0-9])(?:[0-9]{2}[-_./ \u00A0]{1,3}[0-9]{6}|[0-9]{6}[-_./ \u00A0]{1,3}[0-9]{2})[-_./ \u00A0]{1,3}[0-9]{6}(?:[-_./ \u00A0]{1,3}[0-9]{1,3})?(?![0-9])"
        + @"|(?<![0-9])[0-9]{8}[-_][0-9]{6}[-_][0-9]{1,3}(?![0-9])"
        + @"|(?<![0-9])[0-9]{14,17}(?![0-9])", RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
