using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using ImeiAgent.Client.Cli;
using ImeiAgent.TestKit;
using ImeiAgent.Unit.Client;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Unit.Cli;

/// <summary>imei audit list, verify and export.</summary>
public class AuditTests
{
    [Fact]
    public async Task A_list_shows_who_did_what_to_which_phone_and_asks_for_numbers_only_when_told_to()
    {
        await using FakeAgent agent = await StartAsync();

        CliRun run = await CliRun.RunAsync(agent, "audit", "list", "--limit", "7", "-d", "sm-g991u-3f2a");
        await CliRun.RunAsync(agent, "audit", "list", "--reveal");

        Assert.Matches(@"^2 +2026-11-24 08:00:01 +bench-3 +192\.0\.2\.7 +restore-imei +sm-g991u-3f2a +applied +SIM 1: none to 35693803\*{5}09 +=cmd, ""quoted""", run.OutLines[1]);
        ListAuditRequest[] asked = [.. agent.RequestsOf<ListAuditRequest>()];
        Assert.Equal([("sm-g991u-3f2a", 7, false), ("", 50, true)], asked.Select(r => (r.Device, r.PageSize, r.RevealImei)));
    }

    [Fact]
    public async Task An_export_is_json_lines_by_itself_and_csv_that_no_spreadsheet_computes_when_asked()
    {
        using TemporaryFolder folder = new();
        await using FakeAgent agent = await StartAsync();

        CliRun lines = await CliRun.RunAsync(agent, "audit", "export", "-o", folder.File("audit.jsonl"), "--from", "2026-11-24", "--until", "2026-11-24T09:00");
        CliRun table = await CliRun.RunAsync(agent, "audit", "export", "--format", "csv", "-o", "-");

        Assert.Equal((ExitCode.Ok, ExitCode.Ok), (lines.Exit, table.Exit));
        JsonElement[] rows = [.. (await File.ReadAllLinesAsync(folder.File("audit.jsonl"), TestContext.Current.CancellationToken)).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(["1", "2"], rows.Select(r => r.GetProperty("number").GetString()));
        Assert.Equal("4bf92f3577b34da6a3ce929d0e0e4736", rows[1].GetProperty("traceId").GetString());
        Assert.Equal(
            [
                "number,time,operator,client,station,action,device,outcome,detail,trace_id,journal,slot1_old_imei,slot1_new_imei,slot2_old_imei,slot2_new_imei,hash",
                "1,2026-11-24T08:00:00.000Z,agent,,,expire-lease,devices/sm-g991u-3f2a,expired,,,,,,,,aa",
                "2,2026-11-24T08:00:01.000Z,bench-3,clients/3f2a9c1b,192.0.2.7,restore-imei,devices/sm-g991u-3f2a,applied,\"'=cmd, \"\"quoted\"\"\","
                    + "4bf92f3577b34da6a3ce929d0e0e4736,journal/7,,35693803*****09,,,bb",
            ],
            table.Out.Split("\r\n", StringSplitOptions.RemoveEmptyEntries));
        ExportAuditRequest first = agent.RequestsOf<ExportAuditRequest>().First();
        Assert.Equal(
            (new DateTime(2026, 11, 24), new DateTime(2026, 11, 24, 9, 0, 0), false), (first.FromTime.ToDateTime(), first.UntilTime.ToDateTime(), first.RevealImei));
    }

    [Fact]
    public async Task An_intact_audit_gives_its_head_and_rows_that_were_cut_off_are_found_by_an_earlier_one()
    {
        await using FakeAgent agent = await StartAsync();
        agent.OnVerifyAudit = () => new VerifyAuditResponse { Rows = 2, Head = "bb" };

        CliRun now = await CliRun.RunAsync(agent, "audit", "verify");
        CliRun known = await CliRun.RunAsync(agent, "audit", "verify", "--head", "AA");
        CliRun cut = await CliRun.RunAsync(agent, "audit", "verify", "--head", "cc");

        Assert.Equal(["intact      2 rows", "head        bb"], now.OutLines);
        Assert.Equal((ExitCode.Ok, ExitCode.File), (known.Exit, cut.Exit));
        Assert.Contains("cut off", cut.Err, StringComparison.Ordinal);
        Assert.Equal("", cut.Out);
    }

    private static async Task<FakeAgent> StartAsync()
    {
        FakeAgent agent = await FakeAgent.StartAsync();
        var eight = new DateTime(2026, 11, 24, 8, 0, 0, DateTimeKind.Utc);
        AuditRow first = new() { Number = 1, Time = eight.ToTimestamp(), Operator = "agent", Action = "expire-lease", Device = Samples.PhoneName, Outcome = "expired", Hash = "aa" };
        AuditRow second = new()
        {
            Number = 2,
            Time = eight.AddSeconds(1).ToTimestamp(),
            Operator = "bench-3",
            Client = "clients/3f2a9c1b",
            Station = "192.0.2.7",
            Action = "restore-imei",
            Device = Samples.PhoneName,
            Outcome = "applied",
            Detail = "=cmd, \"quoted\"",
            TraceId = "4bf92f3577b34da6a3ce929d0e0e4736",
            Journal = "journal/7",
            Hash = "bb",
            Numbers = { new AuditNumber { Slot = 1, NewImei = Samples.Masked } },
        };
        agent.OnListAudit = _ => new ListAuditResponse { Rows = { second, first } };
        agent.OnExportAudit = async (_, answers, _) =>
        {
            await answers.WriteAsync(new ExportAuditResponse { Rows = { first } });
            await answers.WriteAsync(new ExportAuditResponse { Rows = { second } });
        };
        return agent;
    }
}
