using ImeiAgent.Diag.Identity;
using ImeiAgent.Diag.Messages;
using Xunit;

namespace ImeiAgent.Unit.Diag;

public sealed class MessageTests
{
    private static readonly byte[] VernoReply =
    [
        0x00, .. "Oct 29 2025"u8, .. "21:04:11"u8, .. "Nov 01 2025"u8, .. "08:00:00"u8, .. "olympic "u8,
        42, 6, 100, 0x34, 0x12, 2, 5, 1,
    ];

    [Fact]
    public void Verno_tells_dates_model_and_revisions()
    {
        Verno verno = DiagReply.Read(new VernoRequest(), VernoReply).Answer;
        Assert.Equal(new Verno
        {
            CompileDate = "Oct 29 2025",
            CompileTime = "21:04:11",
            ReleaseDate = "Nov 01 2025",
            ReleaseTime = "08:00:00",
            Directory = "olympic",
            StationClassMark = 42,
            AirInterfaceRevision = 6,
            Model = 100,
            FirmwareRevision = 0x1234,
            SlotCycleIndex = 2,
            HardwareMajor = 5,
            HardwareMinor = 1,
        }, verno);
        Assert.Equal("Oct 29 2025 21:04:11", verno.Compiled);
    }

    [Fact]
    public void Verno_of_54_bytes_has_a_firmware_revision_of_one()
    {
        Verno verno = new VernoRequest().Read([.. VernoReply[..50], 0x34, 2, 5, 1]);
        Assert.Equal(0x34, verno.FirmwareRevision);
        Assert.Equal((2, 5, 1), (verno.SlotCycleIndex, verno.HardwareMajor, verno.HardwareMinor));
    }

    [Fact]
    public void Verno_of_zeros_comes_from_no_modem()
    {
        Verno verno = new VernoRequest().Read(new byte[55]);
        Assert.True(verno.IsEmpty);
        Assert.Equal("", verno.Compiled);
        Assert.False(new VernoRequest().Read(VernoReply).IsEmpty);
        Assert.False(new VernoRequest().Read([.. new byte[54], 1]).IsEmpty);
    }

    [Fact]
    public void Text_of_a_phone_is_cut_at_a_nul_and_made_printable()
    {
        byte[] reply = [.. VernoReply];
        "\u001b[31m\0ab"u8.CopyTo(reply.AsSpan(39));
        Assert.Equal("?[31m", new VernoRequest().Read(reply).Directory);
    }

    [Fact]
    public void Esn_is_a_little_endian_number() =>
        Assert.Equal(new Esn(0x80ABCDEF), DiagReply.Read(new EsnRequest(), [0x01, 0xEF, 0xCD, 0xAB, 0x80]).Answer);

    [Fact]
    public void The_diag_version_has_one_byte_or_two()
    {
        Assert.Equal(2, new DiagVersionRequest().Read([0x1C, 0x02]));
        Assert.Equal(0x0108, new DiagVersionRequest().Read([0x1C, 0x08, 0x01]));
    }

    [Theory]
    [InlineData("7C020000 E1300830 15000000 42554C4400 534D00", "BULD", "SM")]
    [InlineData("7C020000 E1300830 15000000 00 42554C4400 534D00", "BULD", "SM")]
    [InlineData("7C020000 E1300830 15000000 00 42554C4400 00", "BULD", "")]
    [InlineData("7C020000 E1300830 15000000 00 534D00", "", "SM")]
    [InlineData("7C020000 E1300830 15000000 42554C4400 00", "BULD", "")]
    [InlineData("7C020000 E1300830 15000000 42554C4400", "BULD", "")]
    [InlineData("7C020000 E1300830 15000000 42554C44", "BULD", "")]
    [InlineData("7C020000 E1300830 15000000 0000", "", "")]
    [InlineData("7C020000 E1300830 15000000", "", "")]
    public void Build_and_model_are_found_where_modems_put_them(string hex, string build, string model)
    {
        ExtBuildId id = new ExtBuildIdRequest().Read(Hex(hex));
        Assert.Equal((build, model), (id.Build, id.Model));
        Assert.Equal(21u, id.ModelNumber);
    }

    [Theory]
    [InlineData("7C020000 E1300830 00000000", 3, 0x0083)]
    [InlineData("7C010000 E1300830 00000000", 1, 0x3008)]
    public void The_chip_is_laid_out_in_two_ways(string hex, int version, int part)
    {
        ExtBuildId id = new ExtBuildIdRequest().Read(Hex(hex));
        Assert.Equal((version, part), (id.ChipVersion, id.PartNumber));
    }

    [Fact]
    public void A_build_and_a_model_that_do_not_end_are_cut()
    {
        byte[] packet = [0x7C, .. new byte[11], .. Enumerable.Repeat((byte)'B', 8000), 0, .. Enumerable.Repeat((byte)'M', 8000)];

        ExtBuildId id = new ExtBuildIdRequest().Read(packet);

        Assert.Equal((new string('B', 128), new string('M', 128)), (id.Build, id.Model));
    }

