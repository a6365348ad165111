using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Unit.Vault;

public sealed class SnapshotsTests : IDisposable
{
    private readonly VaultRoom _room = new();

    [Fact]
    public void A_snapshot_comes_back_as_it_was_kept()
    {
        SnapshotInfo saved = _room.Save(VaultRoom.Content(7), "phone-1", "a note", "with \"quotes\"\nand é");
        _room.Close();

        SnapshotInfo found = _room.Vault.Snapshots.Find(saved.Name);

        Assert.Equivalent(saved, found, strict: true);
        Assert.Matches("^20261123-[0-9a-f]{6}$", found.Name);
        Assert.Equal(_room.Time.GetUtcNow(), found.TakenAt);
        Assert.Equal(VaultRoom.Galaxy, found.Identity);
        Assert.Equal((2, 1), (found.Items, found.Active));
        Assert.Equal([1], found.Slots);
        Assert.Equal(["a note", "with \"quotes\"\nand é"], found.Notes);
        Assert.Equal([7], _room.Vault.Snapshots.Load(saved.Name).Find(1, new(0))!.Value.Data.Trimmed.ToArray());
    }

    [Fact]
    public void Equal_contents_are_stored_once_under_two_names()
    {
        SnapshotInfo first = _room.Save(VaultRoom.Content(7));
        SnapshotInfo second = _room.Save(VaultRoom.Content(7));
        _room.Save(VaultRoom.Content(8));

        Assert.NotEqual(first.Name, second.Name);
        Assert.Equal(first.Sha256, second.Sha256);
        Assert.Equal(2L, _room.Raw("SELECT COUNT(*) FROM contents"));
    }

    [Fact]
    public void A_name_in_use_makes_the_next_longer()
    {
        SnapshotInfo first = _room.Save(VaultRoom.Content(7));
        _room.Close();
        // The name is made of id and content: giving the row another id lets the next snapshot ask for the same name.
        _room.Raw("UPDATE snapshots SET id = 0");

        SnapshotInfo second = _room.Save(VaultRoom.Content(7));

        Assert.StartsWith(first.Name, second.Name, StringComparison.Ordinal);
        Assert.Equal(first.Name.Length + 1, second.Name.Length);
        Assert.Equal(first.Name, _room.Vault.Snapshots.Find(first.Name).Name);
        Assert.Equal(second.Name, _room.Vault.Snapshots.Find(second.Name).Name);
    }

    [Fact]
    public void A_unique_beginning_is_enough_with_or_without_the_collection()
    {
        SnapshotInfo today = _room.Save(VaultRoom.Content(1));
        _room.Time.Advance(TimeSpan.FromDays(1));
        SnapshotInfo tomorrow = _room.Save(VaultRoom.Content(2));

        Assert.Equal(today.Name, _room.Vault.Snapshots.Find("20261123").Name);
        Assert.Equal(tomorrow.Name, _room.Vault.Snapshots.Find("snapshots/20261124").Name);
        Assert.Equal(tomorrow.Name, _room.Vault.Snapshots.Find(tomorrow.Name.ToUpperInvariant()).Name);
        Assert.Equal(tomorrow.Sha256, _room.Vault.Snapshots.Load("20261124-").Sha256);
    }

    [Fact]
    public void A_beginning_of_several_names_is_answered_with_the_candidates()
    {
        SnapshotInfo first = _room.Save(VaultRoom.Content(1));
        SnapshotInfo second = _room.Save(VaultRoom.Content(2));

        var error = Assert.Throws<SnapshotNotFoundException>(() => _room.Vault.Snapshots.Find("2026"));

        Assert.Equal([second.Name, first.Name], error.Candidates);
    }

    [Theory]
    [InlineData("")]
    [InlineData("snapshots/")]
    [InlineData("20270101")]
    [InlineData("%")]
    [InlineData("2026112_")]
    public void A_name_that_nothing_has_is_not_found(string name)
    {
        _room.Save(VaultRoom.Content(1));

        Assert.Empty(Assert.Throws<SnapshotNotFoundException>(() => _room.Vault.Snapshots.Find(name)).Candidates);
    }

    [Fact]
    public void The_list_is_newest_first_and_paged_by_the_last_name()
    {
        string[] names = [.. Enumerable.Range(1, 5).Select(i => _room.Save(VaultRoom.Content((byte)i)).Name)];

        Assert.Equal([names[4], names[3]], Names(null, 2, null));
        Assert.Equal([names[2], names[1]], Names(null, 2, names[3]));
        Assert.Equal([names[0]], Names(null, 2, names[1]));
        Assert.Empty(Names(null, 2, names[0]));
    }

    [Fact]
    public void The_list_can_be_of_one_phone()
    {
        string mine = _room.Save(VaultRoom.Content(1), "phone-1").Name;
        string other = _room.Save(VaultRoom.Content(1), "phone-2").Name;
        string mineToo = _room.Save(VaultRoom.Content(2), "phone-1").Name;

        Assert.Equal([mineToo, mine], Names("phone-1", 10, null));
        Assert.Equal([mine], Names("phone-1", 10, other));
        Assert.Empty(Names("phone", 10, null));
    }

    [Fact]
    public void A_page_after_an_unknown_snapshot_does_not_exist()
    {
        Assert.Throws<SnapshotNotFoundException>(() => _room.Vault.Snapshots.List(null, 10, "20261123-ffffff"));
        Assert.Throws<ArgumentOutOfRangeException>(() => _room.Vault.Snapshots.List(null, 0, null));
        Assert.Throws<ArgumentOutOfRangeException>(() => _room.Vault.Snapshots.List(null, 1001, null));
    }

    [Fact]
    public void A_flipped_byte_is_noticed_on_load()
    {
        SnapshotInfo saved = _room.Save(VaultRoom.Content(7));
        FlipLastByte();

        Assert.Equal(saved.Name, Assert.Throws<SnapshotDamagedException>(() => _room.Vault.Snapshots.Load(saved.Name)).Name);
    }

    [Fact]
    public void A_lost_content_is_noticed_on_load()
    {
        SnapshotInfo saved = _room.Save(VaultRoom.Content(7));
        _room.Raw("PRAGMA foreign_keys = OFF; DELETE FROM contents");

        Assert.Throws<SnapshotDamagedException>(() => _room.Vault.Snapshots.Load(saved.Name));
    }

    [Fact]
    public void A_new_backup_of_equal_content_does_not_lean_on_damaged_bytes()
    {
        SnapshotInfo damaged = _room.Save(VaultRoom.Content(7));
        FlipLastByte();

        SnapshotInfo again = _room.Save(VaultRoom.Content(7));

        Assert.Equal(2, _room.Vault.Snapshots.Load(again.Name).Count);
        Assert.Equal(2, _room.Vault.Snapshots.Load(damaged.Name).Count);
    }

    private void FlipLastByte()
    {
        var bytes = (byte[])_room.Raw("SELECT bytes FROM contents")!;
        bytes[^1] ^= 1;
        _room.Raw("UPDATE contents SET bytes = @bytes", ("@bytes", bytes));
    }

    private IEnumerable<string> Names(string? device, int limit, string? after) =>
        _room.Vault.Snapshots.List(device, limit, after).Select(info => info.Name);

    public void Dispose() => _room.Dispose();
}
