using ImeiAgent.Diag.Messages;
using ImeiAgent.Operations;
using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Unit.Operations;

/// <summary>Phones that want a code before they take a write: it is asked of a person, sent once, kept nowhere, and a wrong one writes nothing.</summary>
public class UnlockCodeTests
{
    private const string Wanted = "083A65390853468390";
    private const string Lost = "000000000000000000";

    [Fact]
    public async Task A_locked_phone_asks_for_the_spc()
    {
        await using var bench = new Bench("galaxy-spc-locked");

        RestoreEnded ended = await bench.EndAsync(Bench.Label());

        Assert.Equal(OperationError.SpcRequired, ended.Failure!.Error);
        Assert.Contains("--spc", ended.Failure.Message, StringComparison.Ordinal);
        bench.AssertEnded(ended, RestoreOutcome.Refused, WriteOutcome.Refused);
        Assert.Equal(Lost, bench.Held());
        Assert.Equal(0, bench.Phone.Counters.Requests(DiagCode.Spc));
    }

    [Fact]
    public async Task The_right_spc_unlocks_the_phone_and_is_kept_nowhere()
    {
        await using var bench = new Bench("galaxy-spc-locked");

        List<RestoreEvent> events = await bench.RunAsync(Bench.Label() with { Spc = "613908" });

        RestoreEnded ended = Assert.IsType<RestoreEnded>(events[^1]);
        Assert.Equal(RestoreOutcome.Applied, ended.Receipt.Outcome);
        Assert.Equal(Wanted, bench.Held());
        Assert.Equal(1, bench.Phone.Counters.Requests(DiagCode.Spc));
        Assert.DoesNotContain("613908", string.Join('\n', events) + bench.Vault.Audit.List(1)[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_spc_is_sent_once_and_the_silence_after_it_is_waited_out()
    {
        await using var bench = new Bench("galaxy-spc-locked", "spc-silence=1500ms", TimeSpan.FromMilliseconds(300));

        RestoreEnded ended = await bench.EndAsync(Bench.Label() with { Spc = "000000" });

        Assert.Equal(OperationError.SpcRefused, ended.Failure!.Error);
        Assert.Contains("does not accept SPC", ended.Failure.Message, StringComparison.Ordinal);
        Assert.Contains("lock up", ended.Failure.Message, StringComparison.Ordinal);
        bench.AssertEnded(ended, RestoreOutcome.Refused, WriteOutcome.Refused);
        Assert.Equal(Lost, bench.Held());
        Assert.Equal(1, bench.Phone.Counters.Requests(DiagCode.Spc));
    }

    [Theory]
    [InlineData(DiagCode.Spc, "galaxy-spc-locked", "", OperationError.SpcRefused)]
    [InlineData(DiagCode.Password, "galaxy-imei-lost", "writes-need-password", OperationError.PasswordRefused)]
    public async Task A_code_whose_answer_was_lost_is_not_called_refused(byte code, string profile, string quirks, OperationError error)
    {
        await using var bench = new Bench(profile, quirks, TimeSpan.FromMilliseconds(300));
        bench.Phone.Traps.DropReply(code);

        RestoreEnded ended = await bench.EndAsync(Bench.Label() with { Spc = "613908", Password = "FFFFFFFFFFFFFFFE" });

        Assert.Equal(error, ended.Failure!.Error);
        Assert.Contains("did not answer to the", ended.Failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("refused", ended.Failure.Message, StringComparison.Ordinal);
        bench.AssertEnded(ended, RestoreOutcome.Refused, WriteOutcome.Refused);
        Assert.Equal((Lost, 1), (bench.Held(), bench.Phone.Counters.Requests(code)));
    }

    [Fact]
    public async Task The_right_password_is_sent_once_and_kept_nowhere()
    {
        await using var bench = new Bench(quirks: "writes-need-password,bare-refusals");

        List<RestoreEvent> events = await bench.RunAsync(Bench.Both() with { Password = "FFFFFFFFFFFFFFFE" });

        Assert.Equal(RestoreOutcome.Applied, Assert.IsType<RestoreEnded>(events[^1]).Receipt.Outcome);
        Assert.Equal(1, bench.Phone.Counters.Requests(DiagCode.Password));
        Assert.DoesNotContain("FFFFFFFFFFFFFFFE", string.Join('\n', events) + bench.Vault.Audit.List(1)[0], StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("", OperationError.PasswordRequired, 0)]
    [InlineData("0123456789ABCDEF", OperationError.PasswordRefused, 1)]
    public async Task Without_the_right_password_nothing_is_written(string password, OperationError error, int sent)
    {
        await using var bench = new Bench(quirks: "writes-need-password,bare-refusals,spc-silence=700ms", replyTimeout: TimeSpan.FromMilliseconds(300));

        RestoreEnded ended = await bench.EndAsync(Bench.Label() with { Password = password });

        Assert.Equal((RestoreOutcome.Refused, error), (ended.Receipt.Outcome, ended.Failure!.Error));
        Assert.Equal((sent, Lost), (bench.Phone.Counters.Requests(DiagCode.Password), bench.Held()));
    }
}
