namespace ImeiAgent.Client.Cli.Restoring;

/// <summary>What a person typed for a restore.</summary>
internal sealed record RestoreOrder
{
    /// <summary>One slot, or both in one transaction.</summary>
    public required IReadOnlyList<SlotOrder> Slots { get; init; }

    /// <summary>Whether both slots take their numbers from one backup, which was typed once.</summary>
    public bool FromOneBackup { get; init; }

    public required string Reason { get; init; }

    public string Evidence { get; init; } = "";

    /// <summary>The code, "-" to ask for it, or null.</summary>
    public string? Spc { get; init; }

    /// <summary>The password, "-" to ask for it, or null.</summary>
    public string? Password { get; init; }

    public bool NoRestart { get; init; }

    public bool DryRun { get; init; }

    public bool Yes { get; init; }

    public bool Reveal { get; init; }

    /// <summary>Id of an earlier restore that is asked for again; null for a new one.</summary>
    public string? RequestId { get; init; }

    /// <summary>Fencing token of a lease that is held already; null to take one for the time of the restore.</summary>
    public ulong? Lease { get; init; }

    /// <summary>Never tells a label, the code or the password.</summary>
    public override string ToString() => $"restore of SIM {string.Join(" and ", Slots.Select(slot => slot.Slot))}";
}

/// <summary>One slot of it, and where its number comes from: the label or a backup.</summary>
internal sealed record SlotOrder
{
    public required uint Slot { get; init; }

    public string? Label { get; init; }

    public string? From { get; init; }

    /// <summary>0 means <see cref="Slot"/>.</summary>
    public uint FromSlot { get; init; }

    /// <summary>As it was printed with the request id that is asked for again.</summary>
    public string Etag { get; init; } = "";

    /// <summary>Never tells the label.</summary>
    public override string ToString() => $"SIM {Slot}";
}
