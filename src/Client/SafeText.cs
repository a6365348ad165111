using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ImeiAgent.Client;

/// <summary>Makes text that a phone, a file or another machine chose safe to show.</summary>
public static partial class SafeText
{
    private const int FewestDigits = 14;

    private static readonly SearchValues<char> s_hex = SearchValues.Create("0123456789ABCDEFabcdef");

    /// <summary>
    /// Replaces by U+FFFD what a terminal could obey or what could make a line read otherwise than it is: control characters (C0, DEL,
    /// C1), format characters such as bidirectional overrides, line and paragraph separators, and lone surrogates.
    /// </summary>
    public static string Clean(string text)
    {
        if (text.All(IsPlain))
            return text;
        StringBuilder clean = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes()) // A lone surrogate comes as U+FFFD.
            clean.Append(IsHarmless(rune) ? rune.ToString() : "\uFFFD");
        return clean.ToString();
    }

    /// <summary>
    /// The text with the middle of every number masked that may be an IMEI (14 to 17 digits, also as labels print them): "35693803*****09". It is the
    /// agent's own rule, which clients cannot reach; a test holds the two together.
    /// </summary>
    public static string Masked(string text) => HasFewDigits(text) ? text : Number().Replace(text, found =>
    {
        string digits = string.Concat(found.Value.Where(char.IsAsciiDigit));
        return digits.Length is < 14 or > 17 || digits.Length == found.Length && IsOfHash(text, found) ? found.Value : $"{digits[..8]}*****{digits[13..Math.Min(15, digits.Length)]}";
    });

    private static bool IsPlain(char c) => c is >= ' ' and <= '~';

    private static bool IsHarmless(Rune rune) => Rune.GetUnicodeCategory(rune)
        is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);

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

    // See FreeText of the agent for what the parts are for.
    [GeneratedRegex(
        @"(?<![0-9A-Fa-f-])[0-9](?:[ /]?[0-9]){13,16}(?![0-9A-Fa-f-])"
        + @"|(?<![0-9])(?:[0-9]{2}[-_./ \u00A0]{1,3}[0-9]{6}|[0-9]{6}[-_./ \u00A0]{1,3}[0-9]{2})[-_./ \u00A0]{1,3}[0-9]{6}(?:[-_./ \u00A0]{1,3}[0-9]{1,3})?(?![0-9])"
        + @"|(?<![0-9])[0-9]{8}[-_][0-9]{6}[-_][0-9]{1,3}(?![0-9])"
        + @"|(?<![0-9])[0-9]{14,17}(?![0-9])", RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
