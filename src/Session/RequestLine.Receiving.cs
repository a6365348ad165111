using ImeiAgent.Diag.Framing;
using ImeiAgent.Diag.Messages;

namespace ImeiAgent.Session;

/// <content>The half that receives: whose reply a packet is, and what that says about the others.</content>
internal sealed partial class RequestLine
{
    /// <summary>Finds whose packet this is. With <see cref="PacketFate.Reply"/> the exchange has left the line.</summary>
    public PacketFate Receive(ReadOnlySpan<byte> packet, long now, out Exchange? exchange)
    {
        for (int i = 0; i < _inFlight.Count; i++)
            if (_inFlight[i].Key.Matches(packet))
                return Answered(i, now, out exchange);
        for (int i = 0; i < _lost.Count; i++)
            if (_lost[i].Key.Matches(packet))
                return AnsweredAfterAll(i, now, out exchange);

        exchange = null;
        if (_tombstones.TakeReply(packet, out bool wasAnswered))
        {
            _answersLate |= wasAnswered;
            return PacketFate.Late;
        }
        if (Refusals.IsRefusal(packet[0]))
            return ReceiveRefusal(packet, now, out exchange);
        return DiagCode.CanBeUnsolicited(packet[0]) ? PacketFate.Unsolicited : PacketFate.Stray;
    }

    /// <summary>A frame came with a wrong check. If only one request can have been meant and it may be asked again, it will be.</summary>
    public bool AskSoleAgain()
    {
        if (!IsSole || _lost.Count > 0 || _draining || !_inFlight[0].IsIdempotent || _inFlight[0].Tries + 1 >= options.Attempts)
            return false;
        _inFlight[0].Tries++;
        AskAgain(0);
        return true;
    }

    private PacketFate Answered(int index, long now, out Exchange exchange)
    {
        exchange = _inFlight[index];
        // Of one that was sent again it is the last sending that was answered, unless this phone is known to answer late.
        int overtaken = (exchange.Owed == 1 || !_answersLate) && !_draining ? LoseOvertaken(index) : 0;
        index -= overtaken;
        // What is still in flight may be lost too and more than the window that was just cut. Only a later reply can tell, so one repeat goes
        // in any case: the phone has just answered, and has room for it.
        _mayRepeat = overtaken > 0;
        Remove(_inFlight, index);
        _window.Answered(exchange.InFlight);
        KeepSpare(exchange, now);
        return PacketFate.Reply;
    }

    private PacketFate AnsweredAfterAll(int index, long now, out Exchange exchange)
    {
        exchange = _lost[index];
        _answersLate |= exchange.Losses > 0;
        Remove(_lost, index);
        KeepSpare(exchange, now);
        return PacketFate.Reply;
    }

    /// <summary>Sends again what was written before the request at <paramref name="index"/> and should have been answered before it; how many.</summary>
    private int LoseOvertaken(int index)
    {
        int lost = 0;
        ReplyKey key = _inFlight[index].Key;
        for (int i = 0; i < index; i++)
        {
            if (!_inFlight[i].Key.IsSameKind(key))
                continue;
            Lose(i--);
            index--;
            lost++;
        }
        return lost;
    }

    private void KeepSpare(Exchange exchange, long now)
    {
        if (--exchange.Owed > 0)
            _tombstones.AddSpare(exchange, now + drainTime);
    }

    /// <summary>
    /// A refusal tells by its echo whom it is for. The echo may be cut short or absent. If it can be for several that are in flight, it is
    /// nobody's: the wrong one would get a false answer. Otherwise it is for the oldest it can be for, given-up ones included, because a
    /// phone answers in the order it was asked. Wrongly given to a tombstone it costs one repeat.
    /// </summary>
    private PacketFate ReceiveRefusal(ReadOnlySpan<byte> packet, long now, out Exchange? exchange)
    {
        ReadOnlySpan<byte> echo = packet[1..];
        exchange = null;
        int index = FindRefused(_inFlight, echo, out int candidates);
        int lost = FindRefused(_lost, echo, out int more);
        Exchange? refused = index >= 0 ? _inFlight[index] : lost >= 0 ? _lost[lost] : null;
        bool named = refused is not null && refused.Key.IsNamedBy(echo);
        int rivals = refused is null ? 0 : _tombstones.Rivals(echo, after: refused.Order);
        if (candidates + more + rivals > 1 || (_draining && !named))
        {
            BeAlone();
            return PacketFate.AskAgain;
        }
        if (_tombstones.TakeRefusal(echo, before: refused?.Order ?? long.MaxValue))
            return PacketFate.Late;
        if (IsDamageReport(packet) && (refused is null ? AskSoleAgain() : AskAgainUnlessWhole(index, echo)))
            return PacketFate.AskAgain;
        if (refused is null)
            return PacketFate.Stray;
        return index >= 0 ? Answered(index, now, out exchange) : AnsweredAfterAll(lost, now, out exchange);
    }

    /// <summary>The first of the exchanges that wait for a reply and can be meant, and how many there are.</summary>
    private static int FindRefused(List<Exchange> exchanges, ReadOnlySpan<byte> echo, out int candidates)
    {
        int first = -1;
        candidates = 0;
        for (int i = 0; i < exchanges.Count; i++)
        {
            if (exchanges[i].Owed == 0 || !exchanges[i].Key.AllowsEcho(echo))
                continue;
            first = candidates++ == 0 ? i : first;
        }
        return first;
    }

    /// <summary>
    /// This phone cannot be asked for several things at once, because it does not say which of them it refuses. What is in flight gets its
    /// time to be answered; then everything is asked one at a time.
    /// </summary>
    private void BeAlone()
    {
        _window.StayAlone();
        _draining = true;
    }

    private bool AskAgainUnlessWhole(int index, ReadOnlySpan<byte> echo)
    {
        if (index < 0)
            return true;        // It is lost already and will be.
        Exchange exchange = _inFlight[index];
        int tries = exchange.Tries + (IsSole ? 1 : 0);
        if (echo.Length == exchange.PacketLength || !exchange.IsIdempotent || tries >= options.Attempts)
            return false;
        exchange.Tries = tries;
        AskAgain(index);
        return true;
    }

    /// <summary>
    /// Newer Android kernels answer a frame with a wrong check by BAD_CMD and everything they got, check bytes and flag included; no
    /// whole request ends so.
    /// </summary>
    private static bool IsDamageReport(ReadOnlySpan<byte> packet) =>
        packet[0] == (byte)RefusalCode.BadCommand && packet[^1] == Hdlc.Flag;
}
