namespace ImeiAgent.Client.Cli;

/// <summary>The command line itself has to say no.</summary>
internal sealed class CliException(ExitCode code, string reason, string message) : Exception(message)
{
    /// <summary>What the shell gets.</summary>
    public ExitCode Code { get; } = code;

    /// <summary>Stable reason in upper snake case, for <c>--json</c>.</summary>
    public string Reason { get; } = reason;

    public static CliException Usage(string message) => new(ExitCode.Usage, "USAGE", message);
}
