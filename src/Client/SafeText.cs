using System.Globalization;
using System.Text;

namespace ImeiAgent.Client;

/// <summary>Makes text that a phone, a file or another machine chose safe to show.</summary>
public static class SafeText
{
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
    /// The text with the middle of every number masked that may be an IMEI (14 to 17 digits, also as labels print them): "35693803*****09". As agents
    /// mask it.
    /// </summary>
    public static string Masked(string text) => NumberMask.Apply(text);

    private static bool IsPlain(char c) => c is >= ' ' and <= '~';

    private static bool IsHarmless(Rune rune) => Rune.GetUnicodeCategory(rune)
        is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
