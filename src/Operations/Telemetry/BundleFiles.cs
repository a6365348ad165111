using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;

namespace ImeiAgent.Operations;

/// <summary>The files of a support bundle while it is put together: masked, bounded, and with a word for whatever is not in it.</summary>
internal sealed partial class BundleFiles(int mostBytes)
{
    private readonly List<(string Name, byte[] Content)> _files = [];
    private readonly List<string> _notes = [];
    private int _bytes;

    /// <summary>What is missing, and why.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Adds a file of text.</summary>
    public void Add(string name, Func<string> text) => Add(name, () => Encoding.UTF8.GetBytes(Serial().Replace(FreeText.Masked(text()), "(masked)")));

    /// <summary>Adds a listing of frames: digits with blanks between them are bytes there, and no number.</summary>
    public void AddListing(string name, Func<string> text) => Add(name, () => Encoding.UTF8.GetBytes(Digits().Replace(text(), "(masked)")));

    /// <summary>Adds a file. What cannot be made is left out with a note: the others are worth having without it.</summary>
    public void Add(string name, Func<byte[]> content)
    {
        try
        {
            byte[] made = content();
            if (made.Length > mostBytes - _bytes)
            {
                _notes.Add($"{name}: left out, the bundle would be too large");
                return;
            }
            _bytes += made.Length;
            _files.Add((name, made));
        }
        catch (Exception e)
        {
            Note(name, e);
        }
    }

    /// <summary>Says that something could not be read.</summary>
    public void Note(string what, Exception why) => _notes.Add($"{what}: left out, {FreeText.Kept($"{why.GetType().Name}: {why.Message}", 300)}");

    /// <summary>Writes all as a zip, with one more file before the others.</summary>
    public void WriteTo(Stream destination, string firstName, string firstText, DateTimeOffset time)
    {
        using var zip = new ZipArchive(destination, ZipArchiveMode.Create, leaveOpen: true);
        foreach ((string name, byte[] content) in (IEnumerable<(string, byte[])>)[(firstName, Encoding.UTF8.GetBytes(FreeText.Masked(firstText))), .. _files])
        {
            ZipArchiveEntry entry = zip.CreateEntry(name);
            entry.LastWriteTime = time;
            using Stream file = entry.Open();
            file.Write(content);
        }
    }

    // Errors tell the ESN, and a MEID that is no IMEI, in full to whoever has the phone at hand.
    [GeneratedRegex(@"(?<=\b(?:ESN|MEID)\b[^\n]{0,40})\b(?:[0-9A-F]{8}|[0-9A-F]{14})\b", RegexOptions.CultureInvariant)]
    private static partial Regex Serial();

    [GeneratedRegex(@"(?<![0-9A-Fa-f])\d{14,17}(?![0-9A-Fa-f])", RegexOptions.CultureInvariant)]
    private static partial Regex Digits();
}