    [Fact]
    public void An_unlock_is_accepted_or_refused_and_nothing_else()
    {
        Assert.Equal(UnlockVerdict.Accepted, new SpcRequest().Read([0x41, 0x01]));
        Assert.Equal(UnlockVerdict.Refused, new SpcRequest().Read([0x41, 0x00]));
        Assert.Equal(UnlockVerdict.Accepted, new PasswordRequest().Read([0x46, 0x01]));
        Assert.Equal(UnlockVerdict.Refused, new PasswordRequest().Read([0x46, 0x00]));
        Assert.Equal("02", Assert.Throws<MalformedReplyException>(() => new SpcRequest().Read([0x41, 0x02])).Actual);
    }

    [Fact]
    public void Control_tells_the_mode_as_repeated() =>
        Assert.Equal(OperatingMode.OfflineDigital,
            DiagReply.Read(new ControlRequest(OperatingMode.OfflineDigital), [0x29, 0x01, 0x00]).Answer);

    [Fact]
    public void Logs_off_tells_its_status_and_knows_its_operation()
    {
        Assert.Equal(1u, new LogDisableRequest().Read([0x73, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]));
        Assert.Equal(4, Assert.Throws<MalformedReplyException>(() =>
            new LogDisableRequest().Read([0x73, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0])).Offset);
    }

    [Fact]
    public void Messages_off_tells_its_status()
    {
        DiagReply<byte> reply = DiagReply.Read(new MessagesDisableRequest(), [0x7D, 0x05, 0x01, 0x00, 0, 0, 0, 0]);
        Assert.Equal(1, reply.Answer);
        Assert.False(new MessagesDisableRequest().ReplyKey.Matches([0x7D, 0x04, 0x01]));
    }

    [Fact]
    public void Events_off_is_answered() => Assert.True(DiagReply.Read(new EventsDisableRequest(), [0x60, 0x00, 0x00]).Answer);

    [Fact]
    public void A_loopback_must_bring_back_every_byte()
    {
        var request = new LoopbackRequest(new byte[] { 1, 2, 3, 4, 5, 6, 7, 8, 9 });
        Assert.Equal("7B01020304050607", request.ReplyKey.ToString());
        Assert.Equal(9, request.Read([0x7B, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
        Assert.Equal(9, Assert.Throws<MalformedReplyException>(() => request.Read([0x7B, 1, 2, 3, 4, 5, 6, 7, 8, 0])).Offset);
        Assert.Throws<MalformedReplyException>(() => request.Read([0x7B, 1, 2, 3, 4, 5, 6, 7, 8]));
        Assert.Throws<MalformedReplyException>(() => request.Read([0x7B, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]));
        Assert.Equal(0, DiagReply.Read(new LoopbackRequest(), [0x7B]).Answer);
    }

    [Fact]
    public void A_reply_shorter_than_its_layout_is_malformed()
    {
        AssertNeeds(new VernoRequest(), 54);
        AssertNeeds(new EsnRequest(), 5);
        AssertNeeds(new DiagVersionRequest(), 2);
        AssertNeeds(new ExtBuildIdRequest(), 12);
        AssertNeeds(new NvReadRequest(), 133);
        AssertNeeds(new NvWriteRequest(), 133);
        AssertNeeds(new NvSubscriptionReadRequest(), 138);
        AssertNeeds(new NvSubscriptionWriteRequest(), 138);
        AssertNeeds(new ControlRequest(), 3);
        AssertNeeds(new SpcRequest(), 2);
        AssertNeeds(new PasswordRequest(), 2);
        AssertNeeds(new LogDisableRequest(), 12);
        AssertNeeds(new MessagesDisableRequest(), 3);
    }

    [Fact]
    public void Only_what_changes_nothing_by_being_sent_twice_may_be_sent_twice()
    {
        Assert.True(new VernoRequest().IsIdempotent);
        Assert.True(new EsnRequest().IsIdempotent);
        Assert.True(new DiagVersionRequest().IsIdempotent);
        Assert.True(new ExtBuildIdRequest().IsIdempotent);
        Assert.True(new NvReadRequest().IsIdempotent);
        Assert.True(new NvSubscriptionReadRequest().IsIdempotent);
        Assert.True(new LogDisableRequest().IsIdempotent);
        Assert.True(new MessagesDisableRequest().IsIdempotent);
        Assert.True(new EventsDisableRequest().IsIdempotent);
        Assert.True(new LoopbackRequest().IsIdempotent);
        Assert.False(new NvWriteRequest().IsIdempotent);
        Assert.False(new NvSubscriptionWriteRequest().IsIdempotent);
        Assert.False(new ControlRequest().IsIdempotent);
        Assert.False(new SpcRequest().IsIdempotent);
        Assert.False(new PasswordRequest().IsIdempotent);
    }

    [Fact]
    public void Packets_that_may_come_unasked_are_these() =>
        Assert.Equal([0x10, 0x1F, 0x60, 0x79, 0x7E, 0x92, 0x98, 0x99, 0x9C, 0x9D, 0x9E, 0xD9],
            Enumerable.Range(0, 256).Where(code => DiagCode.CanBeUnsolicited((byte)code)));

    private static void AssertNeeds<TResponse>(IDiagRequest<TResponse> request, int length)
    {
        var e = Assert.Throws<MalformedReplyException>(() => request.Read(new byte[length - 1]));
        Assert.Equal(length - 1, e.Offset);
        request.Read(new byte[length]);
    }

    private static byte[] Hex(string text) => Convert.FromHexString(text.Replace(" ", "", StringComparison.Ordinal));
}
