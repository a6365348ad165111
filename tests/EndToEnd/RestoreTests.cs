using ImeiAgent.Client.Cli;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Xunit;
using JournalState = ImeiAgent.Vault.JournalState;
using WriteOutcome = ImeiAgent.Vault.WriteOutcome;

namespace ImeiAgent.EndToEnd;

/// <summary>A phone that loses its IMEIs whenever a test asks for that.</summary>
public sealed class RestoreBench : Bench
{
    public PhoneProcess Phone { get; private set; } = null!;

    public override async ValueTask InitializeAsync()
    {
        Phone = await PlugAsync("phone", "galaxy-imei-lost", seed: 31);
        await StartAgentAsync();
    }

    /// <summary>The phone comes back with what its factory left in it: no IMEI.</summary>
    public async Task LoseAsync()
    {
        await Phone.KillAsync(Ct);
        await SeesAsync(Phone.Link, DeviceState.Disconnected);
        System.IO.File.Delete(Phone.Store);
        await Phone.StartAsync("", Ct);
        await SeesAsync(Phone.Link, DeviceState.Ready);
        Assert.Equal((Zeros, "not active"), (Phone.Holds(1), Phone.Holds(2)));
    }
}

/// <summary>The main job.</summary>
public sealed class RestoreTests(RestoreBench bench) : IClassFixture<RestoreBench>
{
    [Theory]
    [InlineData("356938035643809", "")]
    [InlineData("35693803/564380/9/01", "")]
    [InlineData("35-693803-564380", "the check digit 9 was computed: compare it with the label")]
    public async Task A_lost_number_is_restored_from_its_label(string label, string said)
    {
        await bench.LoseAsync();

        Result restored = await bench.RestoreAsync(bench.Phone.Link, label, "--reveal");

        restored.Ended(ExitCode.Ok, "restored: the phone holds the new value (read back)", $"asked for   {Bench.Label}", "backup      ", "journal     journal/", said);
        Assert.Equal((Bench.LabelHex, "not active", 1L), (bench.Phone.Holds(1), bench.Phone.Holds(2), bench.Phone.Writes));
        Assert.Equal((JournalState.Closed, WriteOutcome.Applied, ""), bench.Journal()[^1]);
        (await bench.ImeiAsync("identify", "--reveal")).Ended(ExitCode.Ok, $"IMEI SIM 1  {Bench.Label}  ok");
    }

    [Fact]
    public async Task Both_numbers_are_restored_from_the_files_of_an_earlier_backup_of_the_same_phone()
    {
        await bench.LoseAsync();
        (await bench.RestoreAsync(bench.Phone.Link, Bench.Label)).Ended(ExitCode.Ok);
        (await bench.RestoreAsync(bench.Phone.Link, "49-015420-323751-8", "--sim", "2")).Ended(ExitCode.Ok);
        Assert.Equal((Bench.LabelHex, Bench.Label2Hex, 2L), (bench.Phone.Holds(1), bench.Phone.Holds(2), bench.Phone.Writes));
        string file = bench.File("earlier.txt"), file2 = bench.File("earlier_sim2.txt");
        (await bench.ImeiAsync("backup", "-o", file)).Ended(ExitCode.Ok);

        await bench.LoseAsync();
        (await bench.ImeiAsync("restore", "--from", file, "--reason", "Ticket 4713", "--evidence", "Invoice 17", "--yes")).Ended(ExitCode.Ok, "restored:");
        (await bench.ImeiAsync("restore", "--from", file2, "--sim", "2", "--reason", "Ticket 4713", "--evidence", "Invoice 17", "--yes")).Ended(ExitCode.Ok, "restored:", "SIM 2");

        Assert.Equal((Bench.LabelHex, Bench.Label2Hex, 2L), (bench.Phone.Holds(1), bench.Phone.Holds(2), bench.Phone.Writes));
    }

    [Fact]
    public async Task A_dry_run_checks_everything_and_writes_nothing()
    {
        await bench.LoseAsync();
        int rows = bench.Journal().Count;

        (await bench.ImeiAsync("restore", "--label", Bench.Label, "--reason", "Ticket 4714", "--evidence", "photo", "--dry-run"))
            .Ended(ExitCode.Ok, "lost (blank)", "35693803*****09", "checked only: nothing was written");

        Assert.Equal((Bench.Zeros, 0L, rows), (bench.Phone.Holds(1), bench.Phone.Writes, bench.Journal().Count));
    }

    [Fact]
    public async Task Without_yes_and_without_a_terminal_nothing_is_done()
    {
        await bench.LoseAsync();

        (await bench.ImeiAsync("restore", "--label", Bench.Label, "--reason", "Ticket 4715", "--evidence", "photo")).Ended(ExitCode.Usage, "--yes confirms");

        Assert.Equal((Bench.Zeros, 0L), (bench.Phone.Holds(1), bench.Phone.Writes));
    }

    [Fact]
    public async Task With_json_the_phases_come_in_order_and_the_receipt_last()
    {
        await bench.LoseAsync();

        Result restored = await bench.RestoreAsync(bench.Phone.Link, Bench.Label, "--json");

        restored.Ended(ExitCode.Ok);
        Assert.Equal(
            ["WRITE_PHASE_CHECKED", "WRITE_PHASE_BACKED_UP", "WRITE_PHASE_INTENT", "WRITE_PHASE_SENT", "WRITE_PHASE_READ_BACK", "WRITE_PHASE_RESET", "WRITE_PHASE_RE_READ",
             "WRITE_PHASE_CLOSED"],
            restored.Messages.SkipLast(1).Select(message => message.GetProperty("progress").GetProperty("phase").GetString()));
        Assert.Equal("WRITE_OUTCOME_APPLIED", restored.Messages[^1].GetProperty("receipt").GetProperty("outcome").GetString());
    }
}
