using System.Text;
using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Vault.Formats;
using Xunit;

namespace ImeiAgent.Conformance.NvTextFiles;

/// <summary>The forms in which programs write the format; that of version 3.5 to the byte, as a dump of 3,001 items has it.</summary>
public sealed class FormTests
{
    private const string Version35 =
        "[NV items]\r\n"
        + "[Complete items - 2, Items size - 128]\r\n"
        + "\r\n"
        + "00000 (0x0000)   -   OK\r\n"
        + "EF BE AD DE 00 00 00 00 00 00 00 00 00 00 00 00 \r\n"
        + "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 \r\n"
        + "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 \r\n"
        + "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 \r\n"
        + "00 A5 00 00 00 00 00 00 00 00 00 00 00 00 00 00 \r\n"
        + "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 \r\n"
        + "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 \r\n"
        + "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 7F \r\n"
        + "\r\n"
        + "00002 (0x0002)   -   Inactive item\r\n"
        + "\r\n"
        + "00025 (0x0019)   -   Access denied\r\n"
        + "\r\n"
        + "00550 (0x0226)   -   OK\r\n"
        + "08 3A 65 39 08 53 46 83 90 00 00 00 00 00 00 00 \r\n"
        + "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 \r\n"
        + "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 \r\n"
        + "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 \r\n"
        + "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 \r\n"
        + "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 \r\n"
        + "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 \r\n"
        + "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 \r\n"
        + "\r\n"
        + "65535 (0xFFFF)   -   Parameter bad\r\n";

    private static NvReading[] Readings(byte slot)
    {
        var first = new byte[128];
        first[0] = 0xEF;
        first[1] = 0xBE;
        first[2] = 0xAD;
        first[3] = 0xDE;
        first[65] = 0xA5;
        first[127] = 0x7F;
        return
        [
            new(slot, new(0), NvOutcome.Answered, 0, NvData.From(first)),
            new(slot, new(2), NvOutcome.Answered, 5, default),
            new(slot, new(25), NvOutcome.Refused, 0x14, default),
            new(slot, new(550), NvOutcome.Answered, 0, NvData.From([8, 0x3A, 0x65, 0x39, 8, 0x53, 0x46, 0x83, 0x90])),
            new(slot, new(65535), NvOutcome.Answered, 6, default),
        ];
    }

