using ImeiAgent.Diag.Identity;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Unit.Vault;

/// <summary>What the step that makes the table of numbers finds in a vault that had none.</summary>
public sealed class OldNumbersTests : IDisposable
{
    private const string ToVersion7 = "DROP TABLE clients; ALTER TABLE jobs DROP COLUMN traceparent; ALTER TABLE journal DROP COLUMN span_id; ALTER TABLE audit DROP COLUMN client; ALTER TABLE audit DROP COLUMN station; ALTER TABLE audit DROP COLUMN trace_id; "
        + "ALTER TABLE audit DROP COLUMN journal; DROP TABLE leases; DROP TABLE lease_tokens; DROP TABLE numbers; PRAGMA user_version = 7";
    private static readonly Imei s_first = Imei.FromDigits("356938035643809");
    private static readonly Imei s_second = Imei.FromDigits("490154203237518");
    private static readonly PhoneIdentity s_other = new("SM-G991U", "", "80AAAAAA", "", "");

    private readonly VaultRoom _room = new();

    [Fact]
    public void The_newest_snapshot_of_each_phone_and_slot_counts()
    {
        Save(SnapshotOrigin.Read, VaultRoom.Galaxy, (1, s_first), (2, s_second));
        Save(SnapshotOrigin.Read, s_other, (1, s_first));
        Save(SnapshotOrigin.BeforeWrite, VaultRoom.Galaxy, (1, s_second));
        Save(SnapshotOrigin.Read, VaultRoom.Galaxy with { Esn = "", Meid = "" }, (1, s_first));
        Reopen();

        DateTimeOffset start = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
        Assert.Equal(
            [new NumberSeen(VaultRoom.Galaxy, "phone-1", 1, s_second, start.AddMinutes(3)),
                new NumberSeen(VaultRoom.Galaxy, "phone-1", 2, s_second, start.AddMinutes(1))],
            _room.Vault.Numbers.Of(VaultRoom.Galaxy));
        Assert.Equal(s_other, Assert.Single(_room.Vault.Numbers.Holders(s_first)).Identity);
    }

    [Fact]
    public void An_imported_file_counts_only_until_the_phone_was_read()
    {
        Save(SnapshotOrigin.Imported, VaultRoom.Galaxy, (1, s_first));
        Save(SnapshotOrigin.Read, VaultRoom.Galaxy, (1, s_second));
        Save(SnapshotOrigin.Imported, VaultRoom.Galaxy, (1, s_first), (2, s_first));
        Reopen();

        Assert.Equal([(1, s_second), (2, s_first)], _room.Vault.Numbers.Of(VaultRoom.Galaxy).Select(seen => ((int)seen.Slot, seen.Imei)));
    }

    [Fact]
    public void A_write_that_was_applied_counts_and_no_other()
    {
        Save(SnapshotOrigin.Read, s_other, (1, s_second));
        Save(SnapshotOrigin.Read, VaultRoom.Galaxy, (1, s_second));
        _room.Time.Advance(TimeSpan.FromMinutes(1));
        Close("r-1", WriteOutcome.Applied, VaultRoom.Galaxy);
        Close("r-2", WriteOutcome.Unknown, s_other);
        _room.Open("r-3", JournalState.Sent);
        Reopen();

        Assert.Equal(VaultRoom.Galaxy, Assert.Single(_room.Vault.Numbers.Holders(s_first)).Identity);
        Assert.Equal(s_other, Assert.Single(_room.Vault.Numbers.Holders(s_second)).Identity);
    }

    [Fact]
    public void A_snapshot_after_a_write_counts_more()
    {
        Close("r-1", WriteOutcome.Applied, VaultRoom.Galaxy);
        Save(SnapshotOrigin.Read, VaultRoom.Galaxy, (1, s_second));
        Reopen();

        Assert.Equal(s_second, Assert.Single(_room.Vault.Numbers.Of(VaultRoom.Galaxy)).Imei);
    }

    [Fact]
    public void What_is_no_number_of_a_phone_and_what_is_damaged_is_left_out()
    {
        Save(SnapshotOrigin.Read, VaultRoom.Galaxy, (1, Imei.FromDigits("004999010640000")), (2, Imei.FromDigits("000000000000000")));
        SnapshotInfo damaged = Save(SnapshotOrigin.Read, s_other, (1, s_first));
        Save(SnapshotOrigin.Read, s_other, (2, s_second));
        _room.Raw("UPDATE contents SET bytes = x'00' WHERE sha256 = @sha256", ("@sha256", damaged.Sha256));
        Reopen();

        Assert.Empty(_room.Vault.Numbers.Of(VaultRoom.Galaxy));
        Assert.Equal((2, s_second), _room.Vault.Numbers.Of(s_other).Select(seen => ((int)seen.Slot, seen.Imei)).Single());
    }

    private SnapshotInfo Save(SnapshotOrigin origin, PhoneIdentity identity, params (byte Slot, Imei Imei)[] numbers)
    {
        _room.Time.Advance(TimeSpan.FromMinutes(1));
        var content = new SnapshotBuilder();
        foreach ((byte slot, Imei imei) in numbers)
            content.Add(new NvReading(slot, NvItemId.Imei, NvOutcome.Answered, (ushort)NvStatus.Done, imei.Pack()));
        return _room.Vault.Snapshots.Save(new NewSnapshot(origin, origin == SnapshotOrigin.Imported ? "" : "phone-1", identity, []), content.Build());
    }

    private void Close(string requestId, WriteOutcome outcome, PhoneIdentity identity)
    {
        long id = _room.Vault.Journal.Open(VaultRoom.Entry(requestId) with { Identity = identity }).Id;
        _room.Vault.Journal.Close(id, outcome, "", "");
    }

    private void Reopen()
    {
        _room.Close();
        _room.Raw(ToVersion7);
    }

    public void Dispose() => _room.Dispose();
}
