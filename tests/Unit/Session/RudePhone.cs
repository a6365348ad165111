using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Session;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace ImeiAgent.Unit.Session;

/// <summary>How a <see cref="RudePhone"/> misbehaves. Everything else it does in order.</summary>
/// <param name="Queue">How many unanswered requests it holds; it drops what comes beyond.</param>
/// <param name="Lose">Probability that a request is lost.</param>
/// <param name="Drop">Probability that a reply is lost.</param>
/// <param name="Damage">Probability that a reply has a wrong check.</param>
/// <param name="Duplicate">Probability that a reply comes twice, in one piece.</param>
/// <param name="Shuffle">Probability that a request is answered before an earlier one.</param>
/// <param name="BareRefusals">Refusals have no echo.</param>
/// <param name="Seed">Of its dice.</param>
internal sealed record Rudeness(
    int Queue = 1000, double Lose = 0, double Drop = 0, double Damage = 0, double Duplicate = 0, double Shuffle = 0, bool BareRefusals = false, int Seed = 1);

/// <summary>
/// A phone in memory behind a session, both moved on by the test: it answers one request at a time, and when nothing is left to answer the clock
/// goes on until somebody loses patience. Each item has its own answer; some are refused.
/// </summary>
internal sealed class RudePhone : IAsyncDisposable
{
    private readonly FakePort _port = new();
    private readonly FakeTimeProvider _time = new();
    private readonly Queue<int> _pending = new();
    private readonly Rudeness _how;
    private readonly Random _random;

    public RudePhone(Rudeness how, SessionOptions? options = null)
    {
        (_how, _random) = (how, new Random(how.Seed));
        Session = new DiagSession(_port, options ?? new SessionOptions(), _time);
        _port.OnWrite = Take;
    }

    public DiagSession Session { get; }

    /// <summary>Requests that reached it and were dropped or lost, replies that were lost or damaged.</summary>
    public int Lost { get; private set; }

    /// <summary>How often the clock had to move a timeout on because nothing else would have happened.</summary>
    public int Timeouts { get; private set; }

    /// <summary>The largest window seen after a reply.</summary>
    public int WidestWindow { get; private set; }

    /// <summary>Every tenth item is refused.</summary>
    public static bool IsRefused(int item) => item % 10 == 3;

    /// <summary>Reads the items and asserts that each is what the phone holds.</summary>
    public async Task ReadAsync(int first, int count)
    {
        Task reading = ReadAllAsync(first, count);
        for (int idle = 0; !reading.IsCompleted; idle++)
        {
            if (_pending.Count > 0)
            {
                Answer();
                idle = 0;
            }
            else if (!reading.IsCompleted)
            {
                Assert.True(idle < 100, "nothing happens any more");
                Timeouts++;
                _time.Advance(SessionFixture.ReplyTimeout);
            }
            WidestWindow = Math.Max(WidestWindow, Session.Window);
        }
        await reading;
    }

    public ValueTask DisposeAsync() => Session.DisposeAsync();

    private async Task ReadAllAsync(int first, int count)
    {
        const int Ahead = 2 * SessionOptions.MaxWindow;
        var replies = new Task<TimedReply<NvItem>>[count];
        for (int i = 0, sent = 0; i < count; i++)
        {
            for (; sent < count && sent - i < Ahead; sent++)
                replies[sent] = Session.SendAsync<NvReadRequest, NvItem>(new NvReadRequest(new NvItemId((ushort)(first + sent))), CancellationToken.None).AsTask();
            DiagReply<NvItem> reply = (await replies[i]).Reply;
            int item = first + i;
            Assert.Equal(IsRefused(item) ? RefusalCode.BadParameter : null, reply.Refusal);
            if (reply.IsAnswer)
                Assert.Equal((item, (byte)(item * 7)), (reply.Answer.Id.Number, reply.Answer.Data.Bytes[0]));
        }
    }

    private void Take(byte[] frame)
    {
        if (_pending.Count >= _how.Queue || Roll(_how.Lose))
            Lost++;
        else
            _pending.Enqueue(FakePort.PacketOf(frame) is var packet ? packet[1] | (packet[2] << 8) : 0);
    }

    private void Answer()
    {
        int item = _pending.Dequeue();
        if (Roll(_how.Shuffle) && _pending.Count > 0)
        {
            _pending.Enqueue(item);
            item = _pending.Dequeue();
        }
        if (Roll(_how.Drop))
        {
            Lost++;
            return;
        }
        byte[] reply = SessionFixture.NvPacket(0x26, item, (byte)(item * 7));
        if (IsRefused(item))
            reply = _how.BareRefusals ? [0x14] : [0x14, .. reply];
        byte[] frame = FakePort.FrameOf(reply);
        if (Roll(_how.Damage))
        {
            Lost++;
            frame[^2] ^= 0x01;
        }
        _port.Deliver(Roll(_how.Duplicate) ? [.. frame, .. frame] : frame);
    }

    private bool Roll(double probability) => probability > 0 && _random.NextDouble() < probability;
}
