using System.CommandLine;
using ImeiAgent.Client.Cli.Restoring;

namespace ImeiAgent.Client.Cli.Verbs;

// imei restore
internal static class RestoreVerb
{
    private const string Help =
        "Put a phone's own IMEI back, from its label or from a backup of it; of both SIMs in one go, all or nothing. Shows what will be "
        + "written and asks for the last four digits of each number before it writes. The agent checks, backs up, writes, reads back, "
        + "restarts the phone, reads again, and puts the old value back when the new one did not hold.";

    public static Command Build(Globals globals)
    {
        RestoreOptions slots = new();
        Option<string> reason = new("--reason") { Description = "Why: a ticket, an invoice, a sentence. Kept with the receipt.", HelpName = "TEXT", Required = true };
        Option<string> spc = Secrets.SpcOption();
        Option<string> password = Secrets.PasswordOption();
        Option<bool> noRestart = new("--no-restart") { Description = "Do not restart the phone after the write. Whether the number holds over a restart is then not known." };
        Option<bool> dryRun = new("--dry-run") { Description = "Do all checks, show what would be written, and end. (A file given to --from is imported all the same.)" };
        Option<bool> yes = new("--yes", "-y") { Description = "Do not ask." };
        Option<bool> reveal = new("--reveal") { Description = "Show IMEIs unmasked in the output. A question shows them in any case." };
        Option<Guid?> requestId = new("--request-id")
        {
            Description = "Ask for the outcome of an earlier restore with this id, or carry out one that was approved; all other options as then. It never writes twice.",
            HelpName = "UUID",
            CustomParser = result =>
            {
                if (Guid.TryParse(result.Tokens[0].Value, out Guid id))
                    return id;
                result.AddError("--request-id is a UUID, as it was printed: 0f8fad5b-d9cb-469f-a165-70867728950e.");
                return null;
            },
        };

        Option<ulong?> lease = new("--lease") { Description = "Token of a lease on the phone that you hold, and keep; else one is taken for the time of the restore.", HelpName = "TOKEN" };

        Command command = new("restore", Help);
        slots.AddTo(command);
        foreach (Option option in (Option[])[reason, spc, password, noRestart, dryRun, yes, reveal, requestId, lease])
            command.Options.Add(option);
        command.Validators.Add(result =>
        {
            if (slots.HasEtag(result) && result.GetResult(requestId) is null)
                result.AddError("--etag and --etag2 belong to --request-id.");
            if (result.GetResult(requestId) is not null && result.GetResult(dryRun) is { Implicit: false })
                result.AddError("--request-id asks about a restore that was sent; --dry-run sends none: leave one of them out.");
        });
        globals.Run(command, invocation =>
        {
            ParseResult parsed = invocation.Parsed;
            return RestoreProcedure.RunAsync(invocation, new RestoreOrder
            {
                Slots = slots.Slots(parsed),
                FromOneBackup = slots.FromOneBackup(parsed),
                Reason = parsed.GetRequiredValue(reason),
                Evidence = slots.Evidence(parsed),
                Spc = parsed.GetValue(spc),
                Password = parsed.GetValue(password),
                NoRestart = parsed.GetValue(noRestart),
                DryRun = parsed.GetValue(dryRun),
                Yes = parsed.GetValue(yes),
                Reveal = parsed.GetValue(reveal),
                RequestId = parsed.GetValue(requestId)?.ToString(),
                Lease = parsed.GetValue(lease),
            });
        });
        return command;
    }
}
