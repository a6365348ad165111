using ImeiAgent.Diag.Messages;
using ImeiAgent.Operations;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using Xunit;

namespace ImeiAgent.Unit.Operations;

/// <summary>Phones that are too busy to write, or that refuse with a single byte.</summary>
public class RefusedWriteTests
{
    private const string Bytes1 = "083A65390853468390";
    private const string Lost = "000000000000000000";

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task A_phone_that_is_busy_a_few_times_is_asked_again_and_writes(int times)
    {
        await using var bench = new Bench(quirks: $"busy-writes={times}");

        RestoreReceipt receipt = (await bench.EndAsync(Bench.Label())).Receipt;

        Assert.Equal((RestoreOutcome.Applied, Bytes1), (receipt.Outcome, bench.Held()));
        Assert.Equal((times + 1L, 1L), (bench.Phone.Counters.NvWritesReceived, bench.Phone.Counters.NvWritesStored));
    }

    [Fact]
    public async Task A_phone_that_stays_busy_is_left_alone_with_its_old_value()
    {
        await using var bench = new Bench(quirks: "busy-writes=1000");

        RestoreEnded ended = await bench.EndAsync(Bench.Label());

        Assert.Equal((RestoreOutcome.Refused, OperationError.PhoneRefused), (ended.Receipt.Outcome, ended.Failure!.Error));
        Assert.Equal("NV_BUSY", ended.Failure.Fields["phone_answer"]);
        Assert.Equal((Lost, 5L, 0L), (bench.Held(), bench.Phone.Counters.NvWritesReceived, bench.Phone.Counters.NvWritesStored));
        Assert.Empty(bench.Vault.Journal.ListOpen());
    }

    [Fact]
    public async Task A_phone_that_is_busy_from_the_second_slot_on_holds_the_old_value_of_both()
    {
        await using var bench = new Bench();
        await bench.Registry.RequireAsync("", Bench.Ct);
        HeldReply first = bench.Phone.Traps.HoldReply(DiagCode.NvWrite, 550);
        Task<RestoreEnded> restore = bench.EndAsync(Bench.Both());
        await first.Reached.WaitAsync(Eventually.Deadline, Bench.Ct);
        Assert.Equal(Bytes1, bench.Held(1));
        bench.First.Misbehave("busy-writes=5");
        first.Release();

        RestoreEnded ended = await restore;

        Assert.Equal((RestoreOutcome.RolledBack, OperationError.PhoneRefused), (ended.Receipt.Outcome, ended.Failure!.Error));
        Assert.Equal((Lost, null), (bench.Held(1), bench.Held(2)));
        // Slot 1, five times slot 2, and slot 1 put back.
        Assert.Equal(7, bench.Phone.Counters.NvWritesReceived);
    }

    [Theory]
    [InlineData("356938035643809", 1)]
    [InlineData("490154203237518", 2)]
    public async Task A_refusal_of_one_byte_is_understood_and_the_write_is_not_sent_again(string label, int slot)
    {
        await using var bench = new Bench("galaxy-spc-locked", "bare-refusals");

        RestoreEnded ended = await bench.EndAsync(Bench.Label(label, slot));

        Assert.Equal((RestoreOutcome.Refused, OperationError.SpcRequired), (ended.Receipt.Outcome, ended.Failure!.Error));
        Assert.Equal((Lost, null), (bench.Held(1), bench.Held(2)));
        Assert.Equal((1L, 0L), (bench.Phone.Counters.NvWritesReceived, bench.Phone.Counters.Requests(DiagCode.Spc)));
        Assert.Empty(bench.Vault.Journal.ListOpen());
    }
}
