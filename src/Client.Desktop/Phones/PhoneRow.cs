using ImeiAgent.Client.Desktop.Agents;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Phones;

/// <summary>A phone among those of one or more agents.</summary>
/// <param name="Agent">The agent's name.</param>
/// <param name="Device">The phone.</param>
/// <param name="Job">The backup that runs on it; null when none does.</param>
/// <param name="Stale">Whether the agent is lost, so that this is what was.</param>
public sealed record PhoneRow(string Agent, Device Device, Job? Job, bool Stale)
{
    /// <summary>The phones of an agent.</summary>
    public static IEnumerable<PhoneRow> Of(AgentLink link)
    {
        ArgumentNullException.ThrowIfNull(link);
        AgentView view = link.View;
        return view.Devices.Select(device => new PhoneRow(link.Name, device, view.RunningOn(device.Name), view.Fault is not null));
    }
}
