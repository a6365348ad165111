using System.CommandLine;

namespace ImeiAgent.Client.Cli;

/// <summary>One run of one verb: what was typed, where to print, whom to call.</summary>
internal sealed class Invocation(
    Globals globals, ParseResult parsed, Terminal terminal, Screen screen, CancellationToken cancellation) : IAsyncDisposable
{
    private AgentClient? _client;

    public ParseResult Parsed { get; } = parsed;

    public Terminal Terminal { get; } = terminal;

    public Screen Screen { get; } = screen;

    public CancellationToken Cancellation { get; } = cancellation;

    /// <summary>What was typed after -d; empty when nothing was: the agent then takes the only phone.</summary>
    public string Device { get; } = parsed.GetValue(globals.Device) ?? "";

    /// <summary>The agent that was asked for.</summary>
    public AgentClient Client => _client ??= AgentClient.Connect(Endpoint(), Terminal.Time);

    public ValueTask DisposeAsync() => _client?.DisposeAsync() ?? ValueTask.CompletedTask;

    private AgentEndpoint Endpoint()
    {
        string? typed = Parsed.GetValue(globals.Agent);
        string? text = typed ?? (Terminal.Environment("IMEI_AGENT") is { Length: > 0 } variable ? variable : null);
        if (text is null)
            return AgentEndpoint.DefaultFor(Terminal.Environment);
        return AgentEndpoint.TryParse(text, out AgentEndpoint? endpoint, out string? fault)
            ? endpoint
            : throw CliException.Usage($"{(typed is null ? "IMEI_AGENT" : "--agent")}: {fault}");
    }
}
