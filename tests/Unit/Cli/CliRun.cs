using ImeiAgent.Client.Cli;
using ImeiAgent.Unit.Client;
using Xunit;

namespace ImeiAgent.Unit.Cli;

/// <summary>What a run of the command line left behind.</summary>
internal sealed record CliRun(ExitCode Exit, string Out, string Err)
{
    public IReadOnlyList<string> OutLines => Out.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary><see cref="Err"/> without the trace, which ends every error and is another each time.</summary>
    public string Said => System.Text.RegularExpressions.Regex.Replace(Err, "^trace [0-9a-f]{32}.*\n", "", System.Text.RegularExpressions.RegexOptions.Multiline);

    /// <summary>Runs a verb against <paramref name="agent"/> as a script does: nothing is a terminal.</summary>
    public static Task<CliRun> RunAsync(FakeAgent? agent, params string[] args) => RunAsync(agent, new CliSetting(), args);

    public static async Task<CliRun> RunAsync(FakeAgent? agent, CliSetting setting, params string[] args)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        using StringReader input = new(setting.Input);
        Terminal terminal = new()
        {
            Out = output,
            Err = error,
            In = input,
            InIsTerminal = setting.Interactive,
            OutIsTerminal = setting.Colour,
            ErrIsTerminal = setting.Colour,
            Time = setting.Time ?? new ImpatientTime(),
            Environment = name => name switch
            {
                "IMEI_AGENT" => agent?.Endpoint.ToString(),
                "IMEI_CONTEXT" => setting.ContextVariable,
                // Never the contexts of whoever runs the tests.
                "XDG_CONFIG_HOME" or "XDG_RUNTIME_DIR" or "HOME" or "APPDATA" => setting.Home ?? Path.Combine(Path.GetTempPath(), "imeiagent-test-nobody"),
                "IMEI_SPC" => setting.SpcVariable,
                "IMEI_PASSWORD" => setting.PasswordVariable,
                "TRACEPARENT" => setting.Traceparent,
                "NO_COLOR" => setting.NoColour ? "1" : null,
                _ => null,
            },
        };
        CancellationToken cancellation = setting.Cancellation ?? TestContext.Current.CancellationToken;
        int exit = await ImeiCli.RunAsync(args, terminal, cancellation);
        return new CliRun((ExitCode)exit, output.ToString(), error.ToString());
    }
}

/// <summary>The surroundings of a run.</summary>
internal sealed record CliSetting
{
    public string Input { get; init; } = "";

    public bool Interactive { get; init; }

    public bool Colour { get; init; }

    public bool NoColour { get; init; }

    public string? SpcVariable { get; init; }

    public string? PasswordVariable { get; init; }

    public string? ContextVariable { get; init; }

    /// <summary>Where the contexts are; null for a place with none.</summary>
    public string? Home { get; init; }

    /// <summary>The trace of the calling script.</summary>
    public string? Traceparent { get; init; }

    public CancellationToken? Cancellation { get; init; }

    /// <summary>Its clock; null for one whose short pauses are over at once.</summary>
    public TimeProvider? Time { get; init; }

    /// <summary>A person who types <paramref name="lines"/>.</summary>
    public static CliSetting Typing(params string[] lines) => new() { Interactive = true, Input = string.Join('\n', lines) + "\n" };
}
