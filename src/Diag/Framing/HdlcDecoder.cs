using System.Buffers;

namespace ImeiAgent.Diag.Framing;

/// <summary>What <see cref="HdlcDecoder.Decode"/> found in the bytes it consumed.</summary>
public enum FrameOutcome
{
    /// <summary>All bytes were consumed and no frame ended yet.</summary>
    NeedMore,

    /// <summary>A frame with a right check ended: see <see cref="HdlcDecoder.Packet"/>.</summary>
    Frame,

    /// <summary>A frame ended that must not be used: see <see cref="HdlcDecoder.BadFrame"/>.</summary>
    BadFrame,
}

/// <summary>Why a frame was thrown away.</summary>
public enum BadFrameReason
{
    /// <summary>None was.</summary>
    None,

    /// <summary>Fewer than one payload byte and two check bytes stood before the flag.</summary>
    TooShort,

    /// <summary>The check bytes do not fit the payload.</summary>
    BadCheck,

    /// <summary>More bytes came than a packet may have; all up to the next flag were dropped.</summary>
    TooLong,

    /// <summary>An escape stood right before the flag: the sender gave the frame up (RFC 1662, 4.2).</summary>
    Aborted,
}

/// <summary>
/// Finds frames in a byte stream that may be cut anywhere. Holds at most one packet; after a bad frame it goes on at the next flag.
/// Empty frames (a leading flag, two flags in a row) are passed over silently.
/// </summary>
public sealed class HdlcDecoder
{
    private static readonly SearchValues<byte> Special = SearchValues.Create([Hdlc.Flag, Hdlc.Escape]);

    private readonly byte[] _buffer;
    private int _length;
    private bool _escaped;
    private bool _overflowed;
    private bool _delivered;

    /// <param name="maxPacketLength">The longest packet to accept, in bytes without check and escapes; 1 or more.</param>
    public HdlcDecoder(int maxPacketLength = Hdlc.MaxPacketLength)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxPacketLength, 1);
        _buffer = new byte[maxPacketLength + 2];
    }

    /// <summary>The packet of the last <see cref="FrameOutcome.Frame"/>, without check bytes; valid until the next call of <see cref="Decode"/>.</summary>
    public ReadOnlySpan<byte> Packet => _delivered ? _buffer.AsSpan(0, _length - 2) : default;

    /// <summary>Why the last frame was bad, if it was.</summary>
    public BadFrameReason BadFrame { get; private set; }

    /// <summary>
    /// Takes bytes up to and including the next flag that ends a frame, and says how many in <paramref name="consumed"/>.
    /// Call again with the rest until it answers <see cref="FrameOutcome.NeedMore"/>.
    /// </summary>
    public FrameOutcome Decode(ReadOnlySpan<byte> input, out int consumed)
    {
        if (_delivered)
            Restart();
        BadFrame = BadFrameReason.None;

        consumed = 0;
        while (consumed < input.Length)
        {
            if (_escaped && input[consumed] != Hdlc.Flag)
            {
                _escaped = false;
                Append((byte)(input[consumed++] ^ Hdlc.EscapeMask));
                continue;
            }

            ReadOnlySpan<byte> rest = input[consumed..];
            int plain = rest.IndexOfAny(Special);
            if (plain != 0)
            {
                if (plain < 0)
                    plain = rest.Length;
                Append(rest[..plain]);
                consumed += plain;
                continue;
            }

            consumed++;
            if (rest[0] == Hdlc.Escape)
                _escaped = true;
            else if (_length > 0 || _escaped || _overflowed)
                return EndFrame();
        }
        return FrameOutcome.NeedMore;
    }

    /// <summary>Forgets a half-received frame, as after a port was opened again.</summary>
    public void Reset()
    {
        Restart();
        BadFrame = BadFrameReason.None;
    }

    private FrameOutcome EndFrame()
    {
        BadFrameReason reason =
            _escaped ? BadFrameReason.Aborted
            : _overflowed ? BadFrameReason.TooLong
            : _length < 3 ? BadFrameReason.TooShort
            : Crc16.Update(Crc16.Seed, _buffer.AsSpan(0, _length)) != Crc16.GoodResidue ? BadFrameReason.BadCheck
            : BadFrameReason.None;
        if (reason == BadFrameReason.None)
        {
            _delivered = true;
            return FrameOutcome.Frame;
        }
        Restart();
        BadFrame = reason;
        return FrameOutcome.BadFrame;
    }

    private void Append(byte value)
    {
        if (_length < _buffer.Length)
            _buffer[_length++] = value;
        else
            _overflowed = true;
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        int room = Math.Min(bytes.Length, _buffer.Length - _length);
        bytes[..room].CopyTo(_buffer.AsSpan(_length));
        _length += room;
        _overflowed |= room < bytes.Length;
    }

    private void Restart()
    {
        _length = 0;
        _escaped = false;
        _overflowed = false;
        _delivered = false;
    }
}
