using ImeiAgent.Diag.Identity;
using Microsoft.Data.Sqlite;

namespace ImeiAgent.Vault;

/// <summary>The table of numbers: a row for each slot of each phone.</summary>
internal static class NumberTable
{
    public const string Schema1 = """
        CREATE TABLE numbers (
            esn TEXT NOT NULL,
            meid TEXT NOT NULL,
            slot INTEGER NOT NULL CHECK (slot BETWEEN 1 AND 255),
            model TEXT NOT NULL,
            build TEXT NOT NULL,
            compiled TEXT NOT NULL,
            device TEXT NOT NULL,
            imei TEXT NOT NULL CHECK (length(imei) = 15),
            seen_at BIGINT NOT NULL, -- milliseconds since 1970 in UTC
            PRIMARY KEY (esn, meid, slot),
            CHECK (length(esn) + length(meid) > 0)
        );
        CREATE INDEX numbers_meid ON numbers (meid);
        CREATE INDEX numbers_imei ON numbers (imei);
        """;

    private const string Columns = "esn, meid, slot, model, build, compiled, device, imei, seen_at";

    public static List<NumberSeen> Holders(VaultSql sql, Imei imei)
    {
        string number = imei.Reveal()[..(Imei.DigitCount - 1)];
        return sql.Query(
            $"SELECT {Columns} FROM numbers WHERE imei BETWEEN @first AND @last ORDER BY seen_at DESC, esn, meid, slot", Row,
            ("@first", number + "0"), ("@last", number + "9"));
    }

    public static List<NumberSeen> Of(VaultSql sql, PhoneIdentity identity)
    {
        PhoneIdentity phone = identity with { Model = "" };
        List<NumberSeen> sharing = sql.Query(
            $"SELECT {Columns} FROM numbers WHERE (esn = @esn AND esn <> '') OR (meid = @meid AND meid <> '') ORDER BY slot, seen_at DESC", Row,
            ("@esn", phone.Esn), ("@meid", phone.Meid));
        return sharing.FindAll(seen => phone.IsSamePhoneAs(seen.Identity));
    }

    /// <summary>Puts it in the place of what is known of that phone's slot; returns how many rows it changed.</summary>
    /// <param name="sql">A transaction.</param>
    /// <param name="seen">Its identity is unique.</param>
    /// <param name="earlier">Only when nothing is known.</param>
    public static int Keep(VaultSql sql, NumberSeen seen, bool earlier)
    {
        List<NumberSeen> known = Of(sql, seen.Identity).FindAll(row => row.Slot == seen.Slot);
        if (earlier && known.Count > 0)
            return 0;
        known = OfOnePhone(known, seen.Identity);
        NumberSeen now = known.Aggregate(seen, (row, old) => row with { Identity = Completed(row.Identity, old.Identity) });
        if (known.Find(row => row.Imei == seen.Imei) is { } same)
            now = now with { SeenAt = same.SeenAt };
        if (known is [NumberSeen only] && only == now)
            return 0;
        foreach (NumberSeen old in known)
        {
            sql.Execute("DELETE FROM numbers WHERE esn = @esn AND meid = @meid AND slot = @slot",
                ("@esn", old.Identity.Esn), ("@meid", old.Identity.Meid), ("@slot", (int)old.Slot));
        }
        return sql.Execute(
            $"INSERT INTO numbers ({Columns}) VALUES (@esn, @meid, @slot, @model, @build, @compiled, @device, @imei, @seen_at)",
            ("@esn", now.Identity.Esn), ("@meid", now.Identity.Meid), ("@slot", (int)now.Slot), ("@model", now.Identity.Model),
            ("@build", now.Identity.Build), ("@compiled", now.Identity.Compiled), ("@device", now.Device),
            ("@imei", now.Imei.Reveal()), ("@seen_at", now.SeenAt.ToUnixTimeMilliseconds()));
    }

    // A phone that tells one serial number may match two that share it and differ in the other: an ESN made from a MEID (pseudo-ESN) is
    // not unique. Then it is surely neither's row that is to be replaced, and it gets one of its own.
    private static List<NumberSeen> OfOnePhone(List<NumberSeen> known, PhoneIdentity identity)
    {
        List<NumberSeen> exact = known.FindAll(row => row.Identity.Esn == identity.Esn && row.Identity.Meid == identity.Meid);
        if (exact.Count > 0)
            return exact;
        return Distinct(row => row.Esn) <= 1 && Distinct(row => row.Meid) <= 1 ? known : [];

        int Distinct(Func<PhoneIdentity, string> serial) =>
            known.Select(row => serial(row.Identity)).Append(serial(identity)).Where(s => s.Length > 0).Distinct().Count();
    }

    private static PhoneIdentity Completed(PhoneIdentity told, PhoneIdentity known) => new(
        Or(told.Model, known.Model), Or(told.Build, known.Build), Or(told.Esn, known.Esn), Or(told.Meid, known.Meid),
        Or(told.Compiled, known.Compiled));

    private static string Or(string told, string known) => told.Length > 0 ? told : known;

    private static NumberSeen Row(SqliteDataReader row) => new(
        new PhoneIdentity(row.GetString(3), row.GetString(4), row.GetString(0), row.GetString(1), row.GetString(5)),
        row.GetString(6), row.GetByte(2), Imei.FromDigits(row.GetString(7)), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(8)));
}
