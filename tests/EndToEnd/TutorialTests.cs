using ImeiAgent.Client.Cli;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Xunit;
using JournalState = ImeiAgent.Vault.JournalState;
using WriteOutcome = ImeiAgent.Vault.WriteOutcome;

namespace ImeiAgent.EndToEnd;

/// <summary>What the tutorials of this trade tell with a nine-byte hex editor, from the loss to the phone that registers again.</summary>
public sealed class TutorialTests
{
    [Fact]
    public async Task A_phone_that_lost_both_numbers_in_a_flash_gets_one_from_its_label_and_one_from_an_old_backup()
    {
        await using var bench = new Bench();
        PhoneProcess phone = await bench.PlugAsync("phone", "galaxy", seed: 71);
        await bench.StartAgentAsync();

        // Last year: somebody kept a backup, as text.
        string old = bench.File("last-year.txt"), old2 = bench.File("last-year_sim2.txt");
        (await bench.ImeiAsync("backup", "-o", old)).Ended(ExitCode.Ok);
        Assert.Contains("00550 (0x0226)   -   OK\r\n08 4A 09 51 24 30 32 57 81 ", await File.ReadAllTextAsync(old2, Ct), StringComparison.Ordinal);

        // Today: the flash. The same phone, by its serial numbers, with what its factory left in it.
        await phone.KillAsync(Ct);
        await bench.SeesAsync(phone.Link, DeviceState.Disconnected);
        File.Delete(phone.Store);
        phone = phone with { Profile = "galaxy-imei-lost" };
        await phone.StartAsync("silent-reset", Ct);
        await using PhoneProcess flashed = phone;
        await bench.SeesAsync(phone.Link, DeviceState.Ready);
        (await bench.ImeiAsync("identify")).Ended(ExitCode.Ok, "IMEI SIM 1  lost", "IMEI SIM 2  lost");

        // The repair: SIM 1 from the label with its 17 digits and slashes, SIM 2 from the old file, in one write.
        Result restored = await bench.ImeiAsync(
            "restore", "--label", "356938/03/564380/9/01", "--from2", old2, "--reason", "Ticket 4720: no network after an update",
            "--evidence", "Photo of the label, ticket 4720", "--yes", "--reveal");

        restored.Ended(ExitCode.Ok, "restored:", Bench.Label, Bench.Label2, "backup      ", "journal/1");
        Assert.Contains("The phone is restarting", restored.Err, StringComparison.Ordinal);
        Assert.Contains("After the restart: the new value", restored.Err, StringComparison.Ordinal);
        Assert.Equal((Bench.LabelHex, Bench.Label2Hex, 2L), (phone.Holds(1), phone.Holds(2), phone.Writes));
        (await bench.ImeiAsync("identify", "--reveal")).Ended(ExitCode.Ok, $"IMEI SIM 1  {Bench.Label}  ok", $"IMEI SIM 2  {Bench.Label2}  ok");
        Assert.Equal([(JournalState.Closed, WriteOutcome.Applied, "")], bench.Journal());
    }

    [Fact]
    public async Task A_phone_that_comes_back_from_its_restart_under_another_name_is_followed()
    {
        await using var bench = new Bench();
        PhoneProcess phone = await bench.PlugAsync("phone", "galaxy-imei-lost", seed: 72, "new-name");
        bench.AlsoWatch("phone.2");
        await bench.StartAgentAsync();

        Result restored = await bench.RestoreAsync(phone.Link, Bench.Label);

        restored.Ended(ExitCode.Ok, "restored:");
        Assert.Contains("After the restart: the new value", restored.Err, StringComparison.Ordinal);
        await bench.SeesAsync(bench.File("phone.2"), DeviceState.Ready);
        Assert.Equal(Bench.LabelHex, phone.Holds(1));
    }

