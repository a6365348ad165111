using ImeiAgent.Diag.Identity;
using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Unit.Vault;

public sealed class NumbersTests : IDisposable
{
    private static readonly Imei s_first = Imei.FromDigits("356938035643809");
    private static readonly Imei s_second = Imei.FromDigits("490154203237518");
    private static readonly PhoneIdentity s_galaxy = VaultRoom.Galaxy;
    private static readonly PhoneIdentity s_other = new("SM-G991U", "", "80AAAAAA", "A0000099999999", "");

    private readonly VaultRoom _room = new();

    private Numbers Numbers => _room.Vault.Numbers;

    [Fact]
    public void A_number_is_known_by_phone_and_slot()
    {
        Numbers.Saw(s_galaxy, "phone-1", 2, s_first);
        _room.Close();

        var expected = new NumberSeen(s_galaxy, "phone-1", 2, s_first, _room.Time.GetUtcNow());
        Assert.Equal([expected], Numbers.Holders(s_first));
        Assert.Equal([expected], Numbers.Of(s_galaxy));
        Assert.Empty(Numbers.Holders(s_second));
        Assert.Empty(Numbers.Of(s_other));
    }

    [Fact]
    public void The_newest_number_takes_the_place_of_the_one_before()
    {
        Numbers.Saw(s_galaxy, "phone-1", 1, s_first);
        Numbers.Saw(s_galaxy, "phone-1", 2, s_first);
        _room.Time.Advance(TimeSpan.FromMinutes(1));
        Numbers.Saw(s_galaxy, "phone-1", 1, s_second);

        Assert.Equal([(1, s_second), (2, s_first)], Numbers.Of(s_galaxy).Select(seen => ((int)seen.Slot, seen.Imei)));
        Assert.Equal(_room.Time.GetUtcNow(), Assert.Single(Numbers.Holders(s_second)).SeenAt);
        Assert.Equal(2, Assert.Single(Numbers.Holders(s_first)).Slot);
    }

    [Fact]
    public void What_is_known_is_not_written_again()
    {
        DateTimeOffset first = _room.Time.GetUtcNow();
        Numbers.Saw(s_galaxy, "phone-1", 1, s_first);
        long changes = Changes();
        _room.Time.Advance(TimeSpan.FromHours(1));

        Numbers.Saw(s_galaxy, "phone-1", 1, s_first);
        Numbers.Saw(s_galaxy with { Build = "", Meid = "" }, "phone-1", 1, s_first);

        Assert.Equal(first, Assert.Single(Numbers.Of(s_galaxy)).SeenAt);
        Assert.Equal(changes, Changes());

        Numbers.Saw(s_galaxy with { Build = "G991USQU9" }, "phone-7", 1, s_first);
        Assert.Equal(("phone-7", "G991USQU9", first), Numbers.Of(s_galaxy).Select(s => (s.Device, s.Identity.Build, s.SeenAt)).Single());
    }

    [Fact]
    public void A_phone_that_lost_a_serial_number_keeps_its_one_row()
    {
        Numbers.Saw(s_galaxy, "phone-1", 1, s_first);

        Numbers.Saw(s_galaxy with { Meid = "", Model = "" }, "phone-1", 1, s_second);
        Assert.Equal((s_galaxy, s_second), Assert.Single(All()));

        Numbers.Saw(s_galaxy with { Esn = "" }, "phone-1", 1, s_first);
        Assert.Equal((s_galaxy, s_first), Assert.Single(All()));
        Assert.Equal(s_galaxy, Assert.Single(Numbers.Of(s_galaxy with { Esn = "", Model = "another" })).Identity);
    }

    [Fact]
    public void A_phone_known_by_either_serial_number_becomes_one_when_it_tells_both()
    {
        Numbers.Saw(s_galaxy with { Meid = "" }, "phone-1", 1, s_first);
        Numbers.Saw(s_galaxy with { Esn = "" }, "phone-2", 1, s_first);
        Assert.Equal(2, Numbers.Holders(s_first).Count);

        Numbers.Saw(s_galaxy, "phone-1", 1, s_second);

        Assert.Equal((s_galaxy, s_second), Assert.Single(All()));
    }

    [Fact]
    public void Two_phones_that_share_a_serial_number_by_chance_stay_two()
    {
        PhoneIdentity twin = s_galaxy with { Meid = "A0000011111111" };
        Numbers.Saw(s_galaxy, "phone-1", 1, s_first);
        Numbers.Saw(twin, "phone-2", 1, s_second);
        Assert.Equal(s_first, Assert.Single(Numbers.Of(s_galaxy)).Imei);

        // One of them lost the other serial number; which, nobody can tell.
        PhoneIdentity either = s_galaxy with { Meid = "" };
        Numbers.Saw(either, "phone-3", 1, s_second);

        Assert.Equal([either, twin], Numbers.Holders(s_second).Select(seen => seen.Identity));
        Assert.Equal(s_galaxy, Assert.Single(Numbers.Holders(s_first)).Identity);
        Numbers.Saw(s_galaxy, "phone-1", 1, s_first);
        Assert.Equal(3, All().Length);
    }

    [Fact]
    public void The_check_digit_does_not_count()
    {
        Numbers.Saw(s_galaxy, "phone-1", 1, Imei.FromDigits("356938035643800"));
        _room.Time.Advance(TimeSpan.FromSeconds(1));
        Numbers.Saw(s_other, "phone-2", 1, s_first);

        Assert.Equal(["phone-2", "phone-1"], Numbers.Holders(s_first).Select(seen => seen.Device));
        Assert.Equal(["phone-2", "phone-1"], Numbers.Holders(Imei.FromDigits("356938035643800")).Select(seen => seen.Device));
    }

    [Fact]
    public void An_earlier_number_is_kept_only_where_nothing_is_known()
    {
        Numbers.SawEarlier(s_galaxy with { Model = "" }, "", 1, s_first);
        Assert.Equal(s_first, Assert.Single(Numbers.Of(s_galaxy)).Imei);

        Numbers.SawEarlier(s_galaxy with { Meid = "" }, "", 1, s_second);
        Assert.Equal(s_first, Assert.Single(Numbers.Of(s_galaxy)).Imei);

        Numbers.SawEarlier(s_galaxy, "", 2, s_second);
        Numbers.Saw(s_galaxy, "phone-1", 1, s_second);
        Assert.Equal([s_second, s_second], Numbers.Of(s_galaxy).Select(seen => seen.Imei));
    }

    [Fact]
    public void A_phone_that_tells_no_serial_number_teaches_nothing()
    {
        PhoneIdentity nobody = s_galaxy with { Esn = "", Meid = "" };
        Numbers.Saw(nobody, "phone-1", 1, s_first);
        Numbers.SawEarlier(nobody, "phone-1", 1, s_first);
        Numbers.Saw(s_galaxy with { Esn = "" }, "phone-1", 1, s_first);

        Assert.Single(Numbers.Holders(s_first));
        Assert.Empty(Numbers.Of(nobody));
        Assert.Empty(Numbers.Of(s_galaxy with { Meid = "" }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Numbers.Saw(s_galaxy, "phone-1", 0, s_first));
    }

    private (PhoneIdentity, Imei)[] All() =>
        [.. Numbers.Holders(s_first).Concat(Numbers.Holders(s_second)).Select(seen => (seen.Identity, seen.Imei))];

    // Of a database with a write-ahead log, every commit that changes something makes the log longer.
    private long Changes() => new FileInfo(_room.Database + "-wal").Length;

    public void Dispose() => _room.Dispose();
}
