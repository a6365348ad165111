using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;
using Xunit;

namespace ImeiAgent.Unit.Diag;

public sealed class NvTests
{
    private static readonly NvItemId Item = new(550);
    private static readonly NvData Data = NvData.From([1, 2, 3]);

    [Theory]
    [InlineData(0, NvStatus.Done, "NV_DONE")]
    [InlineData(1, NvStatus.Busy, "NV_BUSY")]
    [InlineData(2, NvStatus.BadCommand, "NV_BADCMD")]
    [InlineData(3, NvStatus.Full, "NV_FULL")]
    [InlineData(4, NvStatus.Fail, "NV_FAIL")]
    [InlineData(5, NvStatus.NotActive, "NV_NOTACTIVE")]
    [InlineData(6, NvStatus.BadParameter, "NV_BADPARM")]
    [InlineData(7, NvStatus.ReadOnly, "NV_READONLY")]
    [InlineData(8, NvStatus.BadTarget, "NV_BADTG")]
    [InlineData(9, NvStatus.NoMemory, "NV_NOMEM")]
    [InlineData(10, NvStatus.NotAllocated, "NV_NOTALLOC")]
    [InlineData(0x0102, (NvStatus)0x0102, "NV status 258")]
    public void Every_status_is_read_from_the_last_two_bytes_and_has_a_name(int value, NvStatus status, string name)
    {
        byte[] tail = [(byte)value, (byte)(value >> 8)];
        Assert.Equal(status, new NvReadRequest(Item).Read([0x26, 0x26, 0x02, .. Data.Bytes, .. tail]).Status);
        Assert.Equal(status, new NvWriteRequest(Item, Data).Read([0x27, 0x26, 0x02, .. Data.Bytes, .. tail]).Status);
        Assert.Equal(status, new NvSubscriptionReadRequest(Item, 1).Read([0x4B, 0x30, 1, 0, 0x26, 0x02, 1, 0, .. Data.Bytes, .. tail]).Status);
        Assert.Equal(name, status.Name());
    }

    [Theory]
    [InlineData(NvStatus.Done, true, false)]
    [InlineData(NvStatus.Busy, false, false)]
    [InlineData(NvStatus.BadCommand, false, false)]
    [InlineData(NvStatus.Full, false, false)]
    [InlineData(NvStatus.Fail, false, false)]
    [InlineData(NvStatus.NotActive, false, true)]
    [InlineData(NvStatus.BadParameter, false, true)]
    [InlineData(NvStatus.ReadOnly, false, false)]
    [InlineData(NvStatus.BadTarget, false, true)]
    [InlineData(NvStatus.NoMemory, false, false)]
    [InlineData(NvStatus.NotAllocated, false, false)]
    [InlineData((NvStatus)99, false, false)]
    public void An_answered_item_is_active_absent_or_failed(NvStatus status, bool active, bool absent)
    {
        var reading = NvReading.From(2, Item, new DiagReply<NvItem>(new NvItem(Item, status, Data)));
        AssertIs(reading, active, absent);
        Assert.Equal(new NvReading(2, Item, NvOutcome.Answered, (ushort)status, active ? Data : default), reading);
    }

    [Theory]
    [InlineData(RefusalCode.BadCommand, true)]
    [InlineData(RefusalCode.BadParameter, true)]
    [InlineData(RefusalCode.BadLength, true)]
    [InlineData(RefusalCode.BadDevice, false)]
    [InlineData(RefusalCode.BadSecurity, false)]
    [InlineData(RefusalCode.BadMode, false)]
    [InlineData(RefusalCode.BadSpcMode, false)]
    [InlineData(RefusalCode.BadSecurityMode, false)]
    [InlineData(RefusalCode.BadTransaction, false)]
    [InlineData(RefusalCode.SecurityDisallowed, false)]
    public void A_refused_item_is_absent_or_failed(RefusalCode refusal, bool absent)
    {
        var reading = NvReading.From(1, Item, new DiagReply<NvItem>(refusal));
        AssertIs(reading, active: false, absent);
        Assert.Equal(new NvReading(1, Item, NvOutcome.Refused, (ushort)refusal, default), reading);
    }

    [Fact]
    public void An_item_that_was_never_answered_is_failed() =>
        AssertIs(NvReading.Unanswered(1, Item), active: false, absent: false);

    [Fact]
    public void Data_is_padded_with_zeros_to_128_bytes()
    {
        Assert.Equal(128, Data.Bytes.Length);
        Assert.Equal([1, 2, 3, 0], Data.Bytes[..4].ToArray());
        Assert.Equal([1, 2, 3], Data.Trimmed.ToArray());
        Assert.True(default(NvData).Trimmed.IsEmpty);
        Assert.Equal(128, NvData.From(Enumerable.Repeat((byte)7, 128).ToArray()).Trimmed.Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => NvData.From(new byte[129]));
    }

    [Fact]
    public void Data_is_equal_when_all_128_bytes_are()
    {
        byte[] bytes = new byte[128];
        bytes[127] = 1;
        Assert.True(NvData.From(bytes) != default);
        Assert.True(NvData.From([1, 2, 3, 0]) == Data);
        Assert.Equal(NvData.From([1, 2, 3, 0]).GetHashCode(), Data.GetHashCode());
        Assert.False(Data.Equals("128 bytes"));
    }

    [Fact]
    public void What_holds_item_data_does_not_show_it()
    {
        NvData secret = NvData.From("123456"u8);
        string[] texts =
        [
            secret.ToString(), new NvItem(Item, NvStatus.Done, secret).ToString(), new NvWriteRequest(Item, secret).ToString(),
            new NvReading(1, Item, NvOutcome.Answered, 0, secret).ToString(),
            new DiagReply<NvItem>(new NvItem(Item, NvStatus.Done, secret)).ToString(),
        ];
        Assert.All(texts, text =>
        {
            Assert.Contains("128 bytes", text, StringComparison.Ordinal);
            Assert.DoesNotContain("49", text, StringComparison.Ordinal);
            Assert.DoesNotContain("123456", text, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void An_item_number_is_written_in_decimal() => Assert.Equal("65535", new NvItemId(65535).ToString());

    private static void AssertIs(NvReading reading, bool active, bool absent)
    {
        Assert.Equal(active, reading.IsActive);
        Assert.Equal(absent, reading.IsAbsent);
        Assert.Equal(!active && !absent, reading.IsFailed);
    }
}
