using ImeiAgent.Diag.Framing;

namespace ImeiAgent.Session;

/// <summary>Takes the packet of a frame; the span is valid during the call.</summary>
internal delegate void PacketHandler(ReadOnlySpan<byte> packet);

/// <summary>Reads a stream to its end and hands over every frame in it, on the thread that completed the read.</summary>
internal sealed class FrameReader(PacketHandler onPacket, Action<BadFrameReason> onBadFrame)
{
    private readonly byte[] _bytes = new byte[Hdlc.MaxPacketLength];
    private readonly HdlcDecoder _decoder = new();

    /// <summary>Returns at the end of the stream.</summary>
    /// <exception cref="Exception">Whatever the stream throws, cancellation included.</exception>
    public async Task RunAsync(Stream stream, CancellationToken ct)
    {
        int count;
        while ((count = await stream.ReadAsync(_bytes, ct).ConfigureAwait(false)) > 0)
            Decode(_bytes.AsSpan(0, count));
    }

    private void Decode(ReadOnlySpan<byte> bytes)
    {
        while (true)
        {
            FrameOutcome outcome = _decoder.Decode(bytes, out int consumed);
            bytes = bytes[consumed..];
            switch (outcome)
            {
                case FrameOutcome.NeedMore:
                    return;
                case FrameOutcome.Frame:
                    onPacket(_decoder.Packet);
                    break;
                case FrameOutcome.BadFrame:
                    onBadFrame(_decoder.BadFrame);
                    break;
            }
        }
    }
}
