using ImeiAgent.Diag.Framing;
using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;
using Xunit;

namespace ImeiAgent.Unit.Diag;

/// <summary>A dump sends 65536 requests: the path of each through framing and parsing must leave nothing for the collector.</summary>
public sealed class AllocationTests
{
    private const int Rounds = 1000;

    private readonly byte[] _packet = new byte[138];
    private readonly byte[] _frame = new byte[Hdlc.MaxFrameLength(138)];
    private readonly HdlcDecoder _decoder = new();

    [Fact]
    public void Encoding_allocates_nothing() =>
        AssertAllocatesNothing(() => HdlcEncoder.Encode(_packet, _frame));

    [Fact]
    public void Decoding_good_and_bad_frames_allocates_nothing()
    {
        int good = HdlcEncoder.Encode(_packet, _frame);
        byte[] stream = [0x7E, .. _frame[..good], 0x01, 0x02, 0x7E, 0x26, 0x7D, 0x7E, 0x26, 0x26, 0x26, 0x26, 0x7E, .. _frame[..good]];
        AssertAllocatesNothing(() =>
        {
            ReadOnlySpan<byte> rest = stream;
            while (_decoder.Decode(rest, out int consumed) != FrameOutcome.NeedMore)
                rest = rest[consumed..];
        });
    }

    [Fact]
    public void Writing_a_read_request_and_matching_its_reply_allocates_nothing()
    {
        var request = new NvReadRequest(new NvItemId(550));
        AssertAllocatesNothing(() =>
        {
            request.Write(_packet);
            if (!request.ReplyKey.Matches(_packet) || request.ReplyKey.AllowsEcho([0x27]))
                throw new InvalidOperationException();
        });
    }

    [Fact]
    public void Reading_a_reply_and_a_refusal_allocates_nothing_once_the_request_is_boxed()
    {
        IDiagRequest<NvItem>[] requests = [new NvReadRequest(new NvItemId(550)), new NvSubscriptionReadRequest(new NvItemId(550), 1)];
        foreach (IDiagRequest<NvItem> request in requests)
        {
            request.Write(_packet);
            byte[] refusal = [0x14, .. _packet.AsSpan(0, 3)];
            AssertAllocatesNothing(() =>
            {
                NvReading active = NvReading.From(1, new NvItemId(550), DiagReply.Read(request, _packet));
                NvReading absent = NvReading.From(1, new NvItemId(550), DiagReply.Read(request, refusal));
                if (!active.IsActive || !absent.IsAbsent)
                    throw new InvalidOperationException();
            });
        }
    }

    private static void AssertAllocatesNothing(Action action)
    {
        action();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Rounds; i++)
            action();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
