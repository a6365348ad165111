using ImeiAgent.Client.Cli;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Xunit;
using JournalState = ImeiAgent.Vault.JournalState;
using WriteOutcome = ImeiAgent.Vault.WriteOutcome;

namespace ImeiAgent.EndToEnd;

/// <summary>The phone's process is killed in the middle of the write: nobody can know what it holds until it is read again.</summary>
public sealed class UnpluggedTests
{
    [Fact]
    public async Task Power_lost_before_the_write_is_stored_ends_with_the_old_value_as_soon_as_the_phone_is_back()
    {
        await using var bench = new Bench();
        PhoneProcess phone = await bench.PlugAsync("phone", "galaxy-imei-lost", seed: 51, "die=before-store:1");
        await bench.StartAgentAsync();
        await using OurProgram imei = await LosesPowerAsync(bench, phone);
        Assert.Equal((Bench.Zeros, 0L), (phone.Holds(1), phone.Writes));

        await phone.StartAsync("", Ct);

        (await Bench.EndAsync(imei)).Ended(ExitCode.RolledBack, "rolled back:", "did not take the write");
        await bench.SeesAsync(phone.Link, DeviceState.Ready);
        (await bench.RestoreAsync(phone.Link, Bench.Label)).Ended(ExitCode.Ok, "restored:");
        Assert.Equal((Bench.LabelHex, 1L), (phone.Holds(1), phone.Writes));
        Assert.Equal([WriteOutcome.RolledBack, WriteOutcome.Applied], bench.Journal().Select(row => row.Outcome));
    }

    [Fact]
    public async Task Power_lost_after_the_write_is_stored_ends_with_the_new_value_as_soon_as_the_phone_is_back()
    {
        await using var bench = new Bench();
        PhoneProcess phone = await bench.PlugAsync("phone", "galaxy-imei-lost", seed: 52, "die=after-store:1");
        await bench.StartAgentAsync();
        await using OurProgram imei = await LosesPowerAsync(bench, phone);
        Assert.Equal((Bench.LabelHex, 1L), (phone.Holds(1), phone.Writes));

        await phone.StartAsync("", Ct);

        (await Bench.EndAsync(imei)).Ended(ExitCode.Ok, "restored:", "did not acknowledge");
        Assert.Equal((Bench.LabelHex, 1L), (phone.Holds(1), phone.Writes));
    }

    [Fact]
    public async Task A_phone_that_stays_away_is_an_unknown_outcome_that_is_settled_when_it_comes()
    {
        await using var bench = new Bench();
        PhoneProcess phone = await bench.PlugAsync("phone", "galaxy-imei-lost", seed: 53, "die=after-store:1");
        await bench.StartAgentAsync();
        await using OurProgram imei = await LosesPowerAsync(bench, phone);
        bench.Agent.Terminate();

        Result unknown = await Bench.EndAsync(imei);
        unknown.Ended(ExitCode.OutcomeUnknown, "OUTCOME UNKNOWN", "connect the phone", "[WRITE_OUTCOME_UNKNOWN]", "--request-id ");
        Assert.DoesNotContain("restored:", unknown.Out);
        Assert.DoesNotContain("rolled back", unknown.Out);
        Assert.Equal(0, await bench.Agent.EndAsync(Ct));
        Assert.Equal([(JournalState.Sent, null, "")], bench.Journal());

        await phone.StartAsync("", Ct);
        await bench.StartAgentAsync();
        string id = unknown.Err.Split("--request-id ")[1].Split(' ', '\n')[0];
        (await bench.RestoreAsync(phone.Link, Bench.Label, "--request-id", id)).Ended(ExitCode.Ok, "restored:", "replayed", "interrupted");
        (await bench.ImeiAsync("journal", "show", "1")).Ended(ExitCode.Ok, "journal     1", "restored:");
        Assert.Equal(1, phone.Writes);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>A restore whose phone's process has ended; the command line waits.</summary>
    private static async Task<OurProgram> LosesPowerAsync(Bench bench, PhoneProcess phone)
    {
        OurProgram imei = bench.StartRestore(phone.Link, Bench.Label);
        await phone.DiesAsync(Ct);
        await bench.SeesAsync(phone.Link, DeviceState.Disconnected);
        return imei;
    }
}
