using System.Text;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Vault.Formats;
using Xunit;
using static ImeiAgent.Conformance.NvTextFiles.TextFile;

namespace ImeiAgent.Conformance.NvTextFiles;

/// <summary>A file by hand for everything that goes wrong in such files.</summary>
public sealed class LinterTests
{
    private const string Inactive1 = "00001 (0x0001)   -   Inactive item\r\n\r\n";

    [Fact]
    public void Numbers_that_differ_refuse_the_file()
    {
        NvTextException error = Refused(Header(1) + Inactive1 + "00550 (0x0227)   -   OK\r\n" + Zeros + SevenZeroRows);

        Assert.Contains((NvTextSeverity.Fatal, NvTextRule.NumberMismatch, 6), Brief(error.Findings));
        Assert.Contains("line 6: decimal 550 is not hexadecimal 0227", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_item_twice_with_different_contents_refuses_the_file()
    {
        NvTextException error = Refused(Header(1) + ImeiEntry + "\r\n00550 (0x0226)   -   Inactive item\r\n");

        Assert.Equal([(NvTextSeverity.Fatal, NvTextRule.Duplicate, 14)], Brief(error.Findings));
    }

    [Fact]
    public void An_item_twice_with_the_same_content_is_read_once()
    {
        NvTextFile file = Read(Header(2) + ImeiEntry + "\r\n" + ImeiEntry);

        Assert.Equal([(NvTextSeverity.Warning, NvTextRule.Duplicate, 14)], Brief(file.Findings));
        Assert.Equal(550, Assert.Single(file.Readings).Item.Number);
    }

    // Replies of items 007D and 007E whose bytes 7D and 7E were never unescaped.
    [Theory]
    [InlineData("23933 (0x5D7D)   -   Access denied\r\n24189 (0x5E7D)   -   Access denied\r\n00127 (0x007F)   -   Inactive item\r\n", 7)]
    [InlineData("00124 (0x007C)   -   Inactive item\r\n24189 (0x5E7D)   -   Access denied\r\n00127 (0x007F)   -   Inactive item\r\n", 7)]
    [InlineData("23933 (0x5D7D)   -   Access denied\r\n23933 (0x5D7D)   -   Access denied\r\n", 6)]
    public void Numbers_that_were_never_unescaped_refuse_the_file(string entries, int line)
    {
        NvTextException error = Refused(Header(0) + "00123 (0x007B)   -   Inactive item\r\n" + entries);

        Assert.Equal([(NvTextSeverity.Fatal, NvTextRule.Unescaped, line)], Brief(error.Findings));
    }

    [Fact]
    public void The_same_numbers_in_their_place_are_right()
    {
        NvTextFile file = Read(Header(0)
            + "23932 (0x5D7C)   -   Inactive item\r\n23933 (0x5D7D)   -   Inactive item\r\n23934 (0x5D7E)   -   Inactive item\r\n"
            + "24188 (0x5E7C)   -   Inactive item\r\n24189 (0x5E7D)   -   Inactive item\r\n24190 (0x5E7E)   -   Inactive item\r\n");

        Assert.Equal(6, file.Readings.Count);
        Assert.Empty(file.Findings);
    }

    private const string CutItem =
        "00300 (0x012C)   -   OK\r\n"
        + "00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F \r\n"
        + "10 11 12 13 14 15 16 17 18 19 1A 1B 1C 1D 1E 1F \r\n"
        + "20 21 22 23 24 25 26 27 28 29 2A 2B 2C 2D 2E 2F \r\n"
        + "30 31 32 33 34 35 36 37 38 39 3A 3B 3C 3D 3E 3F \r\n"
        + "20 21 22 23 24 25 26 27 28 29 2A 2B 2C 2D 2E 2F \r\n"
        + "28 29 2A 2B 2C 2D 2E 2F 30 31 32 33 34 35 36 37 \r\n"
        + "30 31 32 33 34 35 36 37 38 39 3A 3B 3C 3D 3E 3F \r\n"
        + "40 41 42 43 44 45 46 47 48 49 4A 4B 4C 4D 4E 4F \r\n\r\n";

    [Fact]
    public void Rows_cut_at_wrong_offsets_cost_the_tail_of_every_item_and_spare_the_imei()
    {
        NvTextFile file = Read(Header(2) + CutItem + ImeiEntry);

        Assert.Equal([(NvTextSeverity.Warning, NvTextRule.TailUnreliable, 0)], Brief(file.Findings));
        Assert.Equal((64, true), (file.ReliableBytes, file.IsTailUnreliable));
        Assert.Equal(Enumerable.Range(0, 64).Select(i => (byte)i), file.Readings[0].Data.Trimmed.ToArray());
        Assert.Equal("083A65390853468390", Convert.ToHexString(file.Readings[1].Data.Trimmed));
    }

    [Fact]
    public void One_item_whose_rows_are_right_clears_the_file()
    {
        string right = CutItem.Replace("00300 (0x012C)", "00301 (0x012D)", StringComparison.Ordinal)
            .Replace("\r\n28 29", "\r\n99 29", StringComparison.Ordinal)
            .Replace("3E 3F \r\n20 21", "3E 3F \r\n99 21", StringComparison.Ordinal);

        NvTextFile file = Read(Header(2) + CutItem + right);

        Assert.Empty(file.Findings);
        Assert.Equal(128, file.ReliableBytes);
        Assert.Equal(0x4F, file.Readings[0].Data.Bytes[127]);
    }

    [Fact]
    public void Tails_of_zeros_prove_nothing()
    {
        Assert.Equal(128, Read(Header(1) + ImeiEntry).ReliableBytes);
    }

    [Theory]
    [InlineData("08 3A 65 39 08 53 46 83 90 00 00 00 00 00 00 00 \r\n")]
    [InlineData("08 3A 65 39 08 53 46 83 90 00 00 00 00 00 00 00 \r\n" + SevenZeroRows + Zeros)]
    [InlineData("08 3A 65 39 08 53 46 83 90 00 00 00 00 00 00 \r\n" + SevenZeroRows)]
    [InlineData("08 3A 65 39 08 53 46 83 9 00 00 00 00 00 00 00 \r\n" + SevenZeroRows)]
    [InlineData("08 3A 65 39 08 53 46 83 9O 00 00 00 00 00 00 00 \r\n" + SevenZeroRows)]
    public void An_item_of_a_wrong_length_is_left_out(string rows)
    {
        NvTextFile file = Read(Header(1) + "00550 (0x0226)   -   OK\r\n" + rows + "\r\n" + Inactive1);

        Assert.Equal([(NvTextSeverity.Warning, NvTextRule.WrongLength, 4)], Brief(file.Findings));
        Assert.Equal(1, Assert.Single(file.Readings).Item.Number);
    }

    [Theory]
    [InlineData("08 3A 65 39 08 53")]
    [InlineData("08 3A 65 39 08 5")]
    [InlineData("")]
    public void A_file_that_ends_within_an_item_is_told_so(string rest)
    {
        NvTextFile file = Read(Header(1) + Inactive1 + "00550 (0x0226)   -   OK\r\n" + rest);

        Assert.Contains(NvTextRule.Truncated, file.Findings.Select(finding => finding.Rule));
        Assert.Equal(1, Assert.Single(file.Readings).Item.Number);
    }

    [Theory]
    [InlineData(2, NvTextSeverity.Note)]
    [InlineData(3, NvTextSeverity.Warning)]
    [InlineData(0, NvTextSeverity.Warning)]
    public void A_wrong_count_is_told(int count, NvTextSeverity severity)
    {
        NvTextFile file = Read(Header(count) + Inactive1 + ImeiEntry);

        Assert.Equal([(severity, NvTextRule.Count, 0)], Brief(file.Findings));
    }

    [Fact]
    public void A_missing_count_is_told()
    {
        NvTextFile file = Read("[NV items]\r\n\r\n" + ImeiEntry);

        Assert.Equal([(NvTextSeverity.Note, NvTextRule.NoCount, 0)], Brief(file.Findings));
    }

    // An erased item, the zeros a phone without IMEI shows, a test number, and a wrong check digit.
    [Theory]
    [InlineData("00 00 00 00 00 00 00 00 00", "blank")]
    [InlineData("08 0A 00 00 00 00 00 00 00", "placeholder")]
    [InlineData("08 0A 40 99 09 01 46 00 00", "placeholder")]
    [InlineData("08 3A 55 61 07 55 85 87 91", "not an IMEI")]
    public void A_file_without_a_phones_imei_is_told_so(string bytes, string word)
    {
        NvTextFile file = Read(Header(1) + ImeiEntry.Replace("08 3A 65 39 08 53 46 83 90", bytes, StringComparison.Ordinal));

        NvTextFinding finding = Assert.Single(file.Findings);
        Assert.Equal((NvTextSeverity.Warning, NvTextRule.NoImei), (finding.Severity, finding.Rule));
        Assert.Contains(word, finding.Text, StringComparison.Ordinal);
        Assert.Single(file.Readings);
    }

    [Fact]
    public void An_unknown_state_counts_as_never_answered()
    {
        NvTextFile file = Read(Header(0) + "00007 (0x0007)   -   Sunny\r\n");

        Assert.Equal([(NvTextSeverity.Warning, NvTextRule.UnknownState, 4)], Brief(file.Findings));
        Assert.Equal(NvReading.Unanswered(1, new NvItemId(7)), Assert.Single(file.Readings));
    }

    [Fact]
    public void Bytes_of_an_inactive_item_are_ignored()
    {
        NvTextFile file = Read(Header(0) + "00007 (0x0007)   -   Inactive item\r\n" + Zeros + SevenZeroRows);

        Assert.Equal([(NvTextSeverity.Warning, NvTextRule.StrayBytes, 5)], Brief(file.Findings));
        Assert.Equal(default, Assert.Single(file.Readings).Data);
    }

    [Fact]
    public void A_damaged_entry_does_not_lend_its_rows_to_the_one_before()
    {
        NvTextFile file = Read(Header(2) + ImeiEntry + "\r\n00551 (0x0227   -   OK\r\n" + Zeros + SevenZeroRows);

        Assert.Equal(
            [(NvTextSeverity.Warning, NvTextRule.StrayText, 14), (NvTextSeverity.Warning, NvTextRule.Count, 0)], Brief(file.Findings));
        Assert.Equal("083A65390853468390", Convert.ToHexString(Assert.Single(file.Readings).Data.Trimmed));
    }

    [Theory]
    [InlineData("", NvTextRule.NoHeader)]
    [InlineData("hello\r\n", NvTextRule.NoHeader)]
    [InlineData("00550 (0x0226)   -   OK\r\n", NvTextRule.NoHeader)]
    [InlineData("[NV items]\r\n[Complete items - 0, Items size - 128]\r\n", NvTextRule.NoItems)]
    [InlineData("[NV items]\r\n[Complete items - 1, Items size - 256]\r\n", NvTextRule.ItemSize)]
    [InlineData("[NV items]\r\n[Complete items - 1, Items size - 0]\r\n", NvTextRule.ItemSize)]
    [InlineData("PK\u0003\u0004\u0000\u0000", NvTextRule.Binary)]
    public void What_is_no_dump_is_refused(string text, NvTextRule rule)
    {
        NvTextException error = Refused(text);

        Assert.Contains(error.Findings, finding => finding.Rule == rule && finding.Severity == NvTextSeverity.Fatal);
        Assert.StartsWith("the NV text file is refused", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_in_utf_16_is_refused()
    {
        using var file = new MemoryStream([0xFF, 0xFE, .. Encoding.Unicode.GetBytes(Header(1) + ImeiEntry)]);

        Assert.Equal(NvTextRule.Binary, Assert.Throws<NvTextException>(() => NvText.Read(file, 1)).Findings[^1].Rule);
    }

    [Fact]
    public void Only_a_hundred_findings_are_kept_and_a_fatal_one_always()
    {
        string many = string.Concat(Enumerable.Repeat("what is this\r\n", 150));

        NvTextFile file = Read(Header(0) + Inactive1 + many);
        NvTextException error = Refused(Header(0) + Inactive1 + many + "00002 (0x0003)   -   Inactive item\r\n");

        Assert.Equal((100, 50), (file.Findings.Count, file.FindingsDropped));
        Assert.Equal(100, error.Findings.Count);
        Assert.Equal(NvTextRule.NumberMismatch, error.Findings[^1].Rule);
    }

    [Fact]
    public void Findings_tell_no_data()
    {
        NvTextFile file = Read(Header(3) + ImeiEntry.Replace("90 00", "80 00", StringComparison.Ordinal) + "08 3A 65 39\r\nsecret\r\n");

        Assert.NotEmpty(file.Findings);
        Assert.All(file.Findings, finding => Assert.DoesNotContain("3A", finding.Text, StringComparison.Ordinal));
        Assert.All(file.Findings, finding => Assert.DoesNotContain("secret", finding.Text, StringComparison.Ordinal));
    }
}
