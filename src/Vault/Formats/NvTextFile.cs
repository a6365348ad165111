using ImeiAgent.Diag.Nv;

namespace ImeiAgent.Vault.Formats;

/// <summary>How much a finding weighs.</summary>
public enum NvTextSeverity
{
    /// <summary>Worth knowing.</summary>
    Note = 1,
    /// <summary>Something is wrong, and what could not be trusted was left out.</summary>
    Warning = 2,
    /// <summary>The file is refused.</summary>
    Fatal = 3,
}

/// <summary>What the reader looks for.</summary>
public enum NvTextRule
{
    /// <summary>Fatal: longer than 64 MiB, or a line longer than 4,096 bytes.</summary>
    TooLarge,
    /// <summary>Fatal: not text.</summary>
    Binary,
    /// <summary>Fatal: no line "[NV items]" where it belongs.</summary>
    NoHeader,
    /// <summary>Fatal: no item in it.</summary>
    NoItems,
    /// <summary>Fatal: an item size other than 1 to 128 bytes.</summary>
    ItemSize,
    /// <summary>Fatal: an item's decimal and hexadecimal numbers differ.</summary>
    NumberMismatch,
    /// <summary>An item stands there twice: fatal when with different contents, else a warning.</summary>
    Duplicate,
    /// <summary>Fatal: items 0x5D7D or 0x5E7D where they do not belong: the bytes 7D and 7E of replies were never unescaped.</summary>
    Unescaped,
    /// <summary>Warning: the second half of every item was cut at wrong offsets; 64 bytes of each item are kept.</summary>
    TailUnreliable,
    /// <summary>Warning: an item does not have as many bytes as the header says; it was left out.</summary>
    WrongLength,
    /// <summary>Warning: the file ends within an item.</summary>
    Truncated,
    /// <summary>The header counts other than what is there: a note when it counts all entries, else a warning.</summary>
    Count,
    /// <summary>Note: the line that counts the items is missing.</summary>
    NoCount,
    /// <summary>Warning: an unknown state; the item counts as never answered.</summary>
    UnknownState,
    /// <summary>Warning: bytes where none belong were ignored.</summary>
    StrayBytes,
    /// <summary>A line that is nothing of this format: a note before the header, a warning after it.</summary>
    StrayText,
    /// <summary>Warning: item 550 holds no phone's IMEI.</summary>
    NoImei,
}

/// <summary>Something the reader noticed; never an item's data.</summary>
/// <param name="Severity">How much it weighs.</param>
/// <param name="Rule">What was looked for.</param>
/// <param name="Line">The line, from 1; 0 when it is about the whole file.</param>
/// <param name="Text">For a person.</param>
public readonly record struct NvTextFinding(NvTextSeverity Severity, NvTextRule Rule, int Line, string Text);

/// <summary>What a text file holds.</summary>
/// <param name="Readings">The items, each once, in the order of the file.</param>
/// <param name="Findings">Notes and warnings, at most 100, in the order of their finding.</param>
/// <param name="FindingsDropped">How many more there were.</param>
/// <param name="ReliableBytes">
/// How many bytes of every item are sound: 128, or 64 when the program that wrote the file cut rows 5 to 8 wrongly. Then the other 64 are
/// zero here, and an item that is longer than 64 bytes must not be written to a phone; shorter ones, as item 550, are sound.
/// </param>
public sealed record NvTextFile(
    IReadOnlyList<NvReading> Readings, IReadOnlyList<NvTextFinding> Findings, int FindingsDropped, int ReliableBytes)
{
    /// <summary>The bytes from the 65th on were lost.</summary>
    public bool IsTailUnreliable => ReliableBytes < NvData.Length;
}

/// <summary>A text file is refused.</summary>
public sealed class NvTextException : Exception
{
    internal NvTextException(IReadOnlyList<NvTextFinding> findings)
        : base(Describe(findings.First(finding => finding.Severity == NvTextSeverity.Fatal))) => Findings = findings;

    /// <summary>All findings, at least one of them fatal; at most 100.</summary>
    public IReadOnlyList<NvTextFinding> Findings { get; }

    private static string Describe(NvTextFinding fatal) =>
        fatal.Line == 0 ? $"the NV text file is refused: {fatal.Text}" : $"the NV text file is refused at line {fatal.Line}: {fatal.Text}";
}
