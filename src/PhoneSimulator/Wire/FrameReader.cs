using System.Buffers;
using ImeiAgent.Diag.Framing;

namespace ImeiAgent.PhoneSimulator.Wire;

/// <summary>What ended in the bytes given to <see cref="FrameReader.Next"/>.</summary>
internal enum FrameEnd
{
    None,
    Good,
    Bad,
    Aborted,
}

/// <summary>
/// The phone's own frame decoder. Unlike the client's it keeps the bytes of a bad frame, because newer kernels send them back.
/// </summary>
internal sealed class FrameReader
{
    private static readonly SearchValues<byte> Special = SearchValues.Create([Hdlc.Flag, Hdlc.Escape]);

    private readonly byte[] _buffer = new byte[Hdlc.MaxPacketLength + 2];
    private int _length;
    private bool _escaped;
    private bool _ended;

    /// <summary>The unescaped bytes of the frame that ended, check included; valid until the next call.</summary>
    public ReadOnlySpan<byte> Content => _buffer.AsSpan(0, _length);

    /// <summary>Takes bytes up to the end of a frame. What is longer than a packet may be is bad, whatever its check.</summary>
    public FrameEnd Next(ReadOnlySpan<byte> input, out int consumed)
    {
        if (_ended)
            Reset();
        consumed = 0;
        while (consumed < input.Length)
        {
            byte value = input[consumed];
            if (_escaped && value != Hdlc.Flag)
            {
                _escaped = false;
                value ^= Hdlc.EscapeMask;
                Append(new ReadOnlySpan<byte>(in value));
                consumed++;
                continue;
            }
            ReadOnlySpan<byte> rest = input[consumed..];
            int plain = rest.IndexOfAny(Special);
            if (plain != 0)
            {
                plain = plain < 0 ? rest.Length : plain;
                Append(rest[..plain]);
                consumed += plain;
                continue;
            }
            consumed++;
            if (value == Hdlc.Escape)
                _escaped = true;
            else if (_length > 0 || _escaped)
                return End();
        }
        return FrameEnd.None;
    }

    /// <summary>Forgets what was read of a frame.</summary>
    public void Reset()
    {
        _length = 0;
        _escaped = false;
        _ended = false;
    }

    private FrameEnd End()
    {
        _ended = true;
        if (_escaped)
            return FrameEnd.Aborted;
        return _length >= 3 && Crc16.Update(Crc16.Seed, Content) == Crc16.GoodResidue ? FrameEnd.Good : FrameEnd.Bad;
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        int room = Math.Min(bytes.Length, _buffer.Length - _length);
        bytes[..room].CopyTo(_buffer.AsSpan(_length));
        _length += room;
    }
}
