using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Session;
using Microsoft.Extensions.Time.Testing;

namespace ImeiAgent.Unit.Session;

/// <summary>A session over a <see cref="FakePort"/> with a clock that stands still until told. Patience as by default: 1.5 s, 3 s, 3 attempts.</summary>
internal sealed class SessionFixture : IAsyncDisposable
{
    public static readonly TimeSpan ReplyTimeout = TimeSpan.FromSeconds(1.5);
    public static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(3);

    public SessionFixture(
        int window = 1, int attempts = 3, int unsolicitedCapacity = 256, FlightRecorder? recorder = null, FakeTimeProvider? time = null)
    {
        Time = time ?? new FakeTimeProvider();
        Recorder = recorder;
        var options = new SessionOptions { InitialWindow = window, LargestWindow = window, Attempts = attempts, UnsolicitedCapacity = unsolicitedCapacity };
        Session = new DiagSession(Port, options, Time, recorder);
    }

    public FakePort Port { get; } = new();

    public FakeTimeProvider Time { get; }

    public FlightRecorder? Recorder { get; }

    public DiagSession Session { get; }

    public Task<DiagReply<NvItem>> Read(int item) => ReadUntil(item, CancellationToken.None);

    public Task<DiagReply<NvItem>> ReadUntil(int item, CancellationToken ct) =>
        Session.SendAsync(new NvReadRequest(new NvItemId((ushort)item)), ct).AsTask();

    public Task<DiagReply<NvItem>> Write(int item) => WriteUntil(item, CancellationToken.None);

    public Task<DiagReply<NvItem>> WriteUntil(int item, CancellationToken ct) =>
        Session.SendAsync(new NvWriteRequest(new NvItemId((ushort)item), default), ct).AsTask();

    public Task<DiagReply<byte[]>> Ask(params byte[] key) => Session.SendAsync(new AnyRequest(key), CancellationToken.None).AsTask();

    /// <summary>The phone answers the read of an item with NV_DONE and one data byte.</summary>
    public void AnswerRead(int item, byte data = 0) => Port.DeliverPacket(NvPacket(0x26, item, data));

    /// <summary>The phone answers the write of an item with NV_DONE.</summary>
    public void AnswerWrite(int item) => Port.DeliverPacket(NvPacket(0x27, item, 0));

    public static byte[] NvPacket(byte code, int item, byte data)
    {
        var packet = new byte[133];
        (packet[0], packet[1], packet[2], packet[3]) = (code, (byte)item, (byte)(item >> 8), data);
        return packet;
    }

    public ValueTask DisposeAsync() => Session.DisposeAsync();

    /// <summary>A request that is its own key, and an answer that is the reply's bytes.</summary>
    private sealed record AnyRequest(byte[] Bytes) : IDiagRequest<byte[]>
    {
        public ReplyKey ReplyKey => new(Bytes);
        public bool IsIdempotent => true;
        public int MaxLength => Bytes.Length;

        public int Write(Span<byte> destination)
        {
            Bytes.CopyTo(destination);
            return Bytes.Length;
        }

        public byte[] Read(ReadOnlySpan<byte> packet) => packet.ToArray();
    }
}
