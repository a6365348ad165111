using System.CommandLine;

namespace ImeiAgent.Client.Cli;

// The options every verb has, and the one way a verb is run.
internal sealed class Globals(Terminal terminal)
{
    public Option<string> Device { get; } = new("--device", "-d")
    {
        Description = "The phone: its name, a unique beginning of it, or its port. May be left out when only one is attached.",
        HelpName = "NAME",
        Recursive = true,
    };

    public Option<string> Agent { get; } = new("--agent")
    {
        Description = $"An agent of this machine: unix:PATH or npipe:NAME. Else the variable IMEI_AGENT, else the current context, else {AgentEndpoint.Default}.",
        HelpName = "ENDPOINT",
        Recursive = true,
    };

    public Option<string> Context { get; } = new("--context")
    {
        Description = "The agent of a context, see imei context; local is this machine's. Else the variable IMEI_CONTEXT, else --agent, else the current context.",
        HelpName = "NAME",
        Recursive = true,
    };

    public Option<bool> Json { get; } = new("--json")
    {
        Description = "Print the contract's messages as canonical proto JSON, one a line; errors as google.rpc.Status on stderr.",
        Recursive = true,
    };

    public Option<bool> Quiet { get; } = new("--quiet", "-q") { Description = "No progress and no notes.", Recursive = true };

    public Option<bool> Verbose { get; } = new("--verbose")
    {
        Description = "Tell the trace of this run too (W3C traceparent), on standard error; errors name it in any case.",
        Recursive = true,
    };

    /// <summary>Refuses -d where no phone is chosen: whoever typed it meant something that would not happen.</summary>
    /// <param name="command">The command.</param>
    /// <param name="instead">A sentence that says what to type.</param>
    public void RefuseDevice(Command command, string instead) => command.Validators.Add(result =>
    {
        if (result.GetResult(Device) is not null)
            result.AddError($"-d chooses nothing here. {instead}");
    });

    /// <summary>Gives a command its body.</summary>
    public void Run(Command command, Func<Invocation, Task<ExitCode>> body) =>
        command.SetAction(async (parsed, cancellation) =>
        {
            Screen screen = new(terminal, parsed.GetValue(Json), parsed.GetValue(Quiet));
            RunTrace trace = RunTrace.Start(ImeiCli.CommandPath(parsed), terminal.Environment);
            await using (trace.ConfigureAwait(false))
            {
                foreach (string problem in trace.Problems)
                    screen.Note(problem);
                Invocation invocation = new(this, parsed, terminal, screen, cancellation);
                ExitCode code;
                await using (invocation.ConfigureAwait(false))
                    code = await Failures.CatchAsync(screen, () => body(invocation), cancellation).ConfigureAwait(false);
                trace.End(code);
                TellTrace(screen, trace, code, parsed.GetValue(Verbose), invocation.AgentKnows);
                return (int)code;
            }
        });

    private static void TellTrace(Screen screen, RunTrace trace, ExitCode code, bool verbose, bool agentKnows)
    {
        if (trace.Traceparent is not { } traceparent || RunTrace.CurrentId is not { } id)
            return;
        if (verbose)
            screen.Say(screen.Json ? $$"""{"traceparent":"{{traceparent}}"}""" : $"traceparent {traceparent}");
        if (code != ExitCode.Ok && !screen.Json)
            screen.Say($"trace {id}{(agentKnows ? $"  What happened: imei trace show {id[..8]}" : "")}");
    }
}
