using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Session;
using Xunit;

namespace ImeiAgent.Unit.Session;

/// <summary>
/// A phone that loses and delays at random, and callers that cancel at random. Each reply tells which asking it answers, so a
/// caller can tell a reply to its own request from one to an earlier request for the same item.
/// </summary>
public sealed class StaleReplyTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 4)]
    [InlineData(3, 16)]
    [InlineData(4, 64)]
    public async Task No_caller_ever_gets_the_reply_to_another_request(int seed, int window)
    {
        var random = new Random(seed);
        await using var it = new SessionFixture(window, attempts: 2);
        var askings = new int[16];
        var delayed = new List<(int Due, byte[] Packet)>();
        int now = 0;
        it.Port.OnWrite = frame =>
        {
            byte[] request = FakePort.PacketOf(frame);
            int asking = ++askings[request[1]];
            byte[] reply = SessionFixture.NvPacket(request[0], request[1], 0);
            (reply[3], reply[4]) = ((byte)asking, (byte)(asking >> 8));
            double fate = random.NextDouble();
            if (fate < 0.1)
                return;
            // Up to 2.9 s: later than a timeout, sooner than the drain time ends.
            delayed.Add((now + (fate < 0.5 ? 0 : random.Next(29)), reply));
        };

        int answered = 0;
        var calls = new List<Task>();
        async Task Call(int item)
        {
            using var cancel = new CancellationTokenSource(TimeSpan.FromSeconds(0.1 + (random.NextDouble() * 8)), it.Time);
            int first = askings[item] + 1;
            Task<DiagReply<NvItem>> reading = random.Next(20) == 0 ? it.WriteUntil(item, cancel.Token) : it.ReadUntil(item, cancel.Token);
            try
            {
                NvItem answer = (await reading).Answer;
                int asking = answer.Data.Bytes[0] | (answer.Data.Bytes[1] << 8);
                Assert.InRange(asking, first, askings[item]);
                answered++;
            }
            catch (Exception exception) when (exception is NoReplyException or RequestCanceledException or SessionBrokenException)
            {
            }
        }

        for (; now < 3000; now++)
        {
            calls.Add(Call(random.Next(askings.Length)));
            foreach ((int Due, byte[] Packet) reply in delayed.Where(reply => reply.Due <= now).ToArray())
            {
                delayed.Remove(reply);
                it.Port.DeliverPacket(reply.Packet);
            }
            it.Time.Advance(TimeSpan.FromSeconds(0.1));
        }
        await it.Session.DisposeAsync();
        foreach (Task call in calls)
            await call;
        Assert.True(answered > 100, $"only {answered} answered");
    }
}
