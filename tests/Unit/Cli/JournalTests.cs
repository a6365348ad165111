using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using ImeiAgent.Client.Cli;
using ImeiAgent.Unit.Client;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Unit.Cli;

public class JournalTests
{
    private const string Spc = "271828";
    private const string Password = "FFFFFFFFFFFFFFFE";

    [Theory]
    [InlineData("journal")]
    [InlineData("journal", "list")]
    public async Task Restores_are_a_table_over_all_pages_and_what_is_open_says_what_settles_it(params string[] verb)
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnListJournal = request => request.PageToken.Length == 0
            ? new ListJournalResponse { Entries = { Open() }, NextPageToken = "2" }
            : new ListJournalResponse { Entries = { Closed() } };

        CliRun run = await CliRun.RunAsync(agent, [.. verb, "--open", "-d", "sm"]);
        CliRun json = await CliRun.RunAsync(agent, [.. verb, "--json", "--reveal"]);

        Assert.Equal(ExitCode.Ok, run.Exit);
        Assert.Equal(["NAME", "STARTED (UTC)", "PHONE", "SIM", "NUMBER", "RESULT", "BY"], Cells(run.OutLines[0]));
        Assert.Equal(["18", "2026-11-23 02:00:00", "sm-g991u-3f2a", "1,2", "35693803*****09, 49015420*****18", "OPEN: sent, not read back", "alice"], Cells(run.OutLines[1]));
        Assert.Equal(["17", "restored"], [Cells(run.OutLines[2])[0], Cells(run.OutLines[2])[5]]);
        Assert.Equal("18: Connect the phone again.", run.Err.Trim());
        Assert.Equal(
            [("sm", true, false), ("sm", true, false), ("", false, true), ("", false, true)],
            agent.RequestsOf<ListJournalRequest>().Select(request => (request.Device, request.OpenOnly, request.RevealImei)));
        Assert.Equal([Open(), Closed()], json.OutLines.Select(line => JsonParser.Default.Parse<ListJournalResponse>(line).Entries[0]));
    }

    [Fact]
    public async Task An_empty_list_is_a_note()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnListJournal = _ => new ListJournalResponse();

        Assert.Equal("No restore is open.", (await CliRun.RunAsync(agent, "journal", "list", "--open")).Err.Trim());
        Assert.Equal("No restores.", (await CliRun.RunAsync(agent, "journal")).Err.Trim());
    }

    [Fact]
    public async Task A_row_is_shown_with_who_why_and_how_it_ended_or_what_will_settle_it()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnGetJournalEntry = request => new GetJournalEntryResponse { Entry = request.Name == "18" ? Open() : Closed() };

        CliRun open = await CliRun.RunAsync(agent, "journal", "show", "18", "--reveal");
        CliRun closed = await CliRun.RunAsync(agent, "journal", "show", "journal/17");
        CliRun json = await CliRun.RunAsync(agent, "journal", "show", "18", "--json");

        Assert.Contains("state       open: sent, not read back", open.OutLines);
        Assert.Contains("to do       Connect the phone again.", open.OutLines);
        Assert.Contains("SIM slot    2", open.OutLines);
        Assert.DoesNotContain(open.OutLines, line => line.StartsWith("ended", StringComparison.Ordinal));
        Assert.Contains("result      restored: the phone holds the new value (read back)", closed.OutLines);
        Assert.Contains("started     2026-11-23 02:00:00 UTC", closed.OutLines);
        Assert.Contains("ended       2026-11-23 02:01:00 UTC", closed.OutLines);
        Assert.Contains("restart     the phone restarted after the write", closed.OutLines);
        Assert.Contains("evidence    photo", closed.OutLines);
        Assert.Contains("approved by bob: Board was swapped.", closed.OutLines);
        Assert.Contains("settled by  agent", closed.OutLines);
        Assert.Contains("SHA-256     " + new string('b', 64), closed.OutLines);
        Assert.Equal(Open(), JsonParser.Default.Parse<GetJournalEntryResponse>(json.Out).Entry);
        Assert.Equal([("18", true), ("journal/17", false), ("18", false)], agent.RequestsOf<GetJournalEntryRequest>().Select(request => (request.Name, request.RevealImei)));
    }

    [Fact]
    public async Task A_number_applied_without_a_restart_is_said_to_be_in_doubt()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        JournalEntry entry = Closed();
        entry.Receipt.Restarted = false;
        agent.OnGetJournalEntry = _ => new GetJournalEntryResponse { Entry = entry };

        CliRun run = await CliRun.RunAsync(agent, "journal", "show", "17");

        Assert.Contains("restart     none seen after the write: whether the number holds over a restart is not known", run.OutLines);
    }

    [Fact]
    public async Task Settling_sends_the_codes_once_and_shows_them_nowhere()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnSettle = _ => new SettleJournalEntryResponse { Entry = Closed() };
        CliSetting piped = new() { Input = $"{Spc}\n{Password}\n" };

        CliRun run = await CliRun.RunAsync(agent, piped, "journal", "settle", "17", "--reason", "phone is back", "--spc", "-", "--password", "-");
        CliRun json = await CliRun.RunAsync(agent, piped, "journal", "settle", "17", "--reason", "phone is back", "--spc", "-", "--password", "-", "--json");

        Assert.Equal((ExitCode.Ok, ExitCode.Ok), (run.Exit, json.Exit));
        Assert.Contains("result      restored", run.Out, StringComparison.Ordinal);
        Assert.Equal(Closed(), JsonParser.Default.Parse<SettleJournalEntryResponse>(json.Out).Entry);
        Assert.All(
            agent.RequestsOf<SettleJournalEntryRequest>(),
            request => Assert.Equal(new SettleJournalEntryRequest { Name = "17", Reason = "phone is back", Spc = Spc, SecurityPassword = Password }, request));
        Assert.DoesNotContain(Spc, run.Out + run.Err, StringComparison.Ordinal);
        Assert.DoesNotContain(Password, run.Out + run.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task By_hand_no_code_is_sent_even_when_the_environment_has_one()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnSettle = _ => new SettleJournalEntryResponse { Entry = Closed() };

        await CliRun.RunAsync(agent, new CliSetting { SpcVariable = Spc, PasswordVariable = Password }, "journal", "settle", "17", "--reason", "scrapped", "--by-hand");

        Assert.Equal(
            new SettleJournalEntryRequest { Name = "17", Reason = "scrapped", ByHand = true }, Assert.Single(agent.RequestsOf<SettleJournalEntryRequest>()));
    }

    [Fact]
    public async Task A_row_that_stays_open_is_exit_code_7_and_says_what_to_do()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnSettle = _ => new SettleJournalEntryResponse { Entry = Open() };

        CliRun run = await CliRun.RunAsync(agent, "journal", "settle", "18", "--reason", "phone is back");

        Assert.Equal(7, (int)run.Exit);
        Assert.Contains("to do       Connect the phone again.", run.OutLines);
    }

    [Fact]
    public async Task A_connection_lost_while_settling_is_not_tried_again_but_says_where_to_look()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnSettle = _ => throw new RpcException(new Status(StatusCode.Unavailable, "cut"));

        CliRun run = await CliRun.RunAsync(agent, "journal", "settle", "18", "--reason", "phone is back");

        Assert.Equal(3, (int)run.Exit);
        Assert.Contains("What became of it: imei journal show 18", run.Err, StringComparison.Ordinal);
        Assert.Single(agent.RequestsOf<SettleJournalEntryRequest>());
    }

    [Theory]
    [InlineData("JOURNAL_NOT_FOUND", 9)]
    [InlineData("JOURNAL_CLOSED", 5)]
    public async Task A_row_that_is_not_there_or_closed_has_its_exit_code(string reason, int code)
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnSettle = _ => throw FakeAgent.Failure(StatusCode.FailedPrecondition, reason);

        Assert.Equal(code, (int)(await CliRun.RunAsync(agent, "journal", "settle", "18", "--reason", "phone is back")).Exit);
    }

    [Fact]
    public async Task A_restore_refused_for_an_open_row_says_where_to_look()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnWriteImei = (_, _, _) => throw FakeAgent.Failure(StatusCode.FailedPrecondition, "JOURNAL_OPEN", "An interrupted restore is not settled.", ("journal", "journal/18"));

        CliRun run = await CliRun.RunAsync(agent, "restore", "--from", "x", "--reason", "ticket", "--yes");

        Assert.Equal(5, (int)run.Exit);
        Assert.Contains("What is open, and what settles it: imei journal show 18", run.Err, StringComparison.Ordinal);
    }

    private static JournalEntry Open() => new()
    {
        Name = "journal/18",
        State = JournalState.Sent,
        Hint = "Connect the phone again.",
        Receipt = new WriteReceipt
        {
            Journal = "journal/18",
            Device = Samples.PhoneName,
            Slot = 1,
            Slots = { Samples.Slot(1, false), Samples.Slot(2, false) },
            Operator = "alice",
            Reason = "ticket 4712",
            StartTime = At(0),
        },
    };

    private static JournalEntry Closed() => new()
    {
        Name = "journal/17",
        State = JournalState.Closed,
        Receipt = new WriteReceipt(Samples.Receipt(new WriteImeiRequest { Reason = "ticket 4711", Evidence = "photo" }, WriteOutcome.Applied))
        {
            Operator = "alice",
            ApprovedBy = "bob",
            ApprovalReason = "Board was swapped.",
            SettledBy = "agent",
            Restarted = true,
            Sha256 = new string('b', 64),
            StartTime = At(0),
            EndTime = At(1),
        },
    };

    private static Timestamp At(int minute) => new DateTime(2026, 11, 23, 2, minute, 0, DateTimeKind.Utc).ToTimestamp();

    private static string[] Cells(string line) => line.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
