using System.CommandLine;
using ImeiAgent.Client.Cli.Contexts;
using ImeiAgent.Client.Contexts;

namespace ImeiAgent.Client.Cli.Verbs;

// imei context add | list | use | show | remove | export
internal static class ContextVerb
{
    public static Command Build(Globals globals)
    {
        Command context = new("context", "Agents on the network that this user was paired with.")
        {
            BuildAdd(globals), BuildList(globals), BuildUse(globals), BuildShow(globals), BuildRemove(globals), ContextFiles.BuildExport(globals),
        };
        foreach (Command command in context.Subcommands)
            globals.RefuseDevice(command, "A context is an agent, not a phone.");
        return context;
    }

    public static Argument<string> Name(string description) => new("NAME") { Description = description };

    private static Command BuildAdd(Globals globals)
    {
        Argument<string> name = Name("What to call the agent: 1 to 40 letters, digits, dots, dashes and underscores.");
        Argument<string> line = new("LINE")
        {
            Description = "The pairing line, as imei-agent pair printed it; - asks for it, or reads a line of standard input, so that it does not stand in the shell's history.",
        };
        Command add = new("add", "Pair with an agent: make a key here, and get a certificate for it.") { name, line };
        globals.Run(add, async invocation =>
        {
            string typed = invocation.Parsed.GetRequiredValue(line);
            PairingLine invitation = PairingLine.Parse(typed == "-" ? await AskAsync(invocation).ConfigureAwait(false) : typed);
            AgentContext added = await Pairing.PairAsync(
                invocation.Contexts, invocation.Parsed.GetRequiredValue(name), invitation, invocation.Terminal.Time, invocation.Cancellation).ConfigureAwait(false);
            ContextPrinter.One(invocation.Screen, added, isCurrent: false);
            invocation.Screen.Note($"Paired. To use it: --context {added.Name} with a command, or for all: imei context use {added.Name}");
            return ExitCode.Ok;
        });
        return add;
    }

    private static Command BuildList(Globals globals)
    {
        Command list = new("list", "List the contexts, and which one is current.");
        globals.Run(list, invocation =>
        {
            ContextPrinter.All(invocation.Screen, invocation.Contexts.Read(), invocation.Terminal.Time.GetUtcNow());
            return Task.FromResult(ExitCode.Ok);
        });
        return list;
    }

    private static Command BuildUse(Globals globals)
    {
        Argument<string> name = Name("The context that is meant from now on when none is named; local is the agent of this machine.");
        Command use = new("use", "Choose the current context.") { name };
        globals.Run(use, async invocation =>
        {
            string chosen = invocation.Parsed.GetRequiredValue(name);
            await invocation.Contexts.UseAsync(chosen, invocation.Cancellation).ConfigureAwait(false);
            ContextPrinter.All(invocation.Screen, invocation.Contexts.Read(), invocation.Terminal.Time.GetUtcNow());
            foreach (string variable in (string[])["IMEI_CONTEXT", "IMEI_AGENT"])
                if (invocation.Terminal.Environment(variable) is { Length: > 0 })
                    invocation.Screen.Note($"The variable {variable} is set, and goes before the current context.");
            return ExitCode.Ok;
        });
        return use;
    }

    private static Command BuildShow(Globals globals)
    {
        Argument<string> name = new("NAME") { Description = "The context; else the current one.", Arity = ArgumentArity.ZeroOrOne };
        Command show = new("show", "Show a context: addresses, fingerprint, role, and until when its certificate is good.") { name };
        globals.Run(show, invocation =>
        {
            ContextList all = invocation.Contexts.Read();
            string? chosen = invocation.Parsed.GetValue(name) ?? all.Current;
            if (chosen is null or AgentContext.Local)
                invocation.Screen.Line("local: the agent of this machine, which needs no context");
            else
                ContextPrinter.One(invocation.Screen, all.Find(chosen), all.Current == chosen);
            return Task.FromResult(ExitCode.Ok);
        });
        return show;
    }

    private static Command BuildRemove(Globals globals)
    {
        Argument<string> name = Name("The context.");
        Command remove = new("remove", "Forget a context and delete its key.") { name };
        globals.Run(remove, async invocation =>
        {
            AgentContext gone = await invocation.Contexts.RemoveAsync(invocation.Parsed.GetRequiredValue(name), invocation.Cancellation).ConfigureAwait(false);
            if (invocation.Screen.Json)
                ContextPrinter.One(invocation.Screen, gone, isCurrent: false);
            else
                invocation.Screen.Line($"{gone.Name}  removed");
            invocation.Screen.Note($"The agent still knows it; there: imei-agent clients revoke {(gone.Client.Length > 0 ? gone.Client : "NAME")}");
            return ExitCode.Ok;
        });
        return remove;
    }

    private static async Task<string> AskAsync(Invocation invocation)
    {
        Terminal terminal = invocation.Terminal;
        if (terminal.InIsTerminal)
            invocation.Screen.Ask("Pairing line (not shown): ");
        string? typed = terminal.ReadSecret is { } readSecret
            ? await readSecret(invocation.Cancellation).ConfigureAwait(false)
            : await terminal.ReadLineAsync(invocation.Cancellation).ConfigureAwait(false);
        if (terminal.InIsTerminal)
            invocation.Screen.Say("");
        return typed ?? "";
    }
}
