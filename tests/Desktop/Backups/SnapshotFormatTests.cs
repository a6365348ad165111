using ImeiAgent.Client.Desktop.Backups;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Desktop.Backups;

// The formats of files that a person may choose from.
public class SnapshotFormatTests
{
    [Fact]
    public void Every_format_of_the_contract_can_be_had_and_has_a_word_of_its_own()
    {
        Assert.Equal([SnapshotFormat.NvText], SnapshotWords.Formats);
        Assert.Equal(Enum.GetValues<SnapshotFormat>().Except([SnapshotFormat.Unspecified]), SnapshotWords.Formats);
        Assert.Equal("NV text (.txt)", SnapshotWords.For(SnapshotFormat.NvText));
        // One that lacks its text is called by its name in the contract, which is no word.
        Assert.DoesNotContain(SnapshotWords.Formats, format => SnapshotWords.For(format) == format.ToString());
        Assert.Distinct(SnapshotWords.Formats.Select(SnapshotWords.For));
    }
}
