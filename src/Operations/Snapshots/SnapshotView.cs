using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <summary>A snapshot and what its IMEI slots hold.</summary>
/// <param name="Name">Full name, as in "snapshots/20261123-3f2a9c".</param>
/// <param name="Info">What the vault says of it.</param>
/// <param name="Slots">The slots of which item 550 was read, with what it held; empty when the content is damaged.</param>
public sealed record SnapshotView(string Name, SnapshotInfo Info, IReadOnlyList<SlotReading> Slots);

/// <summary>A page of snapshots, newest first.</summary>
/// <param name="Snapshots">The snapshots.</param>
/// <param name="NextPage">Token of the next page; empty at the end.</param>
public sealed record SnapshotPage(IReadOnlyList<SnapshotView> Snapshots, string NextPage);
