using System.Text.Json;
using ImeiAgent.Client.Cli;

namespace ImeiAgent.Demo;

/// <summary>Types verbs of the real command line into this terminal, as a person would, and runs them.</summary>
internal sealed class Typist(Terminal terminal, string endpoint, CancellationToken ct)
{
    /// <summary>Says what comes next.</summary>
    public async Task SayAsync(string text)
    {
        await terminal.Out.WriteLineAsync();
        await terminal.Out.WriteLineAsync(Paint("1;36", $"── {text}"));
    }

    /// <summary>Prints the line that a person would type and runs it; returns its exit code.</summary>
    public async Task<int> TypeAsync(params string[] args)
    {
        await terminal.Out.WriteLineAsync(Paint("1", $"$ imei {string.Join(' ', args.Select(Quoted))}"));
        await terminal.Out.FlushAsync(ct);
        return await ImeiCli.RunAsync(args, terminal with { Environment = WithAgent }, ct);
    }

    /// <summary>Runs a verb with <c>--json</c> without showing it, and returns what it printed.</summary>
    public async Task<JsonElement> AskAsync(params string[] args)
    {
        using var output = new StringWriter();
        Terminal unseen = terminal with { Out = output, OutIsTerminal = false, Environment = WithAgent };
        int code = await ImeiCli.RunAsync(["--json", .. args], unseen, ct);
        if (code != 0)
            throw new InvalidOperationException($"imei {string.Join(' ', args)} ended with exit code {code}.");
        using var document = JsonDocument.Parse(output.ToString());
        return document.RootElement.Clone();
    }

    // Whatever agent this user works with otherwise: the story is told to the demo's own.
    private string? WithAgent(string name) => name switch
    {
        "IMEI_AGENT" => endpoint,
        "IMEI_CONTEXT" => null,
        _ => terminal.Environment(name),
    };

    private string Paint(string code, string text) =>
        terminal.OutIsTerminal && string.IsNullOrEmpty(terminal.Environment("NO_COLOR")) ? $"\e[{code}m{text}\e[0m" : text;

    private static string Quoted(string argument) => argument.Contains(' ', StringComparison.Ordinal) ? $"\"{argument}\"" : argument;
}
