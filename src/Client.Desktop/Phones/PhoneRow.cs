using System.Text.RegularExpressions;
using ImeiAgent.Client.Desktop.Agents;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Phones;

/// <summary>A phone among those of one or more agents.</summary>
/// <param name="Agent">The agent's name.</param>
/// <param name="Device">The phone.</param>
/// <param name="Job">The backup that runs on it; null when none does.</param>
/// <param name="Open">Its restores that are under way or were interrupted, whatever the phone does meanwhile.</param>
/// <param name="Stale">Whether the agent is lost, so that this is what was.</param>
public sealed partial record PhoneRow(string Agent, Device Device, Job? Job, IReadOnlyList<JournalEntry> Open, bool Stale)
{
    private const int LongestNumber = 10;

    /// <summary>The phones of an agent, in the order of its ports: ttyUSB2 comes before ttyUSB10.</summary>
    public static IEnumerable<PhoneRow> Of(AgentLink link)
    {
        ArgumentNullException.ThrowIfNull(link);
        AgentView view = link.View;
        return view.Devices.Select(device => new PhoneRow(
                link.Name, device, view.RunningOn(device.Name), [.. view.OpenRestores.Where(entry => entry.Receipt?.Device == device.Name)], view.Fault is not null))
            .OrderBy(row => Numbers().Replace(row.Device.Port, number => number.Value.PadLeft(LongestNumber, '0')), StringComparer.Ordinal)
            .ThenBy(row => row.Device.Name, StringComparer.Ordinal);
    }

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Numbers();
}
