using System.CommandLine;
using ImeiAgent.Client.Cli.Reading;
using ImeiAgent.Client.Cli.Restoring;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Cli.Verbs;

// imei journal [list] | show | settle
internal static class JournalVerb
{
    private const string Help =
        "What restores did: which phone, which number, who, why, and how it ended. Without a command it lists. A restore that was "
        + "interrupted stays open until its phone is attached again, or until a person settles it.";

    private const string NameIsEnough = "The row's NAME is enough: leave -d out. imei journal -d PHONE lists the restores of one phone.";

    public static Command Build(Globals globals)
    {
        Command journal = new("journal", Help);
        IReadOnlyList<Option<bool>> own = AddList(globals, journal);
        Command list = new("list", "List restores, newest first; with -d those of one phone, attached or not.");
        AddList(globals, list);
        foreach (Command command in (Command[])[list, BuildShow(globals), BuildSettle(globals)])
        {
            // The command would not see what stands in front of it.
            command.Validators.Add(result =>
            {
                foreach (Option<bool> option in own.Where(option => result.GetResult(option) is { Implicit: false }))
                    result.AddError($"{option.Name} goes behind the command: imei journal {command.Name} ... {option.Name}");
            });
            journal.Subcommands.Add(command);
        }
        return journal;
    }

    private static Argument<string> NameArgument() => new("NAME") { Description = "The row, as in 17 or journal/17." };

    private static Option<bool> RevealOption() => new("--reveal") { Description = "Show IMEIs unmasked." };

    private static IReadOnlyList<Option<bool>> AddList(Globals globals, Command command)
    {
        Option<bool> open = new("--open") { Description = "Only those that are not settled." };
        Option<bool> reveal = RevealOption();
        command.Options.Add(open);
        command.Options.Add(reveal);
        globals.Run(command, invocation =>
        {
            bool openOnly = invocation.Parsed.GetValue(open);
            bool revealed = invocation.Parsed.GetValue(reveal);
            return Pages.ListAsync(
                invocation,
                token => invocation.Client.ListJournalAsync(
                    new ListJournalRequest { Device = invocation.Device, OpenOnly = openOnly, PageSize = Pages.Size, PageToken = token, RevealImei = revealed },
                    invocation.Cancellation),
                page => (page.Entries, page.NextPageToken),
                all => JournalPrinter.List(invocation.Screen, all, openOnly));
        });
        return [open, reveal];
    }

    private static Command BuildShow(Globals globals)
    {
        Argument<string> name = NameArgument();
        Option<bool> reveal = RevealOption();
        Command show = new("show", "Show what a restore did; of one that is open, what will settle it.") { name, reveal };
        globals.RefuseDevice(show, NameIsEnough);
        globals.Run(show, async invocation =>
        {
            GetJournalEntryRequest request = new() { Name = invocation.Parsed.GetRequiredValue(name), RevealImei = invocation.Parsed.GetValue(reveal) };
            GetJournalEntryResponse answer = await invocation.Client.GetJournalEntryAsync(request, invocation.Cancellation).ConfigureAwait(false);
            if (invocation.Screen.Json)
                invocation.Screen.Message(answer);
            else
                JournalPrinter.Print(invocation.Screen, answer.Entry);
            return ExitCode.Ok;
        });
        return show;
    }

    private static Command BuildSettle(Globals globals)
    {
        Argument<string> name = NameArgument();
        Option<string> reason = new("--reason") { Description = "Why, for whoever reads the journal later. Kept with the receipt.", HelpName = "TEXT", Required = true };
        Option<bool> byHand = new("--by-hand")
        {
            Description = "Close it as it is, outcome unknown: for a phone that will not come back. The phone is asked nothing.",
        };
        Option<string> spc = Secrets.SpcOption();
        Option<string> password = Secrets.PasswordOption();
        Option<bool> reveal = RevealOption();
        Command settle = new("settle", "Settle a restore that was interrupted, with the phone attached: it is read, and put right where that is needed. Exit code 7 when it stays open.")
        {
            name, reason, byHand, spc, password, reveal,
        };
        globals.RefuseDevice(settle, NameIsEnough);
        settle.Validators.Add(result =>
        {
            if (result.GetResult(byHand) is { Implicit: false } && (result.GetResult(spc) is not null || result.GetResult(password) is not null))
                result.AddError("--by-hand asks the phone nothing: leave out --spc and --password, or leave out --by-hand to settle it with the phone.");
        });
        globals.Run(settle, async invocation =>
        {
            SettleJournalEntryRequest request = new()
            {
                Name = invocation.Parsed.GetRequiredValue(name),
                Reason = invocation.Parsed.GetRequiredValue(reason),
                ByHand = invocation.Parsed.GetValue(byHand),
                RevealImei = invocation.Parsed.GetValue(reveal),
            };
            if (!request.ByHand)
            {
                request.Spc = await Secrets.SpcAsync(invocation, invocation.Parsed.GetValue(spc)).ConfigureAwait(false);
                request.SecurityPassword = await Secrets.PasswordAsync(invocation, invocation.Parsed.GetValue(password)).ConfigureAwait(false);
            }
            return await SettleAsync(invocation, request).ConfigureAwait(false);
        });
        return settle;
    }

    private static async Task<ExitCode> SettleAsync(Invocation invocation, SettleJournalEntryRequest request)
    {
        Screen screen = invocation.Screen;
        JournalEntry entry;
        try
        {
            SettleJournalEntryResponse answer = await invocation.Client.SettleJournalEntryAsync(request, invocation.Cancellation).ConfigureAwait(false);
            entry = answer.Entry;
            if (screen.Json)
                screen.Message(answer);
        }
        catch (AgentException lost) when (lost.Reason == AgentException.ConnectionLost)
        {
            // It goes on in the agent, or it never came there: either way the row tells.
            ExitCode code = Failures.Report(screen, lost);
            if (!screen.Json)
                screen.Say($"What became of it: imei journal show {Names.Short(request.Name)}");
            return code;
        }
        if (!screen.Json)
            JournalPrinter.Print(screen, entry);
        return entry.State == JournalState.Closed ? ExitCode.Ok : ExitCode.OutcomeUnknown;
    }
}
