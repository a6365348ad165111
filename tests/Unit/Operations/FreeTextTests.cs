using ImeiAgent.Operations;
using Xunit;

namespace ImeiAgent.Unit.Operations;

/// <summary>What people type is kept and shown to others: it deceives nobody and names no phone in full.</summary>
public class FreeTextTests
{
    [Theory]
    [InlineData("ticket 4711")]
    [InlineData("abc")]
    [InlineData(" Etikett ok, 标签 ")]
    public void A_sentence_says_something(string text) => Assert.True(FreeText.IsSentence(text, 20));

    [Theory]
    [InlineData("")]
    [InlineData("ab")]
    [InlineData("a  b")]
    [InlineData("   \u00A0\u3000   ")]
    [InlineData("twenty-one characters")]
    public void A_text_that_says_nothing_or_too_much_is_none(string text) => Assert.False(FreeText.IsSentence(text, 20));

    [Theory]
    [InlineData('\n')]
    [InlineData('\r')]
    [InlineData('\t')]
    [InlineData('\0')]
    [InlineData('\u001B')]
    [InlineData('\u007F')]
    [InlineData('\u0085')]
    [InlineData('\u00AD')]
    [InlineData('\u200B')]
    [InlineData('\u200F')]
    [InlineData('\u2028')]
    [InlineData('\u2029')]
    [InlineData('\u202E')]
    [InlineData('\u2066')]
    [InlineData('\uFEFF')]
    public void A_character_that_is_not_seen_and_changes_what_is_seen_makes_it_none(char unseen) =>
        Assert.False(FreeText.IsSentence($"ticket {unseen}4711", 20));

    [Theory]
    [InlineData("box says 356938035643809", "box says 35693803*****09")]
    [InlineData("356938/03/564380/9 on the box", "35693803*****09 on the box")]
    [InlineData("356938 03 564380 9", "35693803*****09")]
    [InlineData("35-693803-564380-9", "35693803*****09")]
    [InlineData("356938-03-564380-9", "35693803*****09")]
    [InlineData("35693803-564380-9", "35693803*****09")]
    [InlineData("35693803564380", "35693803*****0")]
    [InlineData("3569380356438001", "35693803*****00")]
    [InlineData("IMEI:356938035643809.", "IMEI:35693803*****09.")]
    [InlineData("imei-356938035643809-old.txt", "imei-35693803*****09-old.txt")]
    [InlineData("backup_356938035643809.txt", "backup_35693803*****09.txt")]
    [InlineData("356938035643809 490154203237518", "35693803*****09 49015420*****18")]
    [InlineData("356938035643809/490154203237518", "35693803*****09/49015420*****18")]
    [InlineData("phone356938035643809.qcn", "phone35693803*****09.qcn")]
    [InlineData("356938035643809bench", "35693803*****09bench")]
    [InlineData("35-693803-564380-9-old.qcn", "35693803*****09-old.qcn")]
    [InlineData("IMEI-35-693803-564380-9", "IMEI-35693803*****09")]
    [InlineData("file_356938_03_564380_9.txt", "file_35693803*****09.txt")]
    [InlineData("35.693803.564380.9", "35693803*****09")]
    [InlineData("35 - 693803 - 564380 - 9", "35693803*****09")]
    [InlineData("35\u00A0693803\u00A0564380\u00A09", "35693803*****09")]
    [InlineData("e35693803-564380-9", "e35693803*****09")]
    public void A_number_that_may_be_an_imei_loses_its_middle(string text, string masked) => Assert.Equal(masked, FreeText.Masked(text));

    [Theory]
    [InlineData("ticket 4711 of 2026-11-23")]
    [InlineData("0f8fad5b-d9cb-469f-a165-708677289501")]
    [InlineData("11111111-2222-3333-4444-555555555555")]
    [InlineData("snapshots/20261123-123456")]
    [InlineData("MEID A0000012345678")]
    [InlineData("8150ef6693bce3a53c4c273db1105167d211ce3667fb6d14bddce3d72d324143")]
    [InlineData("+49 30 1234567")]
    [InlineData("00f067aa0ba902b7 8150ef66931234567890123c")]
    [InlineData("b356938035643809")]
    [InlineData("2026-11-23 12:34:56.789012")]
    [InlineData("12345678-1234-1234-1234-123456789012")]
    [InlineData("MPSS.DE.3.1-00021-9150.20260101.123456")]
    public void Names_and_hashes_stay_as_they_are(string text) => Assert.Equal(text, FreeText.Masked(text));
}
