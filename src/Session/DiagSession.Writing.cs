using ImeiAgent.Diag.Framing;

namespace ImeiAgent.Session;

/// <content>The half that writes: what the line says is next, one frame per write, one write at a time.</content>
public sealed partial class DiagSession
{
    private byte[] _outgoing = new byte[Hdlc.MaxFrameLength(256)];
    // The longest header there is: 4B, subsystem, command, NV item and context.
    private const int HeaderLength = 8;

    private byte[] _outgoingPacket = new byte[FlightRecorder.MostBytes];
    private int _outgoingPacketKept;
    private int _outgoingPacketLength;
    private bool _outgoingAgain;
    private bool _writing;
    private Exchange? _inWrite;
    private long _stalledAt = Alarm.Never;

    /// <summary>Puts <paramref name="added"/> in line, and writes for as long as the line has something to write and the port takes it at once.</summary>
    private void Pump(Exchange? added)
    {
        bool wrote = false;
        while (true)
        {
            ReadOnlyMemory<byte> frame;
            lock (_gate)
            {
                if (wrote)
                    EndWrite();
                if (_state == SessionState.Open)
                {
                    if (added is not null)
                        _line.Add(added);
                    added = null;
                    frame = BeginWrite();
                }
                else
                {
                    frame = default;
                }
            }
            if (frame.IsEmpty)
                break;
            Tell();
            if (!TryWrite(frame))
                break;
            wrote = true;
        }
        added?.Fail(new SessionBrokenException(_break!, Transmission.No));
    }

    /// <summary>Under the lock: takes the next exchange and its frame; empty when there is none, a write is under way, or a read is being looked at.</summary>
    private ReadOnlyMemory<byte> BeginWrite()
    {
        if (_writing || _inRead || _line.TakeNext() is not { } next)
            return default;
        _writing = true;
        _inWrite = next;
        next.WrittenAt = _alarm.Now;
        _stalledAt = next.WrittenAt + _stallTime;
        _alarm.NotAfter(_stalledAt);
        _outgoingAgain = next.Sends > 1;
        _counters = _counters with { FramesSent = _counters.FramesSent + 1, Resent = _counters.Resent + (_outgoingAgain ? 1 : 0) };

        // A copy, because the exchange may be answered and used again before the port has taken the last byte.
        ReadOnlySpan<byte> frame = next.Frame;
        if (_outgoing.Length < frame.Length)
            _outgoing = new byte[frame.Length];
        frame.CopyTo(_outgoing);
        if (_recorder is not null)
            KeepPacket(next.Packet);
        return _outgoing.AsMemory(0, frame.Length);
    }

    private void KeepPacket(ReadOnlySpan<byte> packet)
    {
        _outgoingPacketLength = packet.Length;
        // A read asks with zeros, thousands of times.
        if (packet.Length > HeaderLength && !packet[HeaderLength..].ContainsAnyExcept((byte)0))
            packet = packet[..HeaderLength];
        _outgoingPacketKept = packet.Length;
        if (_outgoingPacket.Length < packet.Length)
            _outgoingPacket = new byte[packet.Length];
        packet.CopyTo(_outgoingPacket);
    }

    /// <summary>Whoever began the write, before the port gets it: nothing else is written meanwhile, and no reply can have come.</summary>
    private void Tell()
    {
        if (_outgoingAgain)
            SessionTelemetry.CountResend();
        if (_recorder is null)
            return;
        Span<byte> packet = _outgoingPacket.AsSpan(0, _outgoingPacketKept);
        _recorder.Sent(packet, _outgoingPacketLength);
        packet.Clear();
    }

    /// <summary>Under the lock: the frame was taken whole; its exchange, unless already answered or given up, begins to wait for its reply.</summary>
    private void EndWrite()
    {
        _writing = false;
        _stalledAt = Alarm.Never;
        if (_inWrite is not { } exchange)
            return;
        _inWrite = null;
        _line.Written(exchange, _alarm.Now);
        _alarm.NotAfter(exchange.Deadline);
    }

    /// <summary>Whether the port took the frame at once. If not, <see cref="FinishWriteAsync"/> goes on, or the session is broken.</summary>
    private bool TryWrite(ReadOnlyMemory<byte> frame)
    {
        try
        {
            ValueTask write = _stream.WriteAsync(frame, _ended);
            if (!write.IsCompleted)
            {
                _ = FinishWriteAsync(write);
                return false;
            }
            write.GetAwaiter().GetResult();
            return true;
        }
        catch (Exception exception)
        {
            Break(BreakReason.PortVanished, exception.Message);
            return false;
        }
    }

    private async Task FinishWriteAsync(ValueTask write)
    {
        try
        {
            await write.ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Break(BreakReason.PortVanished, exception.Message);
            return;
        }
        lock (_gate)
            EndWrite();
        Pump(null);
    }

    /// <summary>Under the lock: an exchange that left the line is no longer the one being written.</summary>
    private void Forget(Exchange? exchange)
    {
        if (ReferenceEquals(_inWrite, exchange))
            _inWrite = null;
    }
}
