using System.CommandLine;
using System.Globalization;
using System.Text;
using Google.Protobuf.WellKnownTypes;
using ImeiAgent.Client.Cli.Reading;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Cli.Verbs;

// imei audit list | verify | export
internal static class AuditVerb
{
    public static Command Build(Globals globals) =>
        new("audit", "Who did what: every write, refusal, lease, pairing, approval and export. For supervisors.") { BuildList(globals), BuildVerify(globals), BuildExport(globals) };

    private static Option<bool> RevealOption() => new("--reveal") { Description = "Show IMEIs unmasked. That you did is audited." };

    private static Command BuildList(Globals globals)
    {
        Option<bool> reveal = RevealOption();
        Option<int> most = new("--limit") { Description = "At most so many rows, 1 to 1000.", HelpName = "N", DefaultValueFactory = _ => 50 };
        Command list = new("list", "List the latest rows, newest first; with -d those of one phone, attached or not.") { most, reveal };
        globals.Run(list, async invocation =>
        {
            int limit = invocation.Parsed.GetValue(most);
            if (limit is < 1 or > 1000)
                throw CliException.Usage("--limit: 1 to 1000 is expected.");
            ListAuditRequest request = new() { Device = invocation.Device, PageSize = limit, RevealImei = invocation.Parsed.GetValue(reveal) };
            ListAuditResponse answer = await invocation.Client.ListAuditAsync(request, invocation.Cancellation).ConfigureAwait(false);
            if (invocation.Screen.Json)
                invocation.Screen.Message(answer);
            else
                AuditPrinter.List(invocation.Screen, answer.Rows);
            return ExitCode.Ok;
        });
        return list;
    }

    private static Command BuildVerify(Globals globals)
    {
        Option<string> head = new("--head") { Description = "The hash that an earlier check printed: it must still be the last, or stand before newer rows.", HelpName = "HASH" };
        Command verify = new("verify", "Recompute the hashes of all rows, and name the first that was changed or is missing.") { head };
        globals.RefuseDevice(verify, "The whole audit is one chain.");
        globals.Run(verify, async invocation =>
        {
            Screen screen = invocation.Screen;
            VerifyAuditResponse answer = await invocation.Client.VerifyAuditAsync(invocation.Cancellation).ConfigureAwait(false);
            string kept = invocation.Parsed.GetValue(head) ?? "";
            bool isCut = answer.FirstBadRow == 0 && kept.Length > 0 && !await HoldsAsync(invocation, kept).ConfigureAwait(false);
            if (screen.Json)
                screen.Message(answer);
            if (answer.FirstBadRow != 0)
                throw new CliException(ExitCode.File, "AUDIT_DAMAGED", $"Row {answer.FirstBadRow} of the audit: {answer.Why}. The {answer.Rows:N0} rows before it are as they were written.");
            if (isCut)
                throw new CliException(ExitCode.File, "AUDIT_DAMAGED", "No row has the hash that was given: rows were cut off the end, or it is of another agent.");
            if (!screen.Json)
            {
                screen.Line($"intact      {answer.Rows:N0} rows");
                screen.Line($"head        {answer.Head}");
                screen.Note("Keep the head elsewhere: only with it rows that were cut off the end are found (imei audit verify --head HASH).");
            }
            return ExitCode.Ok;
        });
        return verify;
    }

    private static Command BuildExport(Globals globals)
    {
        Option<string> format = new("--format") { Description = "jsonl: a message a line, as the contract has it; or csv.", HelpName = "FORMAT", DefaultValueFactory = _ => "jsonl" };
        format.AcceptOnlyFromAmong("jsonl", "csv");
        Option<string> output = new("--output", "-o") { Description = "Where to; - for standard output.", HelpName = "FILE", Required = true };
        Option<bool> force = new("--force") { Description = "Replace the file if it exists." };
        Option<string> from = new("--from") { Description = "Only from this moment on, in UTC: 2026-11-24 or 2026-11-24T08:00.", HelpName = "TIME" };
        Option<string> until = new("--until") { Description = "Only before this moment, in UTC.", HelpName = "TIME" };
        Option<bool> reveal = RevealOption();
        Command export = new("export", "Write the audit to a file, the oldest row first. The export is audited itself.") { format, output, force, from, until, reveal };
        globals.RefuseDevice(export, "An export holds all phones: a chain with gaps proves nothing.");
        globals.Run(export, async invocation =>
        {
            ParseResult parsed = invocation.Parsed;
            ExportAuditRequest request = new()
            {
                FromTime = Moment("--from", parsed.GetValue(from)),
                UntilTime = Moment("--until", parsed.GetValue(until)),
                RevealImei = parsed.GetValue(reveal),
            };
            bool csv = parsed.GetValue(format) == "csv";
            string path = parsed.GetRequiredValue(output);
            if (path == SnapshotExport.StandardOutput)
            {
                await ExportAsync(invocation, request, csv, text => { invocation.Screen.Raw(text); return ValueTask.CompletedTask; }).ConfigureAwait(false);
                return ExitCode.Ok;
            }
            OutputFile file = OutputFile.Create(path, parsed.GetValue(force));
            await using (file.ConfigureAwait(false))
            {
                long rows = await ExportAsync(invocation, request, csv, text => file.WriteAsync(Encoding.UTF8.GetBytes(text), invocation.Cancellation)).ConfigureAwait(false);
                await file.CommitAsync().ConfigureAwait(false);
                invocation.Screen.Note($"Wrote {path} ({rows:N0} rows).");
            }
            return ExitCode.Ok;
        });
        return export;
    }

    private static async Task<long> ExportAsync(Invocation invocation, ExportAuditRequest request, bool csv, Func<string, ValueTask> write)
    {
        long rows = 0;
        if (csv)
            await write(AuditText.CsvHeader).ConfigureAwait(false);
        await foreach (ExportAuditResponse page in invocation.Client.ExportAuditAsync(request, invocation.Cancellation).ConfigureAwait(false))
        {
            foreach (AuditRow row in page.Rows)
                await write(csv ? AuditText.Csv(row) : AuditText.Json(row)).ConfigureAwait(false);
            rows += page.Rows.Count;
        }
        return rows;
    }

    private static async Task<bool> HoldsAsync(Invocation invocation, string head)
    {
        string token = "";
        do
        {
            ListAuditRequest request = new() { PageSize = 1000, PageToken = token };
            ListAuditResponse page = await invocation.Client.ListAuditAsync(request, invocation.Cancellation).ConfigureAwait(false);
            if (page.Rows.Any(row => string.Equals(row.Hash, head, StringComparison.OrdinalIgnoreCase)))
                return true;
            token = page.NextPageToken;
        }
        while (token.Length > 0);
        return false;
    }

    private static Timestamp? Moment(string option, string? text) =>
        text is null ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset moment)
            ? moment.ToTimestamp()
            : throw CliException.Usage($"{option} \"{text}\": a moment is expected, as in 2026-11-24 or 2026-11-24T08:00.");
}
