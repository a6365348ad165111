using ImeiAgent.Diag.Messages;
using ImeiAgent.Operations;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Unit.Operations;

/// <summary>A hundred stations that want one phone.</summary>
public class ManyAtOnceTests
{
    private static readonly string[] s_labels = ["356938035643809", "490154203237518"];

    [Fact]
    public async Task Of_a_hundred_while_one_is_written_one_wins_and_the_others_are_told_who_is_at_it()
    {
        await using var bench = new Bench();
        await bench.Registry.RequireAsync("", Bench.Ct);
        HeldReply write = bench.Phone.Traps.HoldReply(DiagCode.NvWrite, 550);
        Task<RestoreEnded> winner = bench.EndAsync(Bench.Label() with { Reason = "ticket 1" });
        await write.Reached.WaitAsync(Eventually.Deadline, Bench.Ct);

        OperationException[] losers = await Task.WhenAll(Enumerable.Range(0, 99).Select(i =>
            Assert.ThrowsAsync<OperationException>(() => bench.RunAsync(Bench.Label(s_labels[i % 2], slot: 1 + i / 2 % 2) with { Reason = $"ticket {i + 2}" }))));
        write.Release();

        Assert.Equal(RestoreOutcome.Applied, (await winner).Receipt.Outcome);
        Assert.All(losers, e => Assert.Equal((OperationError.DeviceBusy, "local:test", "local", "ticket 1", TimeSpan.FromSeconds(5)), (e.Error, e.Fields["holder"], e.Fields["station"], e.Fields["purpose"], e.RetryAfter)));
        Assert.Equal(("083A65390853468390", null, 1L), (bench.Held(1), bench.Held(2), bench.Phone.Counters.NvWritesReceived));
    }

    [Fact]
    public async Task Of_a_hundred_that_come_as_they_come_exactly_one_writes()
    {
        await using var bench = new Bench();
        await bench.Registry.RequireAsync("", Bench.Ct);

        var ends = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => Task.Run(() => EndAsync(bench, Bench.Label(s_labels[i % 2]) with { Reason = $"ticket {i}" }))));

        Assert.Single(ends, RestoreOutcome.Applied.ToString());
        Assert.Equal(1, bench.Phone.Counters.NvWritesReceived);
        // Too late: the phone is busy, holds the other number, or holds this one already.
        string[] late = ["DeviceBusy", "ImeiIntact", "Unchanged"];
        Assert.All(ends.Where(e => e != "Applied"), e => Assert.Contains(e, late));
        Assert.Equal(WriteOutcome.Applied, Assert.Single(bench.Vault.Journal.List(null, openOnly: false, 1000, before: null)).Outcome);
    }

    private static async Task<string> EndAsync(Bench bench, RestoreRequest request)
    {
        try
        {
            return (await bench.EndAsync(request)).Receipt.Outcome.ToString();
        }
        catch (OperationException e)
        {
            return e.Error.ToString();
        }
    }
}
