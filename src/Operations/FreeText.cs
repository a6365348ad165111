using System.Globalization;
using System.Text.RegularExpressions;

namespace ImeiAgent.Operations;

/// <summary>What people type: reasons, evidence, names of files and phones. It is kept, audited and shown to others.</summary>
public static partial class FreeText
{
    /// <summary>Whether a text says something: at least 3 characters beside blanks, and none that moves a cursor or turns the writing around.</summary>
    public static bool IsSentence(string text, int longest) =>
        text.Length <= longest && text.Count(c => !char.IsWhiteSpace(c)) >= 3 && !text.Any(IsUnseen);

    /// <summary>
    /// The text with the middle of every number masked that may be an IMEI (14 to 17 digits, also as labels print them): "35693803*****09".
    /// </summary>
    public static string Masked(string text) => Number().Replace(text, found =>
    {
        string digits = string.Concat(found.Value.Where(char.IsAsciiDigit));
        return digits.Length is < 14 or > 17 ? found.Value : $"{digits[..8]}*****{digits[13..Math.Min(15, digits.Length)]}";
    });

    /// <summary>What somebody typed that was not accepted, fit to be kept: masked, on one line, and cut behind <paramref name="longest"/> characters.</summary>
    public static string Kept(string text, int longest)
    {
        string seen = string.Concat(Masked(text).Select(c => IsUnseen(c) ? '?' : c));
        if (seen.Length <= longest)
            return seen;
        return $"{seen.AsSpan(0, char.IsHighSurrogate(seen[longest - 1]) ? longest - 1 : longest)}...";
    }

    /// <summary>Not to be seen, and yet with an effect: control characters, and marks of format or of a line's end.</summary>
    private static bool IsUnseen(char c) =>
        char.IsControl(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    // Digits with blanks and slashes, or with the dashes of a label (6-2-6-1, 2-6-6-1, 8-6-1). Not in the middle of hex digits and dashes: that
    // is a UUID, a snapshot's name or a hash. Digits alone also between dashes, as in the name of a file: no group of a UUID has 14.
    [GeneratedRegex(
        @"(?<![0-9A-Fa-f-])(?:\d(?:[ /]?\d){13,16}|\d{2}-\d{6}-\d{6}(?:-\d{1,3})?|\d{6}-\d{2}-\d{6}(?:-\d{1,3})?|\d{8}-\d{6}-\d{1,3})(?![0-9A-Fa-f-])"
        + @"|(?<![0-9A-Fa-f])\d{14,17}(?![0-9A-Fa-f])", RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
