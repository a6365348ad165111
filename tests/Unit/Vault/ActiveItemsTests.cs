using ImeiAgent.Diag.Identity;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Unit.Vault;

public sealed class ActiveItemsTests : IDisposable
{
    private readonly VaultRoom _room = new();

    [Fact]
    public void What_held_data_in_any_snapshot_of_the_model_counts()
    {
        Save("SM-G991U", SnapshotOrigin.Read, VaultRoom.Active(1, 5, 1), NvReading.LeftOut(1, new NvItemId(6)));
        Save("SM-G991U", SnapshotOrigin.BeforeWrite, VaultRoom.Active(2, 550), NvReading.Unanswered(1, new NvItemId(5)));
        Save("SM-G991U", SnapshotOrigin.Imported, VaultRoom.Active(1, 65535, 1));
        Save("SM-G998U", SnapshotOrigin.Read, VaultRoom.Active(1, 99, 1));

        ActiveItems active = _room.Vault.Snapshots.ActiveItems("SM-G991U", 10);

        Assert.Equal(new HashSet<(byte, ushort)> { (1, 5), (2, 550), (1, 65535) }, active.Items);
        Assert.Equal(3, active.Snapshots);
    }

    [Fact]
    public void Only_the_newest_are_looked_at_and_of_equal_contents_one()
    {
        Save("A", SnapshotOrigin.Read, VaultRoom.Active(1, 1, 1));
        Save("A", SnapshotOrigin.Read, VaultRoom.Active(1, 2, 1));
        Save("A", SnapshotOrigin.Read, VaultRoom.Active(1, 3, 1));
        Save("A", SnapshotOrigin.Read, VaultRoom.Active(1, 2, 1));
        Save("A", SnapshotOrigin.Read, VaultRoom.Active(1, 2, 1));

        ActiveItems active = _room.Vault.Snapshots.ActiveItems("A", 2);

        Assert.Equal(new HashSet<(byte, ushort)> { (1, 2), (1, 3) }, active.Items);
        Assert.Equal(2, active.Snapshots);
    }

    [Fact]
    public void A_damaged_or_lost_content_is_left_out()
    {
        SnapshotInfo damaged = Save("A", SnapshotOrigin.Read, VaultRoom.Active(1, 1, 1));
        SnapshotInfo lost = Save("A", SnapshotOrigin.Read, VaultRoom.Active(1, 2, 1));
        Save("A", SnapshotOrigin.Read, VaultRoom.Active(1, 3, 1));
        _room.Raw("UPDATE contents SET bytes = x'00' WHERE sha256 = @sha256", ("@sha256", damaged.Sha256));
        _room.Raw("PRAGMA foreign_keys = OFF; DELETE FROM contents WHERE sha256 = @sha256", ("@sha256", lost.Sha256));

        ActiveItems active = _room.Vault.Snapshots.ActiveItems("A", 10);

        Assert.Equal(((byte)1, (ushort)3), Assert.Single(active.Items));
        Assert.Equal(1, active.Snapshots);
    }

    [Fact]
    public void A_model_without_snapshots_has_none()
    {
        Save("", SnapshotOrigin.Read, VaultRoom.Active(1, 1, 1));

        Assert.Equal(0, _room.Vault.Snapshots.ActiveItems("A", 10).Snapshots);
        Assert.Empty(_room.Vault.Snapshots.ActiveItems("", 10).Items);
        Assert.Throws<ArgumentOutOfRangeException>(() => _room.Vault.Snapshots.ActiveItems("A", 0));
    }

    private SnapshotInfo Save(string model, SnapshotOrigin origin, params NvReading[] readings)
    {
        var builder = new SnapshotBuilder();
        foreach (NvReading reading in readings)
            builder.Add(reading);
        return _room.Vault.Snapshots.Save(new NewSnapshot(origin, "phone-1", PhoneIdentity.None with { Model = model }, []), builder.Build());
    }

    public void Dispose() => _room.Dispose();
}
