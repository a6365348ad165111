using ImeiAgent.Client.Desktop.Agents;
using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Phones;

/// <summary>What can be done with a phone now, and why not: a sentence, or null when it can.</summary>
public static class PhoneActs
{
    /// <summary>Why the phone cannot be asked anything.</summary>
    public static string? WhyNotAsk(Device device, AgentView view)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(view);
        return !view.IsLive ? PhoneTexts.NotLive : device.State switch
        {
            DeviceState.Ready => null,
            DeviceState.Disconnected => PhoneTexts.NotUnplugged,
            DeviceState.Unsettled => PhoneTexts.NotUnsettled,
            _ => PhoneTexts.NotReady,
        };
    }

    /// <summary>Why nothing can be restored to it.</summary>
    /// <param name="device">The phone.</param>
    /// <param name="view">What is known of its agent.</param>
    /// <param name="open">Its restores that are not closed.</param>
    public static string? WhyNotRestore(Device device, AgentView view, IReadOnlyList<JournalEntry> open)
    {
        ArgumentNullException.ThrowIfNull(open);
        return WhyNotAsk(device, view)
            ?? (open is [var row, ..] ? PhoneTexts.NotOpen.With(Named.Short(row.Name))
                : device.Lease is { } lease && !IsOwn(lease, view) ? PhoneTexts.NotHeld.With(SafeText.Clean(Words.Holder(lease)), SafeText.Clean(lease.Purpose))
                : null);
    }

    /// <summary>Whether the phone can be leased: one that is away or whose last restore is not settled can, a port without a known phone cannot.</summary>
    public static bool MayLease(Device device, AgentView view)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(view);
        return view.IsLive && view.Role.MayRestore && (device.State is DeviceState.Ready or DeviceState.Disconnected or DeviceState.Unsettled);
    }

    /// <summary>Whether the lease is that of whoever uses this window.</summary>
    public static bool IsOwn(Lease lease, AgentView view)
    {
        ArgumentNullException.ThrowIfNull(lease);
        ArgumentNullException.ThrowIfNull(view);
        return lease.Holder == view.Agent?.Caller;
    }

    /// <summary>Whether a slot lost its number, which is what this tool puts right.</summary>
    public static bool IsLost(ImeiSlot slot)
    {
        ArgumentNullException.ThrowIfNull(slot);
        return slot.State is ImeiSlotState.Blank or ImeiSlotState.Generic or ImeiSlotState.Invalid;
    }
}
