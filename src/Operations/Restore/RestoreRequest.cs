using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ImeiAgent.Operations;

/// <summary>The number for one slot. Either <see cref="Label"/> or <see cref="Snapshot"/> is set.</summary>
public sealed record SlotOrder
{
    /// <summary>SIM slot to write, 1 or 2.</summary>
    public int Slot { get; init; } = 1;

    /// <summary>The number as typed from the label; null when it comes from a snapshot.</summary>
    public string? Label { get; init; }

    /// <summary>Name of a snapshot of this phone; null when the number was typed.</summary>
    public string? Snapshot { get; init; }

    /// <summary>The SIM slot of the snapshot to take the number from; 0 means <see cref="Slot"/>.</summary>
    public int SnapshotSlot { get; init; }

    /// <summary>The slot's etag as last read; empty for none.</summary>
    public string Etag { get; init; } = "";

    /// <summary>Names no number.</summary>
    public override string ToString() => $"slot {Slot}";
}

/// <summary>What is asked for: one slot or both, all or nothing.</summary>
public sealed record RestoreRequest
{
    /// <summary>Name, unique beginning of it, or port; empty when only one phone is attached.</summary>
    public string Device { get; init; } = "";

    /// <summary>The slots to write, 1 or 2 of them, none twice.</summary>
    public IReadOnlyList<SlotOrder> Slots { get; init; } = [];

    /// <summary>Why, 3 to 500 characters. A number in it is kept masked.</summary>
    public string Reason { get; init => field = FreeText.Masked(value); } = "";

    /// <summary>What shows that a typed number is the phone's own: a ticket, photo or invoice, 3 to 200 characters; may be empty for a snapshot that the agent took. A number in it is kept masked.</summary>
    public string Evidence { get; init => field = FreeText.Masked(value); } = "";

    /// <summary>A UUID, in small letters however it was given: the same request is carried out once, however often it comes.</summary>
    public string RequestId { get; init => field = value.ToLowerInvariant(); } = "";

    /// <summary>Do all checks and write nothing.</summary>
    public bool ValidateOnly { get; init; }

    /// <summary>Restart the phone after the write and read the slots once more: some firmware puts an old value back when it starts.</summary>
    public bool Restart { get; init; } = true;

    /// <summary>Service programming code, 6 digits; empty for none. Never kept.</summary>
    public string Spc { get; init; } = "";

    /// <summary>Security password, 16 hex digits; empty for none. Never kept.</summary>
    public string Password { get; init; } = "";

    /// <summary>Who asks.</summary>
    public Caller By { get; init; } = Caller.Agent;

    /// <summary>Fencing token of the caller's lease on the phone; 0 for none, which is enough for a validation.</summary>
    public long FencingToken { get; init; }

    /// <summary>
    /// SHA-256 of what is asked for, 64 hex digits. Codes are left out: a digest of six digits can be undone. So is who asks, since the
    /// same request may be followed up by another login, and so are etags, which guard the write and are no part of it.
    /// </summary>
    internal string Digest() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new object?[]
    {
        Device, Reason, Evidence, Restart,
        Slots.OrderBy(s => s.Slot).Select(s => new object?[] { s.Slot, s.Label, s.Snapshot is null ? null : SnapshotNames.Bare(s.Snapshot), s.SnapshotSlot }).ToArray(),
    }))));

    /// <summary>Names no number and no code.</summary>
    public override string ToString() => $"restore {RequestId} of slot {string.Join(" and ", Slots.Select(s => s.Slot))}";
}
