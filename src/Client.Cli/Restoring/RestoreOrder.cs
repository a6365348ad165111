namespace ImeiAgent.Client.Cli.Restoring;

/// <summary>What a person typed for a restore.</summary>
internal sealed record RestoreOrder
{
    public string? Label { get; init; }

    public string? From { get; init; }

    public required string Reason { get; init; }

    public required uint Slot { get; init; }

    /// <summary>0 means <see cref="Slot"/>.</summary>
    public uint FromSlot { get; init; }

    /// <summary>The code, "-" to ask for it, or null.</summary>
    public string? Spc { get; init; }

    public bool DryRun { get; init; }

    public bool Yes { get; init; }

    public bool Reveal { get; init; }

    /// <summary>Id of an earlier restore whose outcome is asked for; null for a new one.</summary>
    public string? RequestId { get; init; }

    public string Etag { get; init; } = "";

    /// <summary>Never tells the label or the code.</summary>
    public override string ToString() => $"restore of SIM {Slot}";
}
