using ImeiAgent.Diag.Identity;
using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;
using Microsoft.Data.Sqlite;

namespace ImeiAgent.Vault;

/// <summary>
/// The step that makes the table of numbers and fills it with what the vault tells of them so far: the snapshots, and the writes that
/// were applied. A content that is damaged, or cannot be read, is left out: the vault must open all the same.
/// </summary>
internal static class NumbersOfOld
{
    public static void Step(VaultSql sql)
    {
        sql.Execute(NumberTable.Schema1);
        // At one time the backup stands before its write.
        foreach ((NumberSeen seen, bool earlier) in OfSnapshots(sql).Concat(OfWrites(sql)).OrderBy(one => one.Seen.SeenAt))
            NumberTable.Keep(sql, seen, earlier);
    }

    private static IEnumerable<(NumberSeen Seen, bool Earlier)> OfSnapshots(VaultSql sql)
    {
        var rows = sql.Query(
            "SELECT sha256, model, build, esn, meid, compiled, device, taken_at, origin FROM snapshots WHERE esn <> '' OR meid <> '' ORDER BY id",
            row => (Sha256: row.GetString(0), Identity: Identity(row), Device: row.GetString(6), At: row.GetInt64(7), Origin: row.GetInt32(8)));
        // Many snapshots share a content, of a mebibyte each: one is in memory at a time.
        Dictionary<string, List<(byte Slot, Imei Imei)>> numbers = rows.Select(row => row.Sha256).Distinct()
            .ToDictionary(sha256 => sha256, sha256 => NumbersIn(sql, sha256));
        return rows.SelectMany(row => numbers[row.Sha256].Select(number =>
            (Seen(row.Identity, row.Device, number.Slot, number.Imei, row.At), row.Origin == (int)SnapshotOrigin.Imported)));
    }

    private static IEnumerable<(NumberSeen Seen, bool Earlier)> OfWrites(VaultSql sql)
    {
        var rows = sql.Query(
            "SELECT new_data, model, build, esn, meid, compiled, device, ended_at, slot FROM journal "
            + "JOIN journal_slots ON journal_slots.journal = journal.id "
            + "WHERE outcome = 1 AND (esn <> '' OR meid <> '') ORDER BY id",
            row => (Data: row.GetFieldValue<byte[]>(0), Identity: Identity(row), Device: row.GetString(6), At: row.GetInt64(7), Slot: row.GetByte(8)));
        foreach (var row in rows)
        {
            if (Number(NvData.From(row.Data)) is { } imei)
                yield return (Seen(row.Identity, row.Device, row.Slot, imei, row.At), false);
        }
    }

    private static List<(byte Slot, Imei Imei)> NumbersIn(VaultSql sql, string sha256)
    {
        var numbers = new List<(byte, Imei)>();
        try
        {
            if (Snapshots.StoredBytes(sql, sha256) is not { } bytes || SnapshotContent.Hash(bytes) != sha256
                || SnapshotContent.Parse(bytes) is not { } content)
            {
                return numbers;
            }
            foreach (byte slot in content.Slots)
            {
                if (content.Find(slot, NvItemId.Imei) is { IsActive: true } reading && Number(reading.Data) is { } imei)
                    numbers.Add((slot, imei));
            }
        }
        catch (SqliteException error) when (error.SqliteErrorCode is 10 or 11)
        {
            // SQLITE_IOERR or SQLITE_CORRUPT: these pages are lost, others may be sound.
        }
        return numbers;
    }

    private static Imei? Number(NvData data) =>
        ImeiSlot.Interpret(new DiagReply<NvItem>(new NvItem(NvItemId.Imei, NvStatus.Done, data))) is { State: ImeiSlotState.Ok, Imei: { } imei }
            ? imei
            : null;

    private static PhoneIdentity Identity(SqliteDataReader row) =>
        new(row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5));

    private static NumberSeen Seen(PhoneIdentity identity, string device, byte slot, Imei imei, long at) =>
        new(identity, device, slot, imei, DateTimeOffset.FromUnixTimeMilliseconds(at));
}
