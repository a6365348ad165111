using System.Text;
using ImeiAgent.Vault.Formats;
using Xunit;

namespace ImeiAgent.Conformance.NvTextFiles;

/// <summary>Pieces of text files, written out by hand.</summary>
internal static class TextFile
{
    public const string Zeros = "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 \r\n";

    public const string SevenZeroRows = Zeros + Zeros + Zeros + Zeros + Zeros + Zeros + Zeros;

    /// <summary>Item 550 with 356938035643809.</summary>
    public const string ImeiEntry = "00550 (0x0226)   -   OK\r\n08 3A 65 39 08 53 46 83 90 00 00 00 00 00 00 00 \r\n" + SevenZeroRows;

    public static string Header(int count) => $"[NV items]\r\n[Complete items - {count}, Items size - 128]\r\n\r\n";

    public static NvTextFile Read(string text, byte slot = 1) =>
        NvText.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), slot);

    public static NvTextException Refused(string text) => Assert.Throws<NvTextException>(() => Read(text));

    /// <summary>Severity, rule and line of every finding.</summary>
    public static IEnumerable<(NvTextSeverity, NvTextRule, int)> Brief(IEnumerable<NvTextFinding> findings) =>
        findings.Select(finding => (finding.Severity, finding.Rule, finding.Line));
}
