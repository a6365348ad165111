using ImeiAgent.Conformance.Framing;
using ImeiAgent.Conformance.Vectors;
using ImeiAgent.Diag.Identity;
using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;
using Xunit;

namespace ImeiAgent.Conformance.Messages;

/// <summary>Typed requests make exactly the packets of the vectors; their replies mean what the vectors say.</summary>
public sealed class MessageVectorTests
{
    private static readonly NvData Imei = NvData.From([0x08, 0x4A, 0x09, 0x51, 0x24, 0x30, 0x32, 0x57, 0x81]);
    private static readonly NvData OtherImei = NvData.From([0x08, 0x3A, 0x65, 0x39, 0x08, 0x53, 0x46, 0x83, 0x90]);

    [Fact]
    public void Queries_are_written_as_in_the_vectors()
    {
        AssertWrites("VERNO request", new VernoRequest());
        AssertWrites("ESN request", new EsnRequest());
        AssertWrites("DIAG_VER request", new DiagVersionRequest());
        AssertWrites("EXT_BUILD_ID request", new ExtBuildIdRequest());
        AssertWrites("LOOPBACK 01 02 03", new LoopbackRequest(new byte[] { 1, 2, 3 }));
        AssertWrites("LOOPBACK 7D 7E 7D", new LoopbackRequest(new byte[] { 0x7D, 0x7E, 0x7D }));
    }

    [Fact]
    public void Reads_and_writes_of_items_are_written_as_in_the_vectors()
    {
        AssertWrites("NV_READ 550", new NvReadRequest(new NvItemId(550)));
        AssertWrites("NV_READ 0", new NvReadRequest(new NvItemId(0)));
        AssertWrites("NV_READ 125", new NvReadRequest(new NvItemId(125)));
        AssertWrites("NV_READ 126", new NvReadRequest(new NvItemId(126)));
        AssertWrites("NV_READ 65535", new NvReadRequest(new NvItemId(65535)));
        AssertWrites("NV_WRITE 550", new NvWriteRequest(new NvItemId(550), Imei));
        AssertWrites("subsystem NV read 550 context 0", new NvSubscriptionReadRequest(new NvItemId(550), 0));
        AssertWrites("subsystem NV read 550 context 1", new NvSubscriptionReadRequest(new NvItemId(550), 1));
        AssertWrites("subsystem NV write 550 context 1", new NvSubscriptionWriteRequest(new NvItemId(550), 1, OtherImei));
    }

    [Fact]
    public void Mode_changes_and_unlocking_are_written_as_in_the_vectors()
    {
        AssertWrites("CONTROL offline-analog", new ControlRequest(OperatingMode.OfflineAnalog));
        AssertWrites("CONTROL offline-digital", new ControlRequest(OperatingMode.OfflineDigital));
        AssertWrites("CONTROL reset", new ControlRequest(OperatingMode.Reset));
        AssertWrites("CONTROL factory test", new ControlRequest(OperatingMode.FactoryTest));
        AssertWrites("CONTROL online", new ControlRequest(OperatingMode.Online));
        AssertWrites("CONTROL low power", new ControlRequest(OperatingMode.LowPower));
        AssertWrites("CONTROL power off", new ControlRequest(OperatingMode.PowerOff));
        AssertWrites("SPC 000000", new SpcRequest(Spc.FactoryDefault));
        AssertWrites("PASSWORD FFFFFFFFFFFFFFFE", new PasswordRequest(SecurityPassword.TryParse("FFFFFFFFFFFFFFFE")!.Value));
        AssertWrites("PASSWORD FFFFFFFFFFFFFFFF", new PasswordRequest(SecurityPassword.TryParse("ffff ffff ffff ffff")!.Value));
    }

    [Fact]
    public void Silencing_is_written_as_in_the_vectors()
    {
        AssertWrites("LOG_CONFIG disable", new LogDisableRequest());
        AssertWrites("EXT_MSG_CONFIG all masks 0", new MessagesDisableRequest());
        AssertWrites("EVENT_REPORT off", new EventsDisableRequest());
    }

    [Theory]
    [InlineData("NV_READ 550 reply, DONE", NvStatus.Done)]
    [InlineData("NV_READ 550 reply, NOTACTIVE", NvStatus.NotActive)]
    [InlineData("NV_READ 550 reply, BADPARM", NvStatus.BadParameter)]
    [InlineData("NV_READ 550 reply, BADTG", NvStatus.BadTarget)]
    public void A_reply_to_a_read_tells_item_and_status(string name, NvStatus status)
    {
        NvItem item = Read(new NvReadRequest(new NvItemId(550)), name).Answer;
        Assert.Equal(550, item.Id.Number);
        Assert.Equal(status, item.Status);
    }