    [Fact]
    public async Task A_number_that_the_firmware_puts_back_is_called_not_in_effect()
    {
        await using var bench = new Bench();
        PhoneProcess phone = await bench.PlugAsync("phone", "galaxy-imei-lost", seed: 73, "revert=550");
        await bench.StartAgentAsync();

        (await bench.RestoreAsync(phone.Link, Bench.Label)).Ended(ExitCode.RolledBack, "puts that value back when it starts", "[WRITE_NOT_IN_EFFECT]");

        Assert.Equal([(JournalState.Closed, WriteOutcome.NotInEffect, "WRITE_NOT_IN_EFFECT")], bench.Journal());
        await bench.SeesAsync(phone.Link, DeviceState.Ready);
        (await bench.ImeiAsync("identify")).Ended(ExitCode.Ok, "IMEI SIM 1  lost");
    }

    [Fact]
    public async Task A_number_that_a_service_box_put_there_is_replaced_when_a_supervisor_approves()
    {
        await using var bench = new Bench();
        PhoneProcess phone = await bench.PlugAsync("phone", "galaxy-imei-lost", seed: 74);
        await phone.PutAsync(1, 550, Bench.Label2Hex);
        await bench.StartStationAsync();
        await bench.PairAsync("boss", "supervisor");

        Result refused = await bench.RestoreAsync(phone.Link, Bench.Label);
        refused.Ended(ExitCode.Refused, "would be a change, not a repair", "[IMEI_INTACT]", "imei approvals grant ", "--request-id ");
        string id = refused.Err.Split("imei approvals grant ")[1].Split(' ')[0];
        Assert.Equal(Bench.Label2Hex, phone.Holds(1));

        // Whoever asked cannot approve: another person does, from another station.
        (await bench.ImeiAsync("approvals", "grant", id, "--reason", "I say so")).Ended(ExitCode.Refused, "[SECOND_PERSON_REQUIRED]");
        (await bench.StationAsync("boss", "approvals", "list")).Ended(ExitCode.Ok, id[..8]);
        (await bench.StationAsync("boss", "approvals", "grant", id, "--reason", "The box was seen to do it")).Ended(ExitCode.Ok, id[..8], "boss");
        (await bench.RestoreAsync(phone.Link, Bench.Label, "--request-id", id)).Ended(ExitCode.Ok, "restored:", "The box was seen to do it");
        Assert.Equal(Bench.LabelHex, phone.Holds(1));
        Assert.Contains(bench.Audit(), row => row.Contains("approve-restore", StringComparison.Ordinal));
        Assert.Contains(bench.Audit(), row => row.Contains("refused: SECOND_PERSON_REQUIRED /imeiagent.v1.ApprovalService/ApproveWrite", StringComparison.Ordinal));
        (await bench.StationAsync("boss", "audit", "verify")).Ended(ExitCode.Ok, "intact");
        (await bench.StationAsync("boss", "audit", "list")).Ended(ExitCode.Ok, "approve-restore", "127.0.0.1", "SIM 1: 49015420*****18 to 35693803*****09");
    }

    [Fact]
    public async Task A_technician_at_another_desk_restores_over_the_network_and_a_reader_does_not()
    {
        await using var bench = new Bench();
        PhoneProcess phone = await bench.PlugAsync("phone", "galaxy-imei-lost", seed: 75);
        await bench.StartStationAsync();
        await bench.PairAsync("desk-2", "technician");
        await bench.PairAsync("front", "reader");
        string[] restore = ["restore", "--label", Bench.Label, "--reason", "Ticket 4711", "--evidence", "Photo 1", "--yes"];

        (await bench.StationAsync("front", restore)).Ended(ExitCode.Refused, "[ROLE_INSUFFICIENT]");
        Assert.Equal(Bench.Zeros, phone.Holds(1));
        (await bench.StationAsync("desk-2", restore)).Ended(ExitCode.Ok, "restored:", "operator    desk-2");

        Assert.Equal(Bench.LabelHex, phone.Holds(1));
        (await bench.StationAsync("front", "devices")).Ended(ExitCode.Ok, "ready");
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;
}
