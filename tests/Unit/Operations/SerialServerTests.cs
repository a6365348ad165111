using ImeiAgent.Diag.Messages;
using ImeiAgent.Operations;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using Xunit;

namespace ImeiAgent.Unit.Operations;

/// <summary>Behind a serial server the connection outlives the phone: neither a restart nor a cable that is moved is seen at the port.</summary>
public class SerialServerTests
{
    private const string Wanted = "083A65390853468390";
    private const string Lost = "000000000000000000";

    [Fact]
    public async Task A_value_that_is_gone_after_a_restart_that_the_port_does_not_show_is_not_in_effect()
    {
        await using var bench = new Bench(quirks: "reset-delay=50ms,revert=550", restartPatience: TimeSpan.FromSeconds(2));
        bench.Through = port => new SerialServer(port, bench.First.Host.Open);

        RestoreEnded ended = await bench.EndAsync(Bench.Label() with { Restart = true });

        Assert.Equal((RestoreOutcome.NotInEffect, OperationError.WriteNotInEffect), (ended.Receipt.Outcome, ended.Failure!.Error));
        Assert.Equal((Lost, 1L), (bench.Held(), bench.Phone.Counters.Requests(DiagCode.Control)));
    }

    [Fact]
    public async Task A_cable_that_is_moved_between_the_checks_and_the_write_ends_the_restore_with_nothing_sent()
    {
        await using var bench = new Bench();
        await using RunningPhone<MemoryHost> other = Phones.InMemory("galaxy-imei-lost", seed: 7);
        // Who it is is asked when the restore begins, and once more before the intent.
        MoveAt(bench, other, request => request[0] == DiagCode.Verno, count: 2);

        var refused = await Assert.ThrowsAsync<OperationException>(() => bench.EndAsync(Bench.Label()));

        Assert.Equal(OperationError.DeviceDisconnected, refused.Error);
        Assert.NotEqual(bench.Phone.Esn, other.Phone.Esn);
        Assert.Equal((0L, 0L), (bench.Phone.Counters.NvWritesReceived, other.Phone.Counters.NvWritesReceived));
        Assert.Empty(bench.Vault.Journal.ListOpen());
    }

    [Fact]
    public async Task A_cable_that_is_moved_after_the_write_does_not_make_the_other_phones_slot_the_outcome()
    {
        await using var bench = new Bench();
        await using RunningPhone<MemoryHost> other = Phones.InMemory("galaxy-imei-lost", seed: 7);
        bool isWritten = false;
        MoveAt(bench, other, request => (isWritten |= request[0] == DiagCode.NvWrite) && request[0] == DiagCode.NvRead, count: 1);

        RestoreReceipt receipt = (await bench.EndAsync(Bench.Label())).Receipt;

        // Its own phone was there when the port was opened anew.
        Assert.Equal((RestoreOutcome.Applied, Wanted), (receipt.Outcome, bench.Held()));
        Assert.Equal(0, other.Phone.Counters.NvWritesReceived);
        Assert.InRange(other.Phone.Counters.AllRequests, 1, 100);
    }

    /// <summary>Moves the cable, once, just before the request that is the <paramref name="count"/>th of its kind of a phone that is ready.</summary>
    private static void MoveAt(Bench bench, RunningPhone<MemoryHost> other, Predicate<byte[]> isMoment, int count)
    {
        bool IsReady() => bench.Registry.List()[0].State == PhoneState.Ready;
        int seen = 0;
        bench.Through = port =>
        {
            SerialServer? server = null;
            server = new SerialServer(port, bench.First.Host.Open)
            {
                Refuses = request =>
                {
                    if (IsReady() && isMoment(request.ToArray()) && ++seen == count)
                        server!.MoveTo(other.Host.Open());
                    return false;
                },
            };
            return server;
        };
    }
}
