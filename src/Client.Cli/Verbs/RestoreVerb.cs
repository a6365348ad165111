using System.CommandLine;
using ImeiAgent.Client.Cli.Restoring;

namespace ImeiAgent.Client.Cli.Verbs;

// imei restore
internal static class RestoreVerb
{
    private const string Help =
        "Put a phone's own IMEI back, from its label or from a backup of it. Shows what will be written and asks for the last four "
        + "digits of the number before it writes. The agent checks, backs up, writes, reads back, and puts the old value back when the "
        + "new one did not hold.";

    public static Command Build(Globals globals)
    {
        Option<string> label = new("--label") { Description = "The number on the label, box or invoice: 14 to 17 digits.", HelpName = "DIGITS" };
        Option<string> from = new("--from")
        {
            Description = "A backup of this phone: an existing file or anything that ends in .txt is imported; else the name of a snapshot. A file does not say which SIM it holds: --from-sim, else --sim, does.",
            HelpName = "SNAPSHOT|FILE",
        };
        Option<string> reason = new("--reason") { Description = "Why: a ticket, an invoice, a sentence. Kept with the receipt.", HelpName = "TEXT", Required = true };
        Option<uint> sim = SimOption.One("--sim", "SIM slot to write.");
        Option<uint> fromSim = SimOption.One("--from-sim", "SIM slot of the backup to take the number from, when it is not the slot that is written.", null);
        Option<string> spc = new("--spc")
        {
            Description = "Service programming code, 6 digits; - asks for it, or reads a line of standard input. Other users may see "
                + "arguments in process lists: prefer - or the variable IMEI_SPC.",
            HelpName = "CODE",
        };
        Option<bool> dryRun = new("--dry-run") { Description = "Do all checks, show what would be written, and end. (A file given to --from is imported all the same.)" };
        Option<bool> yes = new("--yes", "-y") { Description = "Do not ask." };
        Option<bool> reveal = new("--reveal") { Description = "Show IMEIs unmasked in the output. A question shows them in any case." };
        Option<Guid?> requestId = new("--request-id")
        {
            Description = "Ask for the outcome of an earlier restore with this id; all other options as then. It never writes twice.",
            HelpName = "UUID",
            CustomParser = result =>
            {
                if (Guid.TryParse(result.Tokens[0].Value, out Guid id))
                    return id;
                result.AddError("--request-id is a UUID, as it was printed: 0f8fad5b-d9cb-469f-a165-70867728950e.");
                return null;
            },
        };
        Option<string> etag = new("--etag") { Description = "With --request-id: the etag that was printed with it.", HelpName = "TEXT" };

        Command command = new("restore", Help) { label, from, reason, sim, fromSim, spc, dryRun, yes, reveal, requestId, etag };
        command.Validators.Add(result =>
        {
            if (result.GetResult(label) is null == result.GetResult(from) is null)
                result.AddError("Give one of --label and --from.");
            if (result.GetResult(etag) is not null && result.GetResult(requestId) is null)
                result.AddError("--etag belongs to --request-id.");
            if (result.GetResult(requestId) is not null && result.GetResult(dryRun) is { Implicit: false })
                result.AddError("--request-id asks about a restore that was sent; --dry-run sends none.");
        });
        globals.Run(command, invocation =>
        {
            ParseResult parsed = invocation.Parsed;
            return RestoreProcedure.RunAsync(invocation, new RestoreOrder
            {
                Label = parsed.GetValue(label),
                From = parsed.GetValue(from),
                Reason = parsed.GetRequiredValue(reason),
                Slot = parsed.GetValue(sim),
                FromSlot = parsed.GetValue(fromSim),
                Spc = parsed.GetValue(spc),
                DryRun = parsed.GetValue(dryRun),
                Yes = parsed.GetValue(yes),
                Reveal = parsed.GetValue(reveal),
                RequestId = parsed.GetValue(requestId)?.ToString(),
                Etag = parsed.GetValue(etag) ?? "",
            });
        });
        return command;
    }
}
