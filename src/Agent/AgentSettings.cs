using System.Net;
using ImeiAgent.Agent.Access;
using ImeiAgent.Session;
using SessionOptions = ImeiAgent.Session.SessionOptions;

namespace ImeiAgent.Agent;

/// <summary>The options, checked and completed.</summary>
internal sealed record AgentSettings(
    IReadOnlyList<PortSpec> Ports, bool Discovery, string DataDirectory, ListenEndpoint Listen, IReadOnlyList<IPEndPoint> Remote, SessionOptions Session, Limits Limits, TimeProvider Time)
{
    /// <summary>Whether it keeps the traces of what it does.</summary>
    public bool KeepTraces { get; init; } = true;

    /// <summary>Checks the options.</summary>
    /// <exception cref="AgentStartException">One is wrong.</exception>
    public static AgentSettings Of(AgentOptions options)
    {
        if (options.Window is < 1 or > SessionOptions.MaxWindow)
            throw Wrong($"--window {options.Window}: 1 to {SessionOptions.MaxWindow} is expected.");
        if (options.Ports.Count == 0 && !options.Discovery)
            throw Wrong("--no-discovery without any --port leaves nothing to watch.");
        if (options.Metrics is < 0 or > IPEndPoint.MaxPort)
            throw Wrong($"--metrics {options.Metrics}: 0 to {IPEndPoint.MaxPort} is expected.");
        if (options.DataDirectory is { Length: 0 })
            throw Wrong("--data: a directory is expected.");
        return new AgentSettings(
            [.. options.Ports.Select(ParsePort).Distinct()],
            options.Discovery,
            Path.GetFullPath(options.DataDirectory ?? DefaultPlaces.DataDirectory()),
            ListenEndpoint.Parse(Local(options.Listen) ?? DefaultPlaces.Listen()),
            [.. options.Listen.Where(text => !IsLocal(text)).Select(ListenAddress.Parse).Distinct()],
            new SessionOptions { LargestWindow = options.Window },
            options.Limits,
            options.Time)
        {
            KeepTraces = options.KeepTraces,
        };
    }

    private static string? Local(IReadOnlyList<string> listen) => listen.Where(IsLocal).ToArray() switch
    {
        [] => null,
        [var one] => one,
        _ => throw Wrong("--listen: one unix:PATH or npipe:NAME at the most is expected."),
    };

    private static bool IsLocal(string text) => text.StartsWith("unix:", StringComparison.Ordinal) || text.StartsWith("npipe:", StringComparison.Ordinal);

    private static PortSpec ParsePort(string text) =>
        PortSpec.TryParse(text, out PortSpec? port, out string? problem) ? port : throw Wrong($"--port: {problem}");

    internal static AgentStartException Wrong(string message) => new(AgentStartException.WrongOption, message);
}

/// <summary>
/// Where an agent keeps its data and listens when nothing is said (XDG Base Directory Specification). Clients compute the same place
/// to listen, so it does not depend on --data.
/// </summary>
internal static class DefaultPlaces
{
    private const string Name = "imeiagent";

    public static string DataDirectory()
    {
        if (OperatingSystem.IsWindows())
            return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), Name);
        if (OperatingSystem.IsMacOS())
            return Path.Combine(Home(), "Library", "Application Support", Name);
        return Path.Combine(Rooted("XDG_STATE_HOME") ?? Path.Combine(Home(), ".local", "state"), Name);
    }

    public static string Listen()
    {
        if (OperatingSystem.IsWindows())
            return $"npipe:{Name}";
        string directory = !OperatingSystem.IsMacOS() && Rooted("XDG_RUNTIME_DIR") is { } runtime ? Path.Combine(runtime, Name) : DataDirectory();
        return $"unix:{Path.Combine(directory, "agent.sock")}";
    }

    private static string Home() =>
        Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } home ? home : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    private static string? Rooted(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { } path && Path.IsPathRooted(path) ? path : null;
}
