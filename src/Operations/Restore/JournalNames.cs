using System.Globalization;

namespace ImeiAgent.Operations;

/// <summary>Names of journal rows as they are shown: "journal/" and a number from 1.</summary>
internal static class JournalNames
{
    private const string Prefix = "journal/";

    /// <summary>The full name.</summary>
    public static string Full(long id) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{id}");

    /// <summary>The number, with or without the prefix before it; null when it is none.</summary>
    public static long? Parse(string name)
    {
        ReadOnlySpan<char> digits = name.StartsWith(Prefix, StringComparison.Ordinal) ? name.AsSpan(Prefix.Length) : name;
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long id) && id > 0 ? id : null;
    }
}
