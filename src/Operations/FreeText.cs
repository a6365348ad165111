using System.Globalization;

namespace ImeiAgent.Operations;

/// <summary>What people type: reasons, evidence, names of files and phones. It is kept, audited and shown to others.</summary>
public static class FreeText
{
    /// <summary>Whether a text says something: at least 3 characters beside blanks, and none that moves a cursor or turns the writing around.</summary>
    public static bool IsSentence(string text, int longest) =>
        text.Length <= longest && text.Count(c => !char.IsWhiteSpace(c)) >= 3 && !text.Any(IsUnseen);

    /// <summary>
    /// The text with the middle of every number masked that may be an IMEI (14 to 17 digits, also as labels print them): "35693803*****09".
    /// </summary>
    public static string Masked(string text) => NumberMask.Apply(text);

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

    /// <summary>Not to be seen, and yet with an effect: control characters, and marks of format or of a line's end.</summary>
    private static bool IsUnseen(char c) =>
        char.IsControl(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
