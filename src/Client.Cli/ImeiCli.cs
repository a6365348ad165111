using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Grpc.Core;
using ImeiAgent.Client.Cli.Verbs;

namespace ImeiAgent.Client.Cli;

/// <summary>The command line as a call, so that it can be run in process.</summary>
public static class ImeiCli
{
    /// <summary>Runs one command.</summary>
    /// <param name="args">What was typed behind <c>imei</c>.</param>
    /// <param name="terminal">Where to read and write.</param>
    /// <param name="cancellation">Ctrl-C.</param>
    /// <returns>The number of an <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] args, Terminal terminal, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(terminal);
        Globals globals = new(terminal);
        Command root = Build(globals);

        // "@name" is a reason a person may well type, not a file of arguments.
        ParseResult parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction || (parsed.Errors.Count > 0 && parsed.Action is not SynchronousCommandLineAction))
        {
            RunTrace trace = RunTrace.Start(CommandPath(parsed), terminal.Environment);
            await using (trace.ConfigureAwait(false))
            {
                ExitCode complaint = Complain(globals, terminal, parsed);
                trace.End(complaint);
                return (int)complaint;
            }
        }

        int code = await parsed.InvokeAsync(
            new InvocationConfiguration
            {
                Output = terminal.Out,
                Error = terminal.Err,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            },
            cancellation).ConfigureAwait(false);
        await terminal.Out.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        await terminal.Err.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        return code;
    }

    internal static Command Build(Globals globals)
    {
        // Not RootCommand: that one names itself after the running program, which may be another.
        Command root = new("imei", "Reads, backs up and restores the IMEI of phones with Qualcomm modems, through an ImeiAgent.")
        {
            globals.Device, globals.Context, globals.Agent, globals.Json, globals.Quiet, globals.Verbose,
            DevicesVerb.Build(globals),
            IdentifyVerb.Build(globals),
            NvVerb.Build(globals),
            BackupVerb.Build(globals),
            JobsVerb.Build(globals),
            SkipsVerb.Build(globals),
            SnapshotsVerb.Build(globals),
            RestoreVerb.Build(globals),
            LeaseVerb.Build(globals),
            JournalVerb.Build(globals),
            ApprovalsVerb.Build(globals),
            AuditVerb.Build(globals),
            TraceVerb.Build(globals),
            SupportVerb.Build(globals),
            ContextVerb.Build(globals),
            AgentVerb.Build(globals),
            VersionVerb.Build(globals),
        };
        HelpOption help = new() { Recursive = true };
        help.Action = new HelpWithExitCodes((HelpAction)help.Action!);
        root.Options.Add(help);
        return root;
    }

    private static ExitCode Complain(Globals globals, Terminal terminal, ParseResult parsed)
    {
        Screen screen = new(terminal, parsed.GetResult(globals.Json) is { Implicit: false }, quiet: false);
        string message = Problem(parsed);
        RunTrace.Fails("USAGE");
        screen.Error(message, Json.Error(StatusCode.InvalidArgument, message, "USAGE"));
        if (!screen.Json)
            screen.Say($"Try: {CommandPath(parsed)} --help");
        return ExitCode.Usage;
    }

    private static string Problem(ParseResult parsed)
    {
        string commands = string.Join(", ", parsed.CommandResult.Command.Subcommands.Select(command => command.Name));
        if (commands.Length > 0 && parsed.UnmatchedTokens is [var typed, ..])
            return $"\"{typed}\" is no command of {CommandPath(parsed)}. Commands: {commands}.";
        if (commands.Length > 0 && parsed.Errors.Count == 1)
            return $"A command is missing. Commands: {commands}.";
        return string.Join(" ", parsed.Errors.Select(error => error.Message).Distinct());
    }

    /// <summary>Words of the command, as in "imei trace show": none of what was typed behind them.</summary>
    internal static string CommandPath(ParseResult parsed)
    {
        List<string> names = [];
        for (System.CommandLine.Parsing.SymbolResult? at = parsed.CommandResult; at is not null; at = at.Parent)
            if (at is System.CommandLine.Parsing.CommandResult command)
                names.Insert(0, command.Command.Name);
        return string.Join(' ', names);
    }

    private sealed class HelpWithExitCodes(HelpAction inner) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            int result = inner.Invoke(parseResult);
            TextWriter output = parseResult.InvocationConfiguration.Output;
            if (parseResult.CommandResult.Parent is not null)
                return result;
            output.WriteLine("Exit codes:");
            foreach ((ExitCode code, string meaning) in ExitCodes.Table)
                output.WriteLine($"  {(int)code,3}  {meaning}");
            output.WriteLine();
            output.WriteLine("Environment: IMEI_CONTEXT (name of a context), IMEI_AGENT (endpoint), IMEI_SPC (service programming code), IMEI_PASSWORD (security password), NO_COLOR, TRACEPARENT (puts a script's runs into one trace; each error names its trace).");
            output.WriteLine("OTEL_EXPORTER_OTLP_ENDPOINT and OpenTelemetry's other variables send traces, metrics and logs; without them nothing is sent.");
            return result;
        }
    }
}
