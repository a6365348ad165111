using ImeiAgent.Diag.Framing;

namespace ImeiAgent.Session;

/// <summary>Takes the packet of a frame; the span is valid during the call.</summary>
internal delegate void PacketHandler(ReadOnlySpan<byte> packet);

/// <summary>Reads a stream to its end and hands over every frame in it, on the thread that completed the read; then says that the read is done.</summary>
internal sealed class FrameReader(PacketHandler onPacket, Action<BadFrameReason> onBadFrame, Action onReadDone)
{
    private const int MostAtOnce = 64;

    private readonly byte[] _bytes = new byte[Hdlc.MaxPacketLength];
    private readonly HdlcDecoder _decoder = new();

    /// <summary>Returns at the end of the stream.</summary>
    /// <exception cref="Exception">Whatever the stream throws, cancellation included.</exception>
    public async Task RunAsync(Stream stream, CancellationToken ct)
    {
        int atOnce = 0;
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            ValueTask<int> reading = stream.ReadAsync(_bytes, ct);
            atOnce = reading.IsCompleted ? atOnce + 1 : 0;
            int count = await reading.ConfigureAwait(false);
            if (count == 0)
                return;
            Decode(_bytes.AsSpan(0, count));
            onReadDone();
            // A port that always has bytes at hand would never let the caller's thread go.
            if (atOnce == MostAtOnce)
            {
                atOnce = 0;
                await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            }
        }
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
