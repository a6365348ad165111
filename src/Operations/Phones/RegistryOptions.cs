using ImeiAgent.Session;

namespace ImeiAgent.Operations;

/// <summary>Which ports to watch and how.</summary>
public sealed record RegistryOptions
{
    /// <summary>Ports that were named: watched from the start, whether they exist yet or not.</summary>
    public IReadOnlyList<PortSpec> Ports { get; init; } = [];

    /// <summary>Lists the ports of the machine, for phones that are plugged in later; null to watch only <see cref="Ports"/>.</summary>
    public Func<IReadOnlyList<PortSpec>>? Discover { get; init; }

    /// <summary>Opens a port.</summary>
    public required PortOpener Open { get; init; }

    /// <summary>How each conversation is held.</summary>
    public SessionOptions Session { get; init; } = new();

    /// <summary>How long a restore has patience with a phone.</summary>
    public RestoreOptions Restore { get; init; } = new();

    /// <summary>Whether what goes over a port is recorded, so that a failure can be looked at afterwards.</summary>
    public bool Record { get; init; } = true;

    /// <summary>How often to look for new ports: a look at a directory, so that a phone is seen within a second of its coming.</summary>
    public TimeSpan DiscoveryInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long an operation waits for ports that are still being probed.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);
}
