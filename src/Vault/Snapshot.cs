using ImeiAgent.Diag.Identity;

namespace ImeiAgent.Vault;

/// <summary>Where a snapshot comes from.</summary>
public enum SnapshotOrigin
{
    /// <summary>Somebody read or backed up the phone.</summary>
    Read = 1,
    /// <summary>A restore took it before its write.</summary>
    BeforeWrite = 2,
    /// <summary>A file was brought.</summary>
    Imported = 3,
}

/// <summary>What is said of a content when it is kept.</summary>
/// <param name="Origin">Where it comes from.</param>
/// <param name="Device">The phone's name; empty for an imported file.</param>
/// <param name="Identity">Who the phone was.</param>
/// <param name="Notes">Findings and warnings for a person; no IMEI unmasked.</param>
public sealed record NewSnapshot(SnapshotOrigin Origin, string Device, PhoneIdentity Identity, IReadOnlyList<string> Notes);

/// <summary>A snapshot without its items.</summary>
/// <param name="Name">Date of the day in UTC and 6 or more hex digits, as in "20261123-3f2a9c".</param>
/// <param name="TakenAt">When it was kept, to the millisecond.</param>
/// <param name="Origin">Where it comes from.</param>
/// <param name="Device">The phone's name at the time; empty for an imported file.</param>
/// <param name="Identity">Who the phone was.</param>
/// <param name="Sha256">The content's hash, 64 lower-case hex digits; snapshots with equal content share it.</param>
/// <param name="Items">Items recorded, of all slots.</param>
/// <param name="Active">Of those: with data.</param>
/// <param name="Slots">The slots that were read, ascending.</param>
/// <param name="Notes">Findings and warnings for a person.</param>
public sealed record SnapshotInfo(
    string Name, DateTimeOffset TakenAt, SnapshotOrigin Origin, string Device, PhoneIdentity Identity, string Sha256,
    int Items, int Active, IReadOnlyList<byte> Slots, IReadOnlyList<string> Notes);

/// <summary>What held data in earlier snapshots of a model.</summary>
/// <param name="Items">Slots and items.</param>
/// <param name="Snapshots">How many different contents it was gathered from.</param>
public sealed record ActiveItems(IReadOnlySet<(byte Slot, ushort Item)> Items, int Snapshots);

/// <summary>No snapshot, or more than one, goes by a name.</summary>
public sealed class SnapshotNotFoundException(string name, IReadOnlyList<string> candidates) : Exception(
    candidates.Count == 0
        ? $"there is no snapshot \"{name}\""
        : $"\"{name}\" is the beginning of several snapshots: {string.Join(", ", candidates)}")
{
    /// <summary>The name that was asked for.</summary>
    public string Name { get; } = name;

    /// <summary>The names that begin so, newest first, at most 10; empty when none does.</summary>
    public IReadOnlyList<string> Candidates { get; } = candidates;
}

/// <summary>A snapshot's content is not what was kept: its hash is another. It must not be restored from.</summary>
public sealed class SnapshotDamagedException(string name)
    : Exception($"the content of snapshot {name} is damaged: its SHA-256 is not the recorded one")
{
    /// <summary>The snapshot's full name.</summary>
    public string Name { get; } = name;
}
