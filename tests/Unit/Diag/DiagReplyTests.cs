using ImeiAgent.Diag.Identity;
using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;
using Xunit;

namespace ImeiAgent.Unit.Diag;

public sealed class DiagReplyTests
{
    private static readonly NvReadRequest Read550 = new(new NvItemId(550));

    public static TheoryData<byte, RefusalCode, string> Refusals => new()
    {
        { 0x13, RefusalCode.BadCommand, "BAD_CMD" },
        { 0x14, RefusalCode.BadParameter, "BAD_PARM" },
        { 0x15, RefusalCode.BadLength, "BAD_LEN" },
        { 0x16, RefusalCode.BadDevice, "BAD_DEV" },
        { 0x17, RefusalCode.BadSecurity, "BAD_SEC" },
        { 0x18, RefusalCode.BadMode, "BAD_MODE" },
        { 0x42, RefusalCode.BadSpcMode, "BAD_SPC_MODE" },
        { 0x47, RefusalCode.BadSecurityMode, "BAD_SEC_MODE" },
        { 0x95, RefusalCode.BadTransaction, "BAD_TRANS" },
        { 0x96, RefusalCode.SecurityDisallowed, "SSM_DISALLOWED" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void Every_refusal_is_told_by_its_first_byte(byte code, RefusalCode expected, string name)
    {
        DiagReply<NvItem> reply = DiagReply.Read(Read550, [code, 0x26, 0x26, 0x02]);
        Assert.Equal(expected, reply.Refusal);
        Assert.False(reply.IsAnswer);
        Assert.Equal(name, expected.Name());
        Assert.Equal(name, reply.ToString());
        Assert.Equal(expected, Assert.Throws<DiagRefusedException>(() => reply.Answer).Code);
    }

    [Fact]
    public void No_other_byte_refuses() =>
        Assert.Equal([0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x42, 0x47, 0x95, 0x96],
            Enumerable.Range(0, 256).Where(code => ImeiAgent.Diag.Messages.Refusals.IsRefusal((byte)code)));

    [Fact]
    public void An_unknown_refusal_has_a_name_too() => Assert.Equal("refusal 0x99", ((RefusalCode)0x99).Name());

    [Fact]
    public void A_refusal_may_echo_everything_sixteen_bytes_some_or_nothing()
    {
        byte[] request = new byte[133];
        Read550.Write(request);
        foreach (int echoed in (int[])[133, 16, 3, 2, 1, 0])
            Assert.Equal(RefusalCode.BadSpcMode, DiagReply.Read(Read550, [0x42, .. request[..echoed]]).Refusal);
    }

    [Fact]
    public void A_refusal_of_something_else_is_not_the_reply()
    {
        var e = Assert.Throws<MalformedReplyException>(() => DiagReply.Read(Read550, [0x14, 0x26, 0x27, 0x02]));
        Assert.Equal(1, e.Offset);
        Assert.Equal("the echo of 262602", e.Expected);
        Assert.Equal("262702", e.Actual);
    }

    [Fact]
    public void A_reply_to_something_else_is_not_the_reply()
    {
        byte[] packet = new byte[133];
        new NvReadRequest(new NvItemId(551)).Write(packet);
        var e = Assert.Throws<MalformedReplyException>(() => DiagReply.Read(Read550, packet));
        Assert.Equal(0, e.Offset);
        Assert.Equal("262602", e.Expected);
        Assert.Equal("262702", e.Actual);
    }

    [Fact]
    public void A_foreign_packet_tells_no_item_data_in_the_exception()
    {
        byte[] imeiReply = [0x26, 0x26, 0x02, .. Imei.FromDigits("356938035643809").Pack().Bytes, 0, 0];
        var e = Assert.Throws<MalformedReplyException>(() => DiagReply.Read(new NvReadRequest(new NvItemId(0)), imeiReply));
        Assert.DoesNotContain("083A65", e.Message, StringComparison.Ordinal);
        e = Assert.Throws<MalformedReplyException>(() => DiagReply.Read(Read550, [0x42, 0x41, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36]));
        Assert.DoesNotContain("3132", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_packet_is_malformed() =>
        Assert.Equal(0, Assert.Throws<MalformedReplyException>(() => DiagReply.Read(Read550, [])).Offset);

    [Fact]
    public void A_reply_that_is_too_short_is_malformed()
    {
        var e = Assert.Throws<MalformedReplyException>(() => DiagReply.Read(Read550, [0x26, 0x26, 0x02, .. new byte[129]]));
        Assert.Equal(132, e.Offset);
        Assert.Equal("at least 133 bytes", e.Expected);
        Assert.Equal("132 bytes", e.Actual);
        Assert.Equal("NV_READ reply: at byte 132 expected at least 133 bytes, got 132 bytes", e.Message);
    }

    [Fact]
    public void Bytes_behind_the_layout_are_passed_over()
    {
        NvItem item = DiagReply.Read(Read550, [0x26, 0x26, 0x02, .. new byte[128], 0x05, 0x00, 0xAA, 0xBB]).Answer;
        Assert.Equal(NvStatus.NotActive, item.Status);
    }
}
