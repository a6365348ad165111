using ImeiAgent.Client.Cli;
using ImeiAgent.V1;
using ImeiAgent.Vault;
using Xunit;
using WriteOutcome = ImeiAgent.Vault.WriteOutcome;

namespace ImeiAgent.EndToEnd;

/// <summary>The phone's process is killed in the middle of the write: nobody can know what it holds until it is read again.</summary>
public sealed class UnpluggedTests
{
    [Fact]
    public async Task Power_lost_before_the_write_is_stored_is_an_unknown_outcome_and_then_the_old_value()
    {
        await using var bench = new Bench();
        PhoneProcess phone = await bench.PlugAsync("phone", "galaxy-imei-lost", seed: 51, "die=before-store:1");
        await bench.StartAgentAsync();

        await LosesPowerAsync(bench, phone);
        Assert.Equal((Bench.Zeros, 0L), (phone.Holds(1), phone.Writes));

        await phone.StartAsync("", Ct);
        await bench.SeesAsync(phone.Link, DeviceState.Ready);
        (await bench.ImeiAsync("identify")).Ended(ExitCode.Ok, "IMEI SIM 1  lost (blank)");
        (await bench.RestoreAsync(phone.Link, Bench.Label)).Ended(ExitCode.Ok, "restored:");
        Assert.Equal((Bench.LabelHex, 1L), (phone.Holds(1), phone.Writes));
        Assert.Equal([WriteOutcome.Unknown, WriteOutcome.Applied], bench.Journal().Select(row => row.Outcome));
    }

    [Fact]
    public async Task Power_lost_after_the_write_is_stored_is_an_unknown_outcome_and_then_the_new_value()
    {
        await using var bench = new Bench();
        PhoneProcess phone = await bench.PlugAsync("phone", "galaxy-imei-lost", seed: 52, "die=after-store:1");
        await bench.StartAgentAsync();

        string id = await LosesPowerAsync(bench, phone);
        Assert.Equal((Bench.LabelHex, 1L), (phone.Holds(1), phone.Writes));

        await phone.StartAsync("", Ct);
        await bench.SeesAsync(phone.Link, DeviceState.Ready);
        (await bench.ImeiAsync("identify", "--reveal")).Ended(ExitCode.Ok, $"IMEI SIM 1  {Bench.Label}  ok");
        (await bench.RestoreAsync(phone.Link, Bench.Label)).Ended(ExitCode.Ok, "unchanged");
        Assert.Equal(1, phone.Writes);
        Assert.NotEmpty(id);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Restores until the phone's process ends; returns the request's id as the command line told it.</summary>
    private static async Task<string> LosesPowerAsync(Bench bench, PhoneProcess phone)
    {
        Result restore = await bench.RestoreAsync(phone.Link, Bench.Label);
        await phone.DiesAsync(Ct);
        restore.Ended(ExitCode.OutcomeUnknown, "OUTCOME UNKNOWN", "Connect the phone and identify it", "[WRITE_OUTCOME_UNKNOWN]", "--request-id ");
        Assert.DoesNotContain("restored:", restore.Out);
        Assert.DoesNotContain("rolled back", restore.Out);
        Assert.Equal([(JournalState.Closed, WriteOutcome.Unknown, "WRITE_OUTCOME_UNKNOWN")], bench.Journal());
        return restore.Err.Split("request id  ")[1].Split('\n')[0];
    }
}
