using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ImeiAgent.Operations;

/// <summary>What is asked for. Either <see cref="Label"/> or <see cref="Snapshot"/> is set.</summary>
public sealed record RestoreRequest
{
    /// <summary>Name, unique beginning of it, or port; empty when only one phone is attached.</summary>
    public string Device { get; init; } = "";

    /// <summary>SIM slot, 1 or 2.</summary>
    public int Slot { get; init; } = 1;

    /// <summary>The number as typed from the label; null when it comes from a snapshot.</summary>
    public string? Label { get; init; }

    /// <summary>Name of a snapshot of this phone; null when the number was typed.</summary>
    public string? Snapshot { get; init; }

    /// <summary>The SIM slot of the snapshot to take the number from; 0 means <see cref="Slot"/>.</summary>
    public int SnapshotSlot { get; init; }

    /// <summary>Why, 3 to 500 characters.</summary>
    public string Reason { get; init; } = "";

    /// <summary>A UUID, in small letters however it was given: the same request is carried out once, however often it comes.</summary>
    public string RequestId { get; init => field = value.ToLowerInvariant(); } = "";

    /// <summary>Do all checks and write nothing.</summary>
    public bool ValidateOnly { get; init; }

    /// <summary>The slot's etag as last read; empty for none.</summary>
    public string Etag { get; init; } = "";

    /// <summary>Service programming code, 6 digits; empty for none. Never kept.</summary>
    public string Spc { get; init; } = "";

    /// <summary>Who asks.</summary>
    public string Operator { get; init; } = "";

    /// <summary>
    /// SHA-256 of what is asked for, 64 hex digits. The SPC is left out: a digest of six digits can be undone. So is who asks: the
    /// same request may be followed up by another login.
    /// </summary>
    internal string Digest() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        JsonSerializer.Serialize(new object?[] { Device, Slot, Label, Snapshot is null ? null : SnapshotNames.Bare(Snapshot), SnapshotSlot, Reason, Etag }))));

    /// <summary>Names no number and no code.</summary>
    public override string ToString() => $"restore {RequestId} of slot {Slot}";
}
