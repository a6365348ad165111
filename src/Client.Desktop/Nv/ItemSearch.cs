using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ImeiAgent.Client.Desktop.Jobs;
using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Nv;

/// <summary>
/// What a person types to find items. By its shape it is taken for numbers (<c>550</c>, <c>0-100</c>, <c>10, 441, 0x226</c>), for bytes
/// (<c>08 3A 65</c>), or for words, which are looked for in name, meaning, group, answer and decoded text, and as letters among the bytes.
/// Hex digits in a row (<c>083A65</c>) can be bytes or a word. Any text is a search; one that means nothing finds nothing.
/// </summary>
public sealed partial class ItemSearch
{
    // A word this short is in every other item's bytes by chance.
    private const int ShortestAscii = 3;

    private readonly NvRange[] _numbers;
    private readonly byte[] _bytes;
    private readonly string[] _words;
    private readonly byte[] _ascii;

    private ItemSearch(NvRange[] numbers, byte[] bytes, string[] words, byte[] ascii) => (_numbers, _bytes, _words, _ascii) = (numbers, bytes, words, ascii);

    /// <summary>Finds everything.</summary>
    public static ItemSearch Everything { get; } = new([], [], [], []);

    /// <summary>Whether it finds everything.</summary>
    public bool IsEmpty => _numbers.Length == 0 && _bytes.Length == 0 && _words.Length == 0;

    /// <summary>How the text was understood, for the person who typed it; empty for an empty search.</summary>
    public string Understood => (_numbers, _bytes, _words) switch
    {
        ([_, ..], _, _) => NvTexts.SearchNumbers.With(string.Join(", ", _numbers.Select(range => range.First == range.Last ? $"{range.First}" : $"{range.First}-{range.Last}"))),
        (_, [_, ..], [_, ..]) => NvTexts.SearchBytesOrWords.With(HexText.Of(_bytes), string.Join(' ', _words)),
        (_, [_, ..], _) => NvTexts.SearchBytes.With(HexText.Of(_bytes)),
        (_, _, [_, ..]) => NvTexts.SearchWords.With(string.Join(' ', _words)),
        _ => "",
    };

    /// <summary>Reads what was typed.</summary>
    public static ItemSearch Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = text.Trim();
        string[] parts = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length == 0)
            return Everything;
        if (parts.Length > 1 && parts.All(part => part.Length == 2 && part.All(char.IsAsciiHexDigit)))
            return new([], Convert.FromHexString(string.Concat(parts)), [], []);
        if (Numbers(text) is { Length: > 0 } numbers)
            return new(numbers, [], [], []);
        byte[] bytes = HexRow().Match(text) is { Success: true } row ? Convert.FromHexString(row.Groups["digits"].ValueSpan) : [];
        byte[] ascii = text.Length >= ShortestAscii && text.All(c => c is >= ' ' and <= '~') ? Encoding.ASCII.GetBytes(text) : [];
        return new([], bytes, parts, ascii);
    }

    /// <summary>Whether an item is found. The bytes of secret items are not searched.</summary>
    /// <param name="item">The item.</param>
    /// <param name="look">What is known of it.</param>
    public bool Fits(NvItem item, ItemLook look)
    {
        ArgumentNullException.ThrowIfNull(item);
        ArgumentNullException.ThrowIfNull(look);
        if (IsEmpty)
            return true;
        if (_numbers.Length > 0)
            return _numbers.Any(range => item.Item >= range.First && item.Item <= range.Last);
        return (item.Data.Length > 0 && !look.Catalogue.IsSecret(item.Item) && Find(item.Data.Span).Length > 0)
            || (_words.Length > 0 && HasWords(item, look));
    }

    /// <summary>Where among bytes the search finds what it looks for; empty when it does not look there or finds nothing.</summary>
    public ByteHit Find(ReadOnlySpan<byte> data)
    {
        foreach (byte[] wanted in (ReadOnlySpan<byte[]>)[_bytes, _ascii])
        {
            if (wanted.Length > 0 && data.IndexOf(wanted) is >= 0 and var at)
                return new ByteHit(at, wanted.Length);
        }
        return default;
    }

    private bool HasWords(NvItem item, ItemLook look)
    {
        NvItemInfo? known = look.Catalogue.Find(item.Item);
        foreach (string word in _words)
        {
            if (!(known is not null && (Has(known.Name, word) || Has(known.Meaning, word) || Has(NvWords.Group(known.Group), word)))
                && !Has(NvWords.Answer(item), word) && !Has(look.Text(item), word))
            {
                return false;
            }
        }
        return true;
    }

    private static bool Has(string text, string word) => text.Contains(word, StringComparison.OrdinalIgnoreCase);

    private static NvRange[] Numbers(string text)
    {
        List<NvRange> ranges = [];
        foreach (string piece in Dash().Replace(text, "-").Split([',', ' ', '\t', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries))
        {
            string[] ends = piece.Split('-');
            if (ends.Length > 2 || Number(ends[0]) is not { } first || Number(ends[^1]) is not { } last)
                return [];
            ranges.Add(new NvRange { First = Math.Min(first, last), Last = Math.Max(first, last) });
        }
        return [.. ranges];
    }

    private static uint? Number(string text)
    {
        bool hex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        bool parsed = hex
            ? uint.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint number)
            : uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
        return parsed && number < ItemSheet.Count ? number : null;
    }

    [GeneratedRegex(@"\s*-\s*")]
    private static partial Regex Dash();

    [GeneratedRegex("^(0[xX])?(?<digits>([0-9A-Fa-f]{2}){2,128})$")]
    private static partial Regex HexRow();
}

/// <summary>Where a search found what it looked for.</summary>
/// <param name="At">Offset of the first byte.</param>
/// <param name="Length">How many; 0 when nothing was found.</param>
public readonly record struct ByteHit(int At, int Length);
