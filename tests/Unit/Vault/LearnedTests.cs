using ImeiAgent.Diag.Nv;
using ImeiAgent.Vault;
using Microsoft.Data.Sqlite;
using Xunit;

namespace ImeiAgent.Unit.Vault;

public sealed class LearnedTests : IDisposable
{
    private readonly VaultRoom _room = new();

    private Learned Learned => _room.Vault.Learned;

    [Fact]
    public void A_window_is_remembered_for_model_and_build()
    {
        Learned.RememberWindow("SM-G991U", "A", 16);
        Learned.RememberWindow("SM-G991U", "A", 12);
        Learned.RememberWindow("SM-G991U", "A", 12);
        Learned.RememberWindow("SM-G991U", "", 64);
        _room.Close();

        Assert.Equal(12, Learned.Window("SM-G991U", "A"));
        Assert.Equal(64, Learned.Window("SM-G991U", ""));
        Assert.Null(Learned.Window("SM-G991U", "B"));
        Assert.Null(Learned.Window("sm-g991u", "A"));
    }

    [Fact]
    public void A_window_is_1_to_64()
    {
        Learned.RememberWindow("SM-G991U", "A", 1);

        Assert.Throws<ArgumentOutOfRangeException>(() => Learned.RememberWindow("SM-G991U", "A", 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Learned.RememberWindow("SM-G991U", "A", 65));
        Assert.Equal(19, Assert.Throws<SqliteException>(() => _room.Raw("UPDATE learned_windows SET size = 65")).SqliteErrorCode);
        Assert.Equal(1, Learned.Window("SM-G991U", "A"));
    }

    [Fact]
    public void Nothing_is_remembered_of_a_phone_without_a_model()
    {
        Learned.RememberWindow("", "A", 16);

        Assert.Null(Learned.Window("", "A"));
        Assert.Throws<ArgumentException>(() => Learned.AddSkip(Skip("", 1, 5)));
    }

    [Fact]
    public void Skips_are_listed_by_model_slot_and_item()
    {
        SkippedItem[] skips = [Skip("A", 1, 7), Skip("A", 1, 453), Skip("A", 2, 5), Skip("B", 1, 1)];
        foreach (int i in (int[])[3, 1, 2, 0])
            Learned.AddSkip(skips[i]);
        _room.Close();

        Assert.Equal(skips, Learned.Skips(null));
        Assert.Equal(skips[..3], Learned.Skips("A"));
        Assert.Empty(Learned.Skips("a"));
    }

    [Fact]
    public void A_skip_that_is_there_stays_as_it_is()
    {
        SkippedItem first = Skip("A", 1, 65535);

        Assert.Equal(first, Learned.AddSkip(first));
        Assert.Equal(first, Learned.AddSkip(first with { Reason = "another", Operator = "ben", Since = first.Since.AddDays(1) }));
        Assert.Equal(first, Assert.Single(Learned.Skips("A")));
    }

    [Fact]
    public void A_removed_skip_is_returned_and_gone()
    {
        SkippedItem other = Skip("A", 2, 5);
        Learned.AddSkip(Skip("A", 1, 5));
        Learned.AddSkip(other);

        Assert.Equal(Skip("A", 1, 5), Learned.RemoveSkip("A", 1, new NvItemId(5)));
        Assert.Null(Learned.RemoveSkip("A", 1, new NvItemId(5)));
        Assert.Equal(other, Assert.Single(Learned.Skips(null)));
    }

    [Fact]
    public void Slots_count_from_1()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Learned.AddSkip(Skip("A", 0, 5)));
    }

    private SkippedItem Skip(string model, byte slot, ushort item) =>
        new(model, slot, new NvItemId(item), "the phone rebooted", "ana", "G991USQU4AUDA", _room.Time.GetUtcNow());

    public void Dispose() => _room.Dispose();
}
