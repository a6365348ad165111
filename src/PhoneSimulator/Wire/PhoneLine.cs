using ImeiAgent.Diag.Framing;
using ImeiAgent.Diag.Messages;
using ImeiAgent.PhoneSimulator.Commands;

namespace ImeiAgent.PhoneSimulator.Wire;

/// <summary>
/// One conversation of a phone over one port: bytes in, frames, replies, bytes out, with the quirks that are the port's. Replies to
/// all requests of one read leave in one write, as over USB, unless a quirk says otherwise.
/// </summary>
internal sealed class PhoneLine : IDisposable
{
    private const int FlushAt = 16 * 1024;

    private readonly SimulatedPhone _phone;
    private readonly Stream _port;
    private readonly TimeProvider _time;
    private readonly Action<Aftermath> _happened;
    private readonly FrameReader _frames = new();
    private readonly byte[] _reply = new byte[Hdlc.MaxPacketLength + 256];
    private readonly byte[] _output = new byte[FlushAt + Hdlc.MaxFrameLength(Hdlc.MaxPacketLength + 256)];
    private readonly Lock _writing = new();
    private Quirks _quirks;
    private bool _oneFramePerTransfer;
    private Pacer? _pacer;
    private ReplyShaper? _shaper;
    private volatile bool _shapes;
    private HeldReply? _held;
    private int _pending;

    public PhoneLine(SimulatedPhone phone, Stream port, TimeProvider time, Action<Aftermath> happened)
    {
        _phone = phone;
        _port = port;
        _time = time;
        _happened = happened;
        _quirks = phone.Quirks;
        Adopt(_quirks);
    }

    /// <summary>Takes what one read of the port gave. False when the port must close at once.</summary>
    public bool Receive(ReadOnlySpan<byte> bytes)
    {
        Quirks quirks = _phone.Quirks;
        if (!ReferenceEquals(quirks, _quirks))
            Adopt(quirks);
        _phone.Counters.Received(bytes.Length);
        if (quirks.OldKernel && bytes.Length > 0 && bytes[0] == Hdlc.Flag)
        {
            _phone.Counters.Lost();
            return true;
        }
        while (true)
        {
            FrameEnd end = _frames.Next(bytes, out int consumed);
            bytes = bytes[consumed..];
            if (end == FrameEnd.None)
                break;
            if (!Take(end, moreWaiting: !bytes.IsEmpty && !_oneFramePerTransfer))
            {
                Flush();
                return false;
            }
            if (_oneFramePerTransfer)
                break;
        }
        if (quirks.OldKernel)
            _frames.Reset();
        if (_pacer is null)
            Idle();
        else
            Flush();
        return true;
    }

    /// <summary>Sends the reply to <paramref name="request"/>, unless a trap or quirk catches it.</summary>
    public void Send(ReadOnlySpan<byte> request, ReadOnlySpan<byte> reply, bool moreWaiting)
    {
        if (reply.IsEmpty)
            return;
        if (_phone.Traps.Any && _phone.Traps.Catch(request, out HeldReply? caught))
        {
            if (caught is not null)
                Keep(caught, reply);
            return;
        }
        if (_held is { HoldsUp: true } held)
        {
            Keep(held, reply);
            return;
        }
        if (_shapes)
            _shaper!.Send(reply, moreWaiting);
        else
            Put(reply);
    }

    private void Keep(HeldReply held, ReadOnlySpan<byte> reply)
    {
        _held = held;
        byte[] kept = reply.ToArray();
        held.Keep(() =>
        {
            Put(kept);
            Flush();
        });
    }

    /// <summary>Sends everything that waits for a write.</summary>
    public void Flush()
    {
        lock (_writing)
        {
            if (_pending > 0)
                Write(_output.AsSpan(0, _pending));
            _pending = 0;
        }
    }

    /// <summary>Sends everything, replies that wait to be joined included: nothing more is coming.</summary>
    public void Idle()
    {
        _shaper?.Flush();
        Flush();
    }

    /// <summary>Appends a frame to what waits for a write.</summary>
    public void Put(ReadOnlySpan<byte> packet)
    {
        lock (_writing)
        {
            _pending += HdlcEncoder.Encode(packet, _output.AsSpan(_pending));
            if (_pending >= FlushAt)
                Flush();
        }
    }

    /// <summary>Writes bytes as they are, after everything that waits.</summary>
    public void PutRaw(ReadOnlySpan<byte> bytes, bool singly)
    {
        lock (_writing)
        {
            Flush();
            for (int i = 0; singly && i < bytes.Length; i++)
                Write(bytes.Slice(i, 1));
            if (!singly)
                Write(bytes);
        }
    }

    /// <summary>Tells the host what becomes of the port.</summary>
    public void Happened(Aftermath after) => _happened(after);

    public void Dispose()
    {
        _pacer?.Dispose();
        _shaper?.Dispose();
    }

    /// <summary>Behaves so from now on. Requests the phone holds are answered first, at the pace they were taken at.</summary>
    private void Adopt(Quirks quirks)
    {
        _quirks = quirks;
        _oneFramePerTransfer = quirks.OneFramePerTransfer || quirks.OldKernel;
        _pacer?.Finish();
        _pacer = quirks.ArePaced || _pacer is not null ? new Pacer(_phone, this, _time, before: _pacer) : null;
        if (quirks.ShapeReplies)
            _shaper ??= new ReplyShaper(_phone, this, _time);
        else
            _shaper?.Flush();
        _shapes = quirks.ShapeReplies;
    }

    private bool Take(FrameEnd end, bool moreWaiting)
    {
        Quirks quirks = _quirks;
        ReadOnlySpan<byte> content = _frames.Content;
        if (end != FrameEnd.Good)
        {
            _phone.Counters.BadFrame();
            if (end == FrameEnd.Bad && !quirks.OldKernel && !quirks.SilentOnBadCheck && !_phone.IsDown)
                Put([(byte)RefusalCode.BadCommand, .. content, Hdlc.Flag]);
            return true;
        }
        ReadOnlySpan<byte> request = content[..^2];
        if (quirks.LostRequest > 0 && _phone.Random.Roll(quirks.LostRequest))
        {
            _phone.Counters.Lost();
            return true;
        }
        if (_pacer is not null)
        {
            _pacer.Admit(request);
            return true;
        }
        Reaction reaction = _phone.Handle(request, _reply);
        Send(request, _reply.AsSpan(0, reaction.Length), moreWaiting);
        if (reaction.After == Aftermath.None)
            return true;
        Flush();
        Happened(reaction.After);
        return reaction.After is Aftermath.Restart or Aftermath.PowerOff;
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _port.Write(bytes);
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The client left or the cable was pulled: what a phone sends then is nobody's.
        }
    }
}
