using ImeiAgent.Diag.Identity;

namespace ImeiAgent.Operations;

/// <summary>A port and the phone behind it, as they were at one moment.</summary>
/// <param name="Name">Name that stays with the phone across ports, as in "devices/sm-g991u-3f2a"; at most 80 characters.</param>
/// <param name="Port">The port in its canonical form.</param>
/// <param name="State">What is known of it.</param>
/// <param name="Hint">What a person should do when it is not ready; else empty.</param>
/// <param name="Last">What the phone told when it was last asked; null before the first time.</param>
/// <param name="Journal">The open journal row that keeps it from being offered, as in "journal/17"; else empty.</param>
public sealed record PhoneView(string Name, string Port, PhoneState State, string Hint, PhoneReading? Last, string Journal = "");

/// <summary>What a phone told of itself.</summary>
/// <param name="Identity">Who it is.</param>
/// <param name="Slots">Slot 1, then slot 2.</param>
public sealed record PhoneReading(PhoneIdentity Identity, IReadOnlyList<SlotReading> Slots)
{
    /// <summary>The slot of a number from 1.</summary>
    public SlotReading Slot(int slot) => Slots[slot - 1];

    /// <summary>Whether all that was told is the same.</summary>
    public bool Equals(PhoneReading? other) => other is not null && Identity == other.Identity && Slots.SequenceEqual(other.Slots);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Identity, Slots.Count);

    /// <summary>Whether the phone offers a way to SIM 2.</summary>
    public bool SecondSimReachable => Slot(2).Content.State != ImeiSlotState.Unsupported;
}
