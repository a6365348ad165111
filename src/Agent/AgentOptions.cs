using ImeiAgent.Agent.Access;

namespace ImeiAgent.Agent;

/// <summary>How an agent runs, as a person gives it. Checked when the agent starts.</summary>
public sealed record AgentOptions
{
    /// <summary>Ports to watch, as in "/dev/ttyUSB0", "COM7" or "tcp://127.0.0.1:4000".</summary>
    public IReadOnlyList<string> Ports { get; init; } = [];

    /// <summary>Look for serial ports of the machine too.</summary>
    public bool Discovery { get; init; } = true;

    /// <summary>Where the vault is; null for the user's own place.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>
    /// Where to listen: "unix:PATH", or "npipe:NAME" on Windows, at most once, else at the user's own place; and "HOST:PORT" for clients of
    /// other machines, over TLS 1.3 with client certificates only. HOST is an address or a name of this machine, or * for all.
    /// </summary>
    public IReadOnlyList<string> Listen { get; init; } = [];

    /// <summary>The most requests that may ever be outstanding at a phone, 1 to 64; the agent finds out how many it takes. One is stop and wait.</summary>
    public int Window { get; init; } = 64;

    /// <summary>Keep the traces of what it does, for those who have no collector.</summary>
    public bool KeepTraces { get; init; } = true;

    /// <summary>How much of it one client may take.</summary>
    internal Limits Limits { get; init; } = new();

    /// <summary>Its clock.</summary>
    internal TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Port of 127.0.0.1 where Prometheus finds measurements, 0 for any free one; null for none.</summary>
    public int? Metrics { get; init; }

    /// <summary>The variables of the environment; null for those of the process.</summary>
    internal Func<string, string?>? Environment { get; init; }

    /// <summary>Who sees what is logged too.</summary>
    internal Action<ILoggingBuilder>? Logging { get; init; }

    /// <summary>What is logged to standard error: this and everything more important.</summary>
    public LogLevel MinimumLogLevel { get; init; } = LogLevel.Information;
}

/// <summary>The agent cannot start; the message says what to do.</summary>
/// <param name="exitCode">What the program ends with: 2 for an option that is wrong, 1 for anything else.</param>
/// <param name="message">For a person.</param>
/// <param name="inner">The cause.</param>
public sealed class AgentStartException(int exitCode, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Exit code for an option that is wrong.</summary>
    public const int WrongOption = 2;

    /// <summary>Exit code for anything else.</summary>
    public const int CannotRun = 1;

    /// <summary>What the program ends with.</summary>
    public int ExitCode { get; } = exitCode;
}
