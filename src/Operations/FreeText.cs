using System.Buffers;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ImeiAgent.Operations;

/// <summary>What people type: reasons, evidence, names of files and phones. It is kept, audited and shown to others.</summary>
public static partial class FreeText
{
    private const int FewestDigits = 14;

    private static readonly SearchValues<char> s_hex = SearchValues.Create("0123456789ABCDEFabcdef");

    /// <summary>Whether a text says something: at least 3 characters beside blanks, and none that moves a cursor or turns the writing around.</summary>
    public static bool IsSentence(string text, int longest) =>
        text.Length <= longest && text.Count(c => !char.IsWhiteSpace(c)) >= 3 && !text.Any(IsUnseen);

    /// <summary>
    /// The text with the middle of every number masked that may be an IMEI (14 to 17 digits, also as labels print them): "35693803*****09".
    /// </summary>
    public static string Masked(string text) => HasFewDigits(text) ? text : Number().Replace(text, found =>
    {
        string digits = string.Concat(found.Value.Where(char.IsAsciiDigit));
        return digits.Length is < 14 or > 17 || digits.Length == found.Length && IsOfHash(text, found) ? found.Value : $"{digits[..8]}*****{digits[13..Math.Min(15, digits.Length)]}";
    });

    /// <summary>What somebody typed that was not accepted, fit to be kept: masked, on one line, and cut behind <paramref name="longest"/> characters.</summary>
    public static string Kept(string text, int longest)
    {
        string seen = Seen(Masked(text), '?');
        if (seen.Length <= longest)
            return seen;
        return $"{seen.AsSpan(0, char.IsHighSurrogate(seen[longest - 1]) ? longest - 1 : longest)}...";
    }

    /// <summary>A text for a line of a log: masked, and without anything that moves a cursor or turns the writing around.</summary>
    public static string Line(string text) => Seen(Masked(text), ' ');

    private static string Seen(string text, char instead) => text.Any(IsUnseen) ? string.Concat(text.Select(c => IsUnseen(c) ? instead : c)) : text;

    // Most texts are spared the search: every attribute of every span comes by here.
    private static bool HasFewDigits(string text)
    {
        int digits = 0;
        for (int i = 0; i < text.Length && digits < FewestDigits; i++)
            digits += char.IsAsciiDigit(text[i]) ? 1 : 0;
        return digits < FewestDigits;
    }

    /// <summary>Not to be seen, and yet with an effect: control characters, and marks of format or of a line's end.</summary>
    private static bool IsUnseen(char c) =>
        char.IsControl(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

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
