using System.CommandLine;
using ImeiAgent.Client.Contexts;

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

    /// <summary>Whether an agent answered, and so knows of this run's trace.</summary>
    public bool AgentKnows => _client?.HasAnswered == true;

    /// <summary>The user's contexts.</summary>
    public ContextStore Contexts { get; } = ContextStore.For(terminal.Environment);

    /// <summary>Whether an agent was named on the command line.</summary>
    public bool NamesAgent => Parsed.GetValue(globals.Context) is not null || Parsed.GetValue(globals.Agent) is not null;

    /// <summary>This machine's agent.</summary>
    public AgentEndpoint LocalAgent() => Checked(() => AgentChoice.LocalAgent(Terminal.Environment));

    public ValueTask DisposeAsync() => _client?.DisposeAsync() ?? ValueTask.CompletedTask;

    private AgentEndpoint Endpoint() =>
        Checked(() => new AgentChoice(Parsed.GetValue(globals.Context), Parsed.GetValue(globals.Agent)).Resolve(Terminal.Environment));

    private static AgentEndpoint Checked(Func<AgentEndpoint> choose)
    {
        try
        {
            return choose();
        }
        catch (FormatException fault)
        {
            throw CliException.Usage(fault.Message);
        }
    }
}
