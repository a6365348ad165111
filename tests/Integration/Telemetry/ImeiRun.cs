using ImeiAgent.Client.Cli;
using Xunit;

namespace ImeiAgent.Integration.Telemetry;

/// <summary>A run of <c>imei</c> inside the tests.</summary>
/// <param name="Code">How it ended.</param>
/// <param name="Out">Standard output.</param>
/// <param name="Err">Standard error.</param>
internal sealed record ImeiRun(ExitCode Code, string Out, string Err)
{
    /// <summary>Runs it as a script does: nothing is a terminal.</summary>
    /// <param name="agent">Where its agent is; null when the contexts say so.</param>
    /// <param name="contexts">Folder of its contexts.</param>
    /// <param name="args">What was typed behind <c>imei</c>.</param>
    public static Task<ImeiRun> RunAsync(string? agent, string? contexts, params string[] args) => RunAsync(agent, contexts, TestContext.Current.CancellationToken, args);

    /// <summary>The same, until somebody presses Ctrl-C.</summary>
    public static async Task<ImeiRun> RunAsync(string? agent, string? contexts, CancellationToken cancellation, params string[] args)
    {
        using StringWriter output = new(), error = new();
        using StringReader input = new("");
        var terminal = new Terminal
        {
            Out = output,
            Err = error,
            In = input,
            Environment = name => name switch
            {
                "IMEI_AGENT" => agent,
                // Never the contexts of whoever runs the tests.
                "XDG_CONFIG_HOME" or "XDG_RUNTIME_DIR" or "HOME" or "APPDATA" => contexts ?? Path.Combine(Path.GetTempPath(), "imeiagent-test-nobody"),
                _ => null,
            },
        };
        var code = (ExitCode)await ImeiCli.RunAsync(args, terminal, cancellation);
        return new ImeiRun(code, output.ToString(), error.ToString());
    }

    /// <summary>Fails, showing what was printed, unless it ended so.</summary>
    public ImeiRun Ended(ExitCode code)
    {
        Assert.True(Code == code, $"ended with {Code} instead of {code}:\n{Out}{Err}");
        return this;
    }

    /// <summary>What a restore from the label is typed as.</summary>
    public static string[] Restore(string device, string label, params string[] more) =>
        ["-d", device, "restore", "--label", label, "--reason", "Ticket 4711: label on the box", "--evidence", "Photo 1 of ticket 4711", "--yes", .. more];
}
