using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Agents;

/// <summary>What the windows know of an agent.</summary>
/// <param name="Devices">As last told; stale while <paramref name="Fault"/> is set.</param>
/// <param name="Jobs">Those that run, and up to 50 that ended while the program watched; the newest first.</param>
/// <param name="Attention">How much waits for a person; null when an older agent does not tell.</param>
/// <param name="Agent">What it is and what this user may do there; null before it answered once.</param>
/// <param name="Fault">Why nothing newer is known, in a sentence; null while the connection works.</param>
/// <param name="AsOf">When the agent was last heard of; null before all devices were told once.</param>
/// <param name="Trace">Trace id of the call that failed; null while the connection works.</param>
public sealed record AgentView(
    IReadOnlyList<Device> Devices, IReadOnlyList<Job> Jobs, WatchAttention? Attention, GetAgentInfoResponse? Agent, string? Fault, DateTimeOffset? AsOf,
    string? Trace = null)
{
    /// <summary>Nothing is known yet.</summary>
    public static AgentView Nothing { get; } = new([], [], null, null, null, null);

    /// <summary>Restores that are under way or were interrupted, of phones that are there and of others; empty when an older agent does not tell of them.</summary>
    public IReadOnlyList<JournalEntry> OpenRestores { get; init; } = [];

    /// <summary>Whether what is shown is what is.</summary>
    public bool IsLive => Fault is null && AsOf is not null;

    /// <summary>Since when the connection is as it is, there or lost; null before the first answer.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>What this user may do there; unspecified before the agent said it.</summary>
    public Role Role => Agent?.Role ?? Role.Unspecified;

    /// <summary>The device of that name, or of that last part of its name.</summary>
    public Device? Find(string name) => Devices.FirstOrDefault(device => device.Name == name || device.Name == "devices/" + name);

    /// <summary>The job that runs on a device, if one does.</summary>
    public Job? RunningOn(string device) => Jobs.FirstOrDefault(job => job.Device == device && !job.HasEnded);
}