    [Fact]
    public void A_reply_to_a_read_holds_the_data() =>
        Assert.Equal(Imei, Read(new NvReadRequest(new NvItemId(550)), "NV_READ 550 reply, DONE").Answer.Data);

    [Fact]
    public void A_refused_write_of_a_read_only_item_is_an_answer() =>
        Assert.Equal(NvStatus.ReadOnly, Read(new NvWriteRequest(new NvItemId(550), Imei), "NV_WRITE 550 reply, READONLY").Answer.Status);

    [Fact]
    public void A_reply_of_the_second_subscription_holds_its_data()
    {
        NvItem item = Read(new NvSubscriptionReadRequest(new NvItemId(550), 1), "subsystem NV read 550 context 1 reply, DONE").Answer;
        Assert.Equal(new NvItem(new NvItemId(550), NvStatus.Done, OtherImei), item);
    }

    [Fact]
    public void Codes_and_passwords_are_accepted_or_refused()
    {
        var spc = new SpcRequest(Spc.FactoryDefault);
        var password = new PasswordRequest(SecurityPassword.TryParse("0123456789ABCDEF")!.Value);
        Assert.Equal(UnlockVerdict.Accepted, Read(spc, "SPC accepted").Answer);
        Assert.Equal(UnlockVerdict.Refused, Read(spc, "SPC refused").Answer);
        Assert.Equal(UnlockVerdict.Accepted, Read(password, "PASSWORD accepted").Answer);
        Assert.Equal(UnlockVerdict.Refused, Read(password, "PASSWORD refused").Answer);
    }

    [Fact]
    public void Refusals_are_told_by_their_code()
    {
        Assert.Equal(RefusalCode.BadCommand, Read(new VernoRequest(), "BAD_CMD with the echo of VERNO").Refusal);
        Assert.Equal(RefusalCode.BadParameter, Read(new NvReadRequest(new NvItemId(65535)), "BAD_PARM with the echo of NV_READ 65535").Refusal);
        Assert.Equal(RefusalCode.BadLength, Read(new NvReadRequest(new NvItemId(550)), "BAD_LEN with the echo of NV_READ 550").Refusal);
        Assert.Equal(RefusalCode.BadMode, Read(new ControlRequest(OperatingMode.OfflineDigital), "BAD_MODE with the echo of CONTROL offline-digital").Refusal);
        Assert.Equal(RefusalCode.BadSpcMode, Read(new NvWriteRequest(new NvItemId(550), Imei), "BAD_SPC_MODE with 16 echoed bytes").Refusal);
        Assert.Equal(RefusalCode.BadSecurityMode, Read(new NvWriteRequest(new NvItemId(550), Imei), "BAD_SEC_MODE with 16 echoed bytes").Refusal);
    }

    [Fact]
    public void Replies_of_diag_router_are_understood()
    {
        Assert.Equal(2, Read(new DiagVersionRequest(), "DIAG_VER reply of one byte").Answer);
        Assert.True(Read(new VernoRequest(), "VERNO reply without a modem").Answer.IsEmpty);
        Assert.Equal(new ExtBuildId(2, 2, 0, "OE", "DB410C"), Read(new ExtBuildIdRequest(), "EXT_BUILD_ID reply").Answer);
    }

    [Fact]
    public void A_loopback_reply_is_the_request() =>
        Assert.Equal(3, Read(new LoopbackRequest(new byte[] { 0x7D, 0x7E, 0x7D }), "LOOPBACK 7D 7E 7D").Answer);

    private static void AssertWrites<TResponse>(string name, IDiagRequest<TResponse> request)
    {
        byte[] packet = new byte[request.MaxLength];
        packet = packet[..request.Write(packet)];
        Assert.Equal(FrameVector.Named(name).Packet, packet);
        Assert.Equal(FrameVector.Named(name).Frame, Wire.Encode(packet));
        Assert.True(request.ReplyKey.Matches(packet) || request is EventsDisableRequest);
    }

    private static DiagReply<TResponse> Read<TResponse>(IDiagRequest<TResponse> request, string name) =>
        DiagReply.Read(request, Wire.Accept(FrameVector.Named(name).Frame).Single());
}