    [Fact]
    public void Version_3_5_is_written_to_the_byte()
    {
        using var file = new MemoryStream();

        NvText.Write(file, Readings(1).Reverse(), activeOnly: false);

        Assert.Equal(Version35, Encoding.Latin1.GetString(file.ToArray()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Version_3_5_is_read_without_a_finding(byte slot)
    {
        NvTextFile file = TextFile.Read(Version35, slot);

        Assert.Equal(Readings(slot), file.Readings);
        Assert.Empty(file.Findings);
        Assert.Equal((128, false, 0), (file.ReliableBytes, file.IsTailUnreliable, file.FindingsDropped));
    }

    [Fact]
    public void Only_items_with_data_are_written_when_asked()
    {
        using var file = new MemoryStream();

        NvText.Write(file, Readings(1).Where(reading => reading.Item.Number != 0), activeOnly: true);

        Assert.Equal(
            "[NV items]\r\n[Complete items - 1, Items size - 128]\r\n\r\n" + TextFile.ImeiEntry,
            Encoding.Latin1.GetString(file.ToArray()));
    }

    [Theory]
    [InlineData(NvOutcome.Answered, NvStatus.Busy, "Access denied")]
    [InlineData(NvOutcome.Answered, NvStatus.Fail, "Access denied")]
    [InlineData(NvOutcome.Answered, NvStatus.ReadOnly, "Access denied")]
    [InlineData(NvOutcome.Answered, NvStatus.BadTarget, "Parameter bad")]
    [InlineData(NvOutcome.Refused, RefusalCode.BadSpcMode, "Access denied")]
    [InlineData(NvOutcome.Refused, RefusalCode.BadCommand, "Access denied")]
    public void Codes_without_a_word_are_folded(NvOutcome outcome, object code, string word)
    {
        using var file = new MemoryStream();

        NvText.Write(file, [new NvReading(1, new NvItemId(7), outcome, Convert.ToUInt16(code, null), default)], activeOnly: false);

        Assert.Equal(
            $"[NV items]\r\n[Complete items - 0, Items size - 128]\r\n\r\n00007 (0x0007)   -   {word}\r\n",
            Encoding.Latin1.GetString(file.ToArray()));
    }

    [Fact]
    public void Items_that_never_answered_are_not_written()
    {
        using var file = new MemoryStream();

        NvText.Write(file, [NvReading.Unanswered(1, new NvItemId(7))], activeOnly: false);

        Assert.Equal("[NV items]\r\n[Complete items - 0, Items size - 128]\r\n", Encoding.Latin1.GetString(file.ToArray()));
    }

    // "Skipped" is our own word: programs that read a file with such entries pass over every word without "OK".
    [Fact]
    public void Items_that_were_left_out_on_purpose_are_written_with_their_own_word_and_read_again()
    {
        const string expected =
            "[NV items]\r\n[Complete items - 0, Items size - 128]\r\n\r\n"
            + "00006 (0x0006)   -   Inactive item\r\n\r\n"
            + "00453 (0x01C5)   -   Skipped\r\n";
        NvReading[] readings = [new(2, new NvItemId(6), NvOutcome.Answered, 5, default), NvReading.LeftOut(2, new NvItemId(453))];
        using var file = new MemoryStream();

        NvText.Write(file, [.. readings, NvReading.Unanswered(2, new NvItemId(454))], activeOnly: false);
        NvTextFile read = TextFile.Read(expected, slot: 2);

        Assert.Equal(expected, Encoding.Latin1.GetString(file.ToArray()));
        Assert.Equal(readings, read.Readings);
        Assert.Empty(read.Findings);
    }

    [Fact]
    public void Items_that_were_left_out_are_not_in_a_file_of_items_with_data()
    {
        using var file = new MemoryStream();

        NvText.Write(file, [NvReading.LeftOut(1, new NvItemId(453))], activeOnly: true);

        Assert.Equal("[NV items]\r\n[Complete items - 0, Items size - 128]\r\n", Encoding.Latin1.GetString(file.ToArray()));
    }

    [Fact]
    public void Readings_of_two_slots_or_an_item_twice_are_no_file()
    {
        NvReading reading = NvReading.Unanswered(1, new NvItemId(7)) with { Outcome = NvOutcome.Answered };

        Assert.Throws<ArgumentException>(() => NvText.Write(Stream.Null, [reading, reading with { Slot = 2, Item = new(8) }], false));
        Assert.Throws<ArgumentException>(() => NvText.Write(Stream.Null, [reading, reading], false));
    }

    // Version 2.7: a capital I, no size, 4 digits. NV-items reader/writer pads no further than 4 either.
    [Fact]
    public void Version_2_7_is_read()
    {
        NvTextFile file = TextFile.Read(
            "[NV Items]\r\n[Complete items - 1]\r\n\r\n0002 (0x0002)   -   Inactive item\r\n\r\n"
            + "6828 (0x1AAC)   -   OK\r\n01 " + TextFile.Zeros[3..] + TextFile.SevenZeroRows);

        Assert.Equal([2, 6828], file.Readings.Select(reading => (int)reading.Item.Number));
        Assert.Equal([1], file.Readings[1].Data.Trimmed.ToArray());
        Assert.Empty(file.Findings);
    }

    [Fact]
    public void A_file_pasted_from_a_forum_is_read()
    {
        string text = "\uFEFFHere is my backup:\n\n" + ("[NV items]\r\n[Complete items - 1, Items size - 128]\r\n\r\n" + TextFile.ImeiEntry)
            .Replace(" \r\n", "\n", StringComparison.Ordinal).Replace("\r\n", "\n", StringComparison.Ordinal)
            .Replace("   -   ", " - ", StringComparison.Ordinal).Replace("3A", "3a", StringComparison.Ordinal);

        NvTextFile file = TextFile.Read(text);

        Assert.Equal("083A65390853468390", Convert.ToHexString(Assert.Single(file.Readings).Data.Trimmed));
        Assert.Equal([(NvTextSeverity.Note, NvTextRule.StrayText, 1)], TextFile.Brief(file.Findings));
    }

    [Fact]
    public void Lines_may_end_with_cr_alone_and_be_double_spaced()
    {
        NvTextFile cr = TextFile.Read((TextFile.Header(1) + TextFile.ImeiEntry).Replace("\r\n", "\r", StringComparison.Ordinal));
        NvTextFile spaced = TextFile.Read((TextFile.Header(1) + TextFile.ImeiEntry).Replace("\r\n", "\r\n\r\n", StringComparison.Ordinal));

        Assert.Equal(cr.Readings, spaced.Readings);
        Assert.Equal(9, Assert.Single(cr.Readings).Data.Trimmed.Length);
        Assert.Empty(cr.Findings.Concat(spaced.Findings));
    }

    [Fact]
    public void A_column_of_text_after_the_bytes_is_cut()
    {
        NvTextFile file = TextFile.Read(
            (TextFile.Header(1) + TextFile.ImeiEntry).Replace(" \r\n", " | .:e9.SF (0x1) | \r\n", StringComparison.Ordinal));

        Assert.Equal("083A65390853468390", Convert.ToHexString(Assert.Single(file.Readings).Data.Trimmed));
        Assert.Empty(file.Findings);
    }

    [Theory]
    [InlineData(20, "01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F 10\r\n11 12 13 14\r\n")]
    [InlineData(20, "01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F 10\r\n11 12 13 14 00 00 00 00 00 00 00 00 00 00 00 00\r\n")]
    public void Items_may_be_shorter_than_128_bytes(int size, string rows)
    {
        NvTextFile file = TextFile.Read($"[NV items]\r\n[Complete items - 1, Items size - {size}]\r\n\r\n00007 (0x0007)   -   OK\r\n{rows}");

        Assert.Equal("0102030405060708090A0B0C0D0E0F1011121314", Convert.ToHexString(Assert.Single(file.Readings).Data.Trimmed));
        Assert.Empty(file.Findings);
    }

    [Theory]
    [InlineData("Inactive Item", NvOutcome.Answered, NvStatus.NotActive)]
    [InlineData("INACTIVE ITEM", NvOutcome.Answered, NvStatus.NotActive)]
    [InlineData("Bad Parameter", NvOutcome.Answered, NvStatus.BadParameter)]
    [InlineData("Item was read-only", NvOutcome.Answered, NvStatus.ReadOnly)]
    [InlineData("access DENIED", NvOutcome.Refused, RefusalCode.BadParameter)]
    public void States_are_read_in_other_spellings(string word, NvOutcome outcome, object code)
    {
        NvTextFile file = TextFile.Read(TextFile.Header(0) + $"00007 (0x0007)   -   {word}\r\n");

        Assert.Equal(new NvReading(1, new NvItemId(7), outcome, Convert.ToUInt16(code, null), default), Assert.Single(file.Readings));
        Assert.Empty(file.Findings);
    }
}
